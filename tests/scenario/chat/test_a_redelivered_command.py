"""The platform delivers a command again, as it does when an acknowledgement was lost: it is the same job."""

from tests.scenario.chat.chat import Chat, delivered


async def test_a_command_that_comes_again_is_one_job(chat: Chat) -> None:
    """At once, after the end, and after a restart: one card, one request, one video."""
    async with chat.bot():
        card = await chat.ask("once")
        await chat.redeliver()
        job = await chat.fal.next_job()
        await chat.until(card, "Next in the queue")
        await chat.redeliver()
        job.finish()
        assert (await chat.video()).card == card
        await chat.until(card, "Done")
        await chat.redeliver()
    async with chat.bot():
        await chat.redeliver()
        # What comes after it is served after it.
        other, _ = await delivered(chat, "another")
        assert other != card
    assert [job.arguments["prompt"] for job in chat.fal.jobs] == ["once", "another"]
    assert len(chat.videos()) == 2
    assert "Done" in card.text
