"""A video of any weight reaches its author: as it is, or by a link where the workspace takes no such file."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.heavy_videos import MB
from tests.scenario.heavy import PATIENCE, Shelf, alt, animated, check_link, digest, frames, link_in, peak_of, the_bot
from tests.scenario.slack.office import PROMPT, Office, has_video
from tests.twins.fal_jobs import TwinJob
from tests.twins.replies import HoldAnswer, LoseAnswer
from tests.twins.slack import File, Message
from tests.twins.slack_replies import Error

MOST_GROWTH = 30 * MB
"""How much more memory the bot may take for a video of 300 MB."""
ASK, SHARE = "files.getUploadURLExternal", "files.completeUploadExternal"


async def queued(office: Office) -> tuple[Message, TwinJob]:
    """Have a job that waits at fal, whose picture for the card is uploaded; return the card, and the job."""
    shared = len(office.slack.calls(SHARE))
    card = await office.tween(Resolution="480p")
    job = await office.fal.next_job()
    await office.slack.until(lambda: len(office.slack.calls(SHARE)) > shared)
    return card, job


async def brought(office: Office, made: Path) -> Message:
    """Have this video made; return its message."""
    office.fal.video_file = made
    card, job = await queued(office)
    job.finish()
    await office.slack.until(lambda: "Done" in card.all_text, PATIENCE)
    (video,) = [reply for reply in card.replies if has_video(reply)]
    return video


async def linked(office: Office, card: Message, job: TwinJob) -> Message:
    """Have a small video made that is refused; return the message with its link."""
    job.finish()
    await office.until(card, "Done", "it came by a link, until")
    (message,) = card.replies
    assert message.pings == {office.ann.id}
    await check_link(link_in(message.text), office.fal.video)
    return message


async def test_every_weight_is_taken_as_it_is(office: Office, heavy: Shelf) -> None:
    """9, 11, 60 and 300 MB: the bytes that fal made, told to who cannot see them; the bot's memory stays."""
    async with office.bot(public=True):
        for megabytes in (9, 11, 60):
            video = await brought(office, heavy(megabytes))
            (file,) = video.files
            assert (digest(file.data), file.alt_text) == (digest(heavy(megabytes)), alt(PROMPT))
            assert frames(file.data) > 1
        before = peak_of(the_bot())
        video = await brought(office, heavy(300))
        grown = peak_of(the_bot()) - before
    (file,) = video.files
    assert file.upload is not None
    assert (file.upload.content_length, digest(file.data)) == (300 * MB, digest(heavy(300)))
    assert "http" not in video.text
    assert grown < MOST_GROWTH


REFUSALS = (
    (ASK, "file_uploads_except_images_disabled", True),
    (SHARE, "slack_connect_blocked_file_type", True),
    (ASK, "storage_limit_reached", False),
    (SHARE, "slack_connect_file_upload_sharing_blocked", False),
)
"""Where Slack refuses a file, with which words, and whether it takes a picture: each way once."""


async def test_a_refusal_leads_to_a_link(office: Office) -> None:
    """With the video in small where the workspace takes pictures, bare where it takes nothing; one message each."""
    async with office.bot(public=True):
        for where, code, takes_pictures in REFUSALS:
            card, job = await queued(office)
            office.slack.script(where, *[Error(code)] * (1 if takes_pictures else 2))
            message = await linked(office, card, job)
            if takes_pictures:
                (picture,) = message.files
                assert (animated(picture.data) > 1, picture.alt_text) == (True, alt(PROMPT)), code
            else:
                assert message.files == [], code
            assert "Go to the video" in card.buttons


async def test_without_links_a_refusal_says_why(office: Office, tmp_path: Path) -> None:
    """The reason is on the card, and the video is kept."""
    async with office.bot():
        card, job = await queued(office)
        office.slack.script(ASK, Error("file_uploads_disabled"))
        job.finish()
        await office.until(card, "No video", "The video is made", "this workspace takes no files", "This was charged.")
    (kept,) = (tmp_path / ".tweenbot" / "work").glob("*.mp4")
    assert kept.read_bytes() == office.fal.video


@pytest.mark.parametrize("is_bare", [True, False])
async def test_an_answer_to_a_link_that_is_lost(office: Office, *, is_bare: bool) -> None:
    """One message, one mention, with a picture or without one."""
    async with office.bot(public=True):
        card, job = await queued(office)
        office.slack.script(ASK, *[Error("file_uploads_disabled")] * (2 if is_bare else 1))
        office.slack.script("chat.postMessage" if is_bare else SHARE, LoseAnswer())
        await linked(office, card, job)


async def test_a_kill_around_a_link(office: Office) -> None:
    """The next process finds the message: one of them, one mention; the card knows the way it came."""
    never = asyncio.Event()
    async with office.bot(public=True) as bot:
        card, job = await queued(office)
        hold = HoldAnswer(never)
        office.slack.script(ASK, Error("file_upload_size_restricted"))
        office.slack.script(SHARE, hold)
        job.finish()
        await hold.reached.wait()
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
    never.set()
    async with office.bot(public=True):
        await office.until(card, "Done", "it came by a link, until")
    (message,) = card.replies
    assert (message.pings, len(message.files)) == ({office.ann.id}, 1)


async def test_what_goes_on_after_a_link(office: Office) -> None:
    """*Continue* begins with the last frame of the video behind it, not with its picture's."""
    async with office.bot(public=True):
        card, job = await queued(office)
        office.slack.script(ASK, Error("file_upload_size_restricted"))
        await linked(office, card, job)
        form = await (await office.ann.click(card, "Continue")).modal()
        await office.ann.submit(form, {"end": File("b.png", office.end.data), "prompt": "on it goes"})
        following = await office.fal.next_job()
        start = office.fal.uploads[str(following.arguments["start_image_url"]).rpartition("/")[2]]
        # A PNG's width and height: the video's, which the first photograph has not.
        assert (int.from_bytes(start[16:20], "big"), int.from_bytes(start[20:24], "big")) == (96, 64)
