"""An interaction's token dies after fifteen minutes, and a video may take longer."""

from tests.scenario.discord.studio import Studio


async def test_the_card_outlives_the_token_of_its_command(studio: Studio) -> None:
    """The edit that finds the token dead is repeated with the bot's own, as are all later ones; the video arrives."""
    async with studio.bot():
        card = await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        await studio.until(card, "Next in the queue")
        guest = studio.discord.requests("original_edit")
        assert {seen.auth for seen in guest} == {"none"}
        assert studio.discord.requests("message_edit") == []
        studio.discord.pass_time(20 * 60)
        job.progress("12/30")
        await studio.until(card, "Step 12/30")
        job.finish()
        video = await studio.room.next_message()
        await studio.until(card, "Done")
    found_dead = studio.discord.requests("original_edit")[len(guest) :]
    assert [seen.status for seen in found_dead] == [401]
    assert {(seen.auth, seen.status) for seen in studio.discord.requests("message_edit")} == {("bot", 200)}
    assert video.reference is card
    assert video.pings == [studio.ann]
    assert len(card.attachments) == 3
    assert studio.room.messages == [card, video]
