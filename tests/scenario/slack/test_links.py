"""A message that names its images by links: they are fetched at once, and are the bot's own files from then on."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.domain.card import Action
from tests.scenario.pictures import ALLOWED, pictures_served
from tests.scenario.slack.office import Office, has_video
from tests.scenario.slack.said import told
from tests.twins.replies import HoldAnswer
from tests.twins.slack_state import SlackFile


@pytest.fixture
async def pictures() -> AsyncIterator[str]:
    """Where pictures are."""
    async with pictures_served() as where:
        yield where


def _brought(office: Office) -> list[SlackFile]:
    """Return the files that links have become, those that are deleted too."""
    return [file for file in office.acme.files if file.name in ("first.png", "last.png")]


async def test_two_links_in_a_mention(office: Office, pictures: str) -> None:
    """As Slack writes them, with a label and escapes; they are no part of the prompt, and no link is stored."""
    text = f"<{pictures}/first.png?a=1&amp;key=secret|first> dusk &amp; dawn <{pictures}/last.png>"
    async with office.bot(ALLOWED):
        asked = await office.ann.mention(office.videos, text)
        video = await office.finished()
        card = office.videos.by_bot[0]
        await office.until(card, "Done")
        await office.slack.settled()
        assert card.thread_ts == video.thread_ts == asked.ts
        (job,) = office.fal.jobs
        assert (job.arguments["prompt"], len(office.fal.uploads)) == ("dusk & dawn", 2)
        # The card's buttons have the images for as long as it is there, wherever the links lead by then.
        await office.ann.click(card, f"tween_{Action.RERUN.value}")
        await office.finished()
        await office.slack.until(lambda: sum(map(has_video, office.videos.by_bot)) == 2)
        # Slack tells of an edited message once more: it is the same command, and nobody is asked again.
        await office.ann.edit(asked, asked.text + ", slowly")
        await office.slack.settled()
        # They go with the job.
        await office.ann.click(card, f"tween_{Action.DELETE.value}")
        await office.slack.until(lambda: all(file.deleted for file in _brought(office)))
    assert (len(_brought(office)), len(office.fal.jobs)) == (2, 2)
    stored = b"".join(path.read_bytes() for path in (office.folder / ".tweenbot").rglob("*") if path.is_file())
    assert b"key=secret" not in stored


async def test_a_message_that_is_told_of_twice_at_once(office: Office, pictures: str) -> None:
    """It is one job, and what the second telling has brought does not stay."""
    goes_on = asyncio.Event()
    hold = HoldAnswer(goes_on)
    office.slack.script("files.getUploadURLExternal", hold)
    async with office.bot(ALLOWED):
        asked = await office.ann.mention(office.videos, f"dusk <{pictures}/first.png> <{pictures}/last.png>")
        await hold.reached.wait()
        await office.slack.redeliver(asked)
        job = await office.fal.next_job()
        goes_on.set()
        job.finish()
        await office.until(office.videos.by_bot[0], "Done")
        await office.slack.until(lambda: sum(file.deleted for file in _brought(office)) == 2)
        await office.slack.settled()
    assert (len(_brought(office)), sum(file.deleted for file in _brought(office))) == (4, 2)
    assert len(office.fal.jobs) == 1


async def test_a_file_and_a_link(office: Office, pictures: str) -> None:
    """The file is the first image; a link more is a part of the prompt."""
    text = f"<{pictures}/last.png> as in <https://films.example/dusk>"
    async with office.bot(ALLOWED):
        await office.ann.mention(office.videos, text, [office.start])
        await office.finished()
    assert office.fal.jobs[0].arguments["prompt"] == "as in <https://films.example/dusk>"


async def test_what_is_wrong_with_a_link_is_told_and_leaves_nothing(office: Office, pictures: str) -> None:
    """Inside the network, not there, no image, or refused for another reason: to its author alone."""
    async with office.bot(ALLOWED):
        await office.ann.say_in_dm(f"dusk <http://169.254.169.254/latest> <{pictures}/nothing.png>")
        said = await told(office, office.ann, office.ann.dm)
        assert "leads to an address that is not public" in said
        assert "its link answers 404" in said
        await office.ann.mention(office.videos, f"dusk <{pictures}/first.png> <{pictures}/draw.py>")
        assert "The last image is not an image" in await told(office, office.ann, office.videos)
        await office.ann.mention(office.videos, f"<{pictures}/first.png> <{pictures}/last.png>")
        assert "prompt is empty" in await told(office, office.ann, office.videos, 2)
        await office.slack.settled()
    assert office.fal.seen == []
    assert [file for file in office.acme.files if not file.deleted] == []
