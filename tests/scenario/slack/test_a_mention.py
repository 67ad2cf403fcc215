"""A message that names the bot, with two images and a sentence."""

from tests.scenario.slack.office import Office
from tests.scenario.slack.said import told


async def test_in_a_channel(office: Office) -> None:
    """Card and video stand under the message; a name in it is no part of the prompt, which is as typed."""
    async with office.bot():
        asked = await office.ann.mention(office.videos, "dusk &amp; dawn, 1 &lt; 2", [office.start, office.end])
        video = await office.finished()
        card = office.videos.by_bot[0]
        await office.until(card, "Done")
        await office.slack.settled()
    assert card.thread_ts == video.thread_ts == asked.ts
    assert video.pings == {office.ann.id}
    (job,) = office.fal.jobs
    assert job.arguments["prompt"] == "dusk & dawn, 1 < 2"


async def test_in_a_thread(office: Office) -> None:
    """They stand in that thread."""
    root = await office.ann.say(office.videos, "ideas?")
    async with office.bot():
        await office.ann.mention(office.videos, "dusk falls", [office.start, office.end], thread=root)
        video = await office.finished()
    assert {video.thread_ts, office.videos.by_bot[0].thread_ts} == {root.ts}


async def test_edited(office: Office) -> None:
    """Slack tells of an edited mention once more: it is the same command, before and after a restart."""
    async with office.bot():
        asked = await office.ann.mention(office.videos, "dusk falls", [office.start, office.end])
        job = await office.fal.next_job()
        card = await office.slack.until(lambda: next(iter(office.videos.by_bot), None))
        await office.until(card, "Next in the queue")
        await office.ann.edit(asked, asked.text + ", slowly")
        await office.slack.settled()
    async with office.bot():
        await office.ann.edit(asked, asked.text + ", very slowly")
        await office.slack.settled()
        job.finish()
        video = await office.video()
        await office.until(card, "Done")
    assert office.videos.by_bot == [card, video]
    assert len(office.fal.jobs) == 1


async def test_that_is_not_complete(office: Office) -> None:
    """What is missing is said to its author alone: an image, both, or the sentence."""
    async with office.bot():
        await office.ann.mention(office.videos, "dusk falls", [office.start])
        assert (await told(office, office.ann, office.videos)).startswith("That is one image, and it takes two")
        await office.ann.mention(office.videos, "hello?")
        assert "`/tween` opens a form" in await told(office, office.ann, office.videos, 2)
        await office.ann.mention(office.videos, "", [office.start, office.end])
        assert "prompt is empty" in await told(office, office.ann, office.videos, 3)
        await office.slack.settled()
    assert office.videos.by_bot == []
    assert office.fal.seen == []


async def test_by_another_app(office: Office) -> None:
    """Programs are not served, nor is what the bot itself wrote: no two bots go on for ever."""
    async with office.bot():
        asked = office.ann.say(office.videos, "nothing", [office.start, office.end])
        message = await asked
        inner = {**message.described(), "type": "app_mention", "channel": office.videos.id, "bot_id": "B0OTHER"}
        inner["text"] = f"<@{office.acme.bot_user_id}> dusk falls"
        told_of = office.slack.events.send(office.acme, "app_mention", inner)
        assert told_of is not None
        del inner["user"]
        office.slack.events.send(office.acme, "app_mention", inner)
        await office.slack.settled()
        # What comes after them is served, so they were not.
        await office.ann.mention(office.videos, "hello?")
        assert "opens a form" in await told(office, office.ann, office.videos)
    assert office.videos.by_bot == []
    assert office.fal.seen == []
