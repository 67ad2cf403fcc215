"""*Tween these images* in the menu of a message."""

import pytest

from tests.scenario.slack.office import PROMPT, Office
from tests.scenario.slack.test_the_form import labels
from tests.twins.slack import File

NAME = "Tween these images"


async def test_two_images(office: Office) -> None:
    """Its first two images, whoever sent them: the form asks for the rest, and nothing is uploaded a second time."""
    bea = office.acme.user("bea")
    note = File("notes.txt", b"not an image")
    message = await bea.say(office.videos, "look", [note, office.start, office.end, office.start])
    async with office.bot():
        form = await (await office.ann.shortcut(message, NAME)).modal()
        assert labels(form)[0] == "What happens in between"
        submitted = await office.ann.submit(form, {"prompt": PROMPT, "Resolution": "480p"})
        assert (submitted.failed, form.errors) == (None, {})
        video = await office.finished()
    (job,) = office.fal.jobs
    assert job.arguments["prompt"] == PROMPT
    assert video.pings == {office.ann.id}
    assert len(office.fal.uploads) == 2


async def test_one_image(office: Office) -> None:
    """The form asks for the last one."""
    message = await office.ann.say(office.videos, "look", [office.start])
    async with office.bot():
        form = await (await office.ann.shortcut(message, NAME)).modal()
        assert labels(form)[:2] == ["Last image", "What happens in between"]
        await office.ann.submit(form, {"end": office.end, "prompt": PROMPT})
        assert (await office.fal.next_job()).arguments["prompt"] == PROMPT


@pytest.mark.parametrize("bot_in", [True, False])
async def test_no_image(office: Office, bot_in: bool) -> None:  # noqa: FBT001  # a case
    """That is said to whoever chose it, also in a channel that the bot is not in."""
    channel = office.acme.channel("talk", private=True, bot_in=bot_in)
    message = await office.ann.say(channel, "no picture")
    async with office.bot():
        await office.ann.shortcut(message, NAME)
        told = await office.slack.until(lambda: next((m for m in channel.messages if m.ephemeral_to), None))
    assert told.ephemeral_to is office.ann
    assert told.text.startswith("That message has no image.")


async def test_in_a_thread(office: Office) -> None:
    """The card and the video go into the thread of the message."""
    root = await office.ann.say(office.videos, "the plan")
    message = await office.ann.say(office.videos, "these", [office.start, office.end], thread=root)
    async with office.bot():
        form = await (await office.ann.shortcut(message, NAME)).modal()
        await office.ann.submit(form, {"prompt": PROMPT, "Resolution": "480p"})
        video = await office.finished()
        card = office.videos.by_bot[0]
        await office.until(card, "Done")
    assert card.thread_ts == video.thread_ts == root.ts
    assert (card.broadcast, video.broadcast) == (False, False)
