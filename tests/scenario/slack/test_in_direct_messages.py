"""A conversation with the bot alone."""

from tests.scenario.slack.office import Office
from tests.scenario.slack.said import told


async def test_two_images_and_a_sentence(office: Office) -> None:
    """No mention is needed; the card and the video stand under the message, and other workspaces' rules say nothing."""
    async with office.bot():
        asked = await office.ann.say_in_dm("dusk falls", [office.start, office.end])
        video = await office.finished(office.ann.dm)
        card = office.ann.dm.by_bot[0]
        await office.until(card, "Done")
        await office.ann.click(card, "Swap")
        await office.slack.until(lambda: len(office.ann.dm.by_bot) == 3)
        await office.fal.next_job()
    assert (card.thread_ts, video.thread_ts) == (asked.ts, asked.ts)
    assert office.videos.by_bot == []
    assert [job.arguments["prompt"] for job in office.fal.jobs] == ["dusk falls"] * 2


async def test_the_form_there(office: Office) -> None:
    """``/tween`` works there, too; nothing asks for the channel that there is not."""
    async with office.bot():
        form = await office.form(office.ann, office.ann.dm)
        assert "When it is done" not in form.all_text
        submitted = await office.ann.submit(form, {"start": office.start, "end": office.end})
        assert (submitted.failed, form.errors) == (None, {})
        video = await office.finished(office.ann.dm)
        assert video.thread_ts == office.ann.dm.by_bot[0].ts


async def test_talk(office: Office) -> None:
    """A message that asks for nothing gets the help; one that was changed or deleted gets no second answer."""
    async with office.bot():
        message = await office.ann.say_in_dm("hello")
        assert "opens a form" in await told(office, office.ann, office.ann.dm)
        await office.ann.edit(message, "hello there")
        await office.ann.delete(message)
        await office.slack.settled()
        await office.ann.say_in_dm("one", [office.start])
        assert "That is one image" in await told(office, office.ann, office.ann.dm, 2)
    assert len([m for m in office.ann.dm.messages if m.by_bot]) == 2
    assert office.fal.seen == []
