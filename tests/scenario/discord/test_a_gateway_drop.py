"""The gateway's connection breaks now and then; jobs do not hang on it, and commands hardly do."""

from tests.scenario.discord.studio import PROMPT, Studio, answer


async def test_a_resume_replays_what_was_missed(studio: Studio) -> None:
    """The job goes on meanwhile, and a command that was given while it was down is answered."""
    async with studio.bot():
        card = await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        studio.discord.drop_gateway()
        await studio.discord.until(lambda: not studio.discord.hub.live)
        asked = await studio.ann.slash(
            studio.room, "tween", start=studio.start, end=studio.end, prompt=PROMPT, resolution="480p"
        )
        job.finish()
        second = await asked.shown()
        await studio.fal.next_job()
        await studio.until(card, "Done")
    assert (studio.discord.identifies, studio.discord.resumes) == (1, 1)
    assert len(studio.fal.jobs) == 2
    assert second in studio.room.messages


async def test_a_refused_resume_begins_anew(studio: Studio) -> None:
    """Without a restart: the old cards' buttons and new commands are served, and no command is told of again."""
    async with studio.bot():
        card = await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        studio.discord.refuse_resume()
        studio.discord.drop_gateway()
        await studio.discord.until(lambda: studio.discord.identifies == 2)
        await studio.discord.until_online()
        job.finish()
        await studio.room.next_message()
        await studio.until(card, "Done")
        assert PROMPT in await answer(await studio.ann.click(card, "Recipe"))
        assert PROMPT in await answer(await studio.ann.slash(studio.room, "jobs"))
    assert studio.discord.resumes == 0
    assert studio.discord.syncs == 1
