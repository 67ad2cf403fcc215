"""The video: streamed to Slack, shared in the card's thread once, whatever becomes of an answer or of a process."""

import asyncio
import signal

import pytest

from tests.scenario.heavy import Shelf, alt, peak_of, the_bot
from tests.scenario.slack.office import PROMPT, Office, has_video
from tests.scenario.slack.said import ended
from tests.twins.fal_jobs import TwinJob
from tests.twins.replies import HoldAnswer, LoseAnswer, Refuse, Usual
from tests.twins.slack import Message
from tests.twins.slack_replies import Error, RateLimited

MB = 1024 * 1024
LARGE = 30_000_000
SHARE = "files.completeUploadExternal"
"""The card's picture is completed first, then the video."""


def videos(office: Office) -> list[Message]:
    """Return the messages of the channel with a video."""
    return [message for message in office.videos.by_bot if has_video(message)]


async def queued(office: Office) -> tuple[Message, TwinJob]:
    """Have a job that waits at fal; return its card, and it."""
    card = await office.tween(Resolution="480p")
    job = await office.fal.next_job()
    await office.until(card, "Next in the queue")
    return card, job


async def test_a_large_one_is_streamed(office: Office, heavy: Shelf) -> None:
    """30 MB go from fal to Slack piece by piece: the bot's memory hardly moves, and the length is said beforehand."""
    async with office.bot():
        card, job = await queued(office)
        job.finish()
        await office.until(card, "Done")
        before = peak_of(the_bot())
        office.fal.video = heavy(30).read_bytes()
        card, job = await queued(office)
        job.finish()
        await office.until(card, "Done")
        grown = peak_of(the_bot()) - before
    (file,) = videos(office)[-1].files
    assert file.upload is not None
    assert (file.upload.content_length, len(file.data)) == (LARGE, LARGE)
    assert file.upload.largest_piece <= MB
    assert file.data == office.fal.video
    assert grown < LARGE / 3


async def test_what_it_is(office: Office) -> None:
    """A file named for its job in the card's thread, told by its prompt to who cannot see it; it names the cost."""
    async with office.bot():
        card, job = await queued(office)
        job.finish()
        video = await office.video()
        await office.until(card, "Done")
    (file,) = video.files
    assert (file.data, file.alt_text, file.mimetype) == (office.fal.video, alt(PROMPT), "video/mp4")
    assert file.name.startswith("tween-")
    assert (video.thread_ts, video.broadcast) == (card.ts, False)
    assert video.text == f"<@{office.ann.id}> Your video is ready (seed 42, $0.20)."


async def test_an_answer_that_is_lost(office: Office) -> None:
    """Slack has shared it and could not say so: it is found, and not shared a second time."""
    office.slack.script(SHARE, Usual(), LoseAnswer())
    async with office.bot():
        card, job = await queued(office)
        job.finish()
        await office.until(card, "Done")
        assert "Go to the video" in card.buttons
    assert len(videos(office)) == 1


async def test_a_share_that_does_not_arrive(office: Office) -> None:
    """Neither the address, nor the bytes, nor the share get through at first: each is tried again; it is there once."""
    async with office.bot():
        card, job = await queued(office)
        office.slack.script("files.getUploadURLExternal", RateLimited(1))
        office.slack.script("upload", Refuse())
        office.slack.script(SHARE, RateLimited(1))
        job.finish()
        await office.until(card, "Done")
    assert len(videos(office)) == 1
    assert len(office.slack.calls("upload")) == 3


async def test_a_message_that_is_late(office: Office) -> None:
    """Slack shows it a while after it has taken it: the card waits, and then knows the way to it."""
    async with office.bot():
        card, job = await queued(office)
        office.slack.shares.delay = None
        looks = len(office.slack.calls("files.info"))
        job.finish()
        await office.slack.until(lambda: len(office.slack.calls("files.info")) >= looks + 3)
        assert "Done" not in card.all_text
        office.slack.shares.now()
        await office.until(card, "Done")
        assert "Go to the video" in card.buttons
    assert len(videos(office)) == 1


async def test_a_look_that_fails(office: Office) -> None:
    """What is shared is shared, even where Slack does not say where: the job is done, without the way to it."""
    async with office.bot() as bot:
        card, job = await queued(office)
        office.slack.script("files.info", Error("fatal_error"))
        job.finish()
        await office.until(card, "Done")
        assert "Go to the video" not in card.buttons
        await ended(bot)
    assert len(videos(office)) == 1


@pytest.mark.parametrize("moment", ["the bytes are there", "nothing is shared", "it is shared"])
async def test_a_kill_in_between(office: Office, moment: str) -> None:
    """Whenever it comes, the next process shares the video exactly once, and its author is notified once."""
    never = asyncio.Event()
    async with office.bot() as bot:
        card, job = await queued(office)
        before = len(office.slack.calls(SHARE))
        hold = HoldAnswer(never)
        if moment == "the bytes are there":
            office.slack.script("upload", hold)
        else:
            office.slack.script(SHARE, hold if moment == "it is shared" else Refuse())
        job.finish()
        if moment == "nothing is shared":
            await office.slack.until(lambda: len(office.slack.calls(SHARE)) > before)
        else:
            await hold.reached.wait()
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
    never.set()
    assert len(videos(office)) <= (moment == "it is shared")
    async with office.bot():
        await office.until(card, "Done")
    (video,) = videos(office)
    assert (video.pings, video.thread_ts) == ({office.ann.id}, card.ts)
    uploaded = [file for file in office.acme.files if file.name.endswith(".mp4") and file.upload]
    assert len(uploaded) == (2 if moment == "the bytes are there" else 1)


async def test_delete(office: Office) -> None:
    """*Delete* leaves nothing of the job at Slack: neither message nor file."""
    async with office.bot():
        form = await office.form(office.ann, office.videos)
        await office.ann.submit(form, {"start": office.start, "end": office.end, "When it is done": ["1"]})
        (await office.fal.next_job()).finish()
        await office.slack.until(lambda: any(m.broadcast for m in office.videos.by_bot))
        card = office.videos.by_bot[0]
        await office.until(card, "Done")
        await office.ann.click(card, "Delete")
        await office.slack.until(lambda: any(m.text.startswith("Deleted") for m in office.videos.messages))
    assert office.videos.by_bot == []
    assert [file.deleted for file in office.acme.files if file.owner is None] == [True, True]
