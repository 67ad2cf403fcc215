"""A video of any weight reaches its author: as it is, as a lighter copy, or by a link, whatever Discord says to it."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.heavy_videos import MB
from tests.scenario.discord.studio import PROMPT, Studio
from tests.scenario.heavy import PATIENCE, Shelf, alt, animated, check_link, frames, link_in, opened, peak_of, the_bot
from tests.twins.discord import Answer, Attachment, File, HoldAnswer, Message

TEN_MIB = 10 * 1024 * 1024
MOST_GROWTH = 30 * MB
"""How much more memory the bot may take for a video of 300 MB."""
TOO_LARGE = Answer(413, 40005, "Request entity too large")


async def brought(studio: Studio, made: Path | None = None) -> tuple[Message, Message]:
    """Have this video made, or a small one; return the card, which says that it is done, and the video's message."""
    studio.fal.video_file = made
    card = await studio.tween(resolution="480p")
    (await studio.fal.next_job()).finish()
    video = await studio.discord.until(
        lambda: next((m for m in studio.room.messages if m.reference is card), None), PATIENCE
    )
    assert await studio.room.next_message() is video
    await studio.until(card, "Done")
    assert video is not None
    assert video.pings == [studio.ann]
    return card, video


def shown(video: Message, kind: str) -> Attachment:
    """Return the one file of a message, which is of this kind, light enough, and told to who cannot see it."""
    (file,) = video.attachments
    assert file.name.endswith(kind)
    assert file.size <= TEN_MIB
    assert file.description == alt(PROMPT)
    return file


async def test_every_weight_reaches_an_unboosted_server(studio: Studio, heavy: Shelf) -> None:
    """9 MB as they are, 11 and 60 as a copy beside the original's link, 300 by a link; the bot's memory stays."""
    async with studio.bot(public=True):
        studio.discord.script("message_create", TOO_LARGE)
        _, video = await brought(studio)
        assert animated(shown(video, ".gif").data) > 1
        _, video = await brought(studio, heavy(9))
        assert shown(video, ".mp4").data == heavy(9).read_bytes()
        assert "http" not in video.text
        for megabytes in (11, 60):
            card, video = await brought(studio, heavy(megabytes))
            assert frames(shown(video, ".mp4").data) == frames(heavy(megabytes))
            assert f"The original, {megabytes}.0 MB: " in video.text
            assert "Made smaller for this channel" in card.text
            await check_link(link_in(video.text), heavy(megabytes))
        before = peak_of(the_bot())
        card, video = await brought(studio, heavy(300))
        grown = peak_of(the_bot()) - before
        assert animated(shown(video, ".gif").data) > 1
        assert shown(video, ".gif").size <= 2 * MB
        assert "The video, 300.0 MB: " in video.text
        assert "it came by a link, until" in card.text
        await check_link(link_in(video.text), heavy(300))
        assert link_in(video.text) not in card.text
    assert grown < MOST_GROWTH


async def test_a_boost_that_is_lost_on_the_way(studio: Studio, heavy: Shelf) -> None:
    """Discord refuses what it said that it takes: a copy for every server; and where that is refused, a link."""
    studio.guild.boost_tier = 2
    async with studio.bot(public=True):
        studio.discord.script("message_create", TOO_LARGE)
        _, video = await brought(studio, heavy(11))
        assert frames(shown(video, ".mp4").data) == frames(heavy(11))
        studio.discord.script("message_create", TOO_LARGE, TOO_LARGE)
        _, video = await brought(studio, heavy(11))
        await check_link(link_in(video.text), heavy(11))
        shown(video, ".gif")


async def test_a_private_one_by_a_link_is_published_with_it(studio: Studio) -> None:
    """Its author alone sees the link, hidden like the picture, until *Publish* shows both to everyone."""
    async with studio.bot(public=True):
        studio.discord.script("followup", TOO_LARGE)
        asked = await studio.ann.slash(
            studio.room,
            "tween",
            start=studio.start,
            end=studio.end,
            prompt=PROMPT,
            resolution="480p",
            private=True,
            spoiler=True,
        )
        card = await asked.shown()
        (await studio.fal.next_job()).finish()
        await studio.until(card, "Done")
        (video,) = asked.followups
        assert video.ephemeral
        assert shown(video, ".gif").spoiler
        assert studio.room.messages == []
        await studio.ann.click(video, "Publish")
        public = await studio.room.next_message()
        await check_link(link_in(video.text), studio.fal.video)
    assert link_in(public.text) == link_in(video.text)
    assert f"||<{link_in(public.text)}>||" in public.text
    assert (shown(public, ".gif").spoiler, public.pings) == (True, [])


async def test_what_goes_on_after_a_link(studio: Studio) -> None:
    """*Continue* begins with the last frame of the video behind it; *Delete* takes it back, and the message."""
    async with studio.bot(public=True):
        studio.discord.script("message_create", TOO_LARGE)
        card, video = await brought(studio)
        form = await (await studio.ann.click(card, "Continue")).modal()
        await studio.ann.submit(form, {"prompt": "on it goes", "end": File("b.png", studio.end.data)})
        job = await studio.fal.next_job()
        start = studio.fal.uploads[str(job.arguments["start_image_url"]).rpartition("/")[2]]
        # A PNG's width and height: the video's, which the first photograph has not.
        assert (int.from_bytes(start[16:20], "big"), int.from_bytes(start[20:24], "big")) == (96, 64)
        job.finish()
        await studio.discord.until(lambda: len(studio.room.messages) == 4)
        await studio.ann.click(card, "Delete")
        await studio.discord.until(lambda: card.deleted and video.deleted)
        assert (await opened(link_in(video.text))).status in (404, 410)


@pytest.mark.parametrize("is_posted", [True, False])
async def test_a_kill_around_a_link(studio: Studio, *, is_posted: bool) -> None:
    """The next process finds the message, or posts it: one message, one mention; the card knows the way it came."""
    never = asyncio.Event()
    async with studio.bot(public=True) as bot:
        card = await studio.tween(resolution="480p")
        hold = HoldAnswer(never)
        studio.discord.script("message_create", TOO_LARGE, hold if is_posted else Answer(500))
        (await studio.fal.next_job()).finish()
        await studio.discord.until(lambda: len(studio.discord.requests("message_create")) == 2)
        await studio.discord.until(lambda: not is_posted or hold.reached.is_set())
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
    never.set()
    if not is_posted:
        studio.discord.script("message_create", TOO_LARGE)
    async with studio.bot(public=True):
        await studio.until(card, "Done", "it came by a link, until")
    (video,) = [message for message in studio.room.messages if message is not card]
    assert (video.pings, len(studio.fal.requests("file"))) == ([studio.ann], 1)


async def test_no_way_at_all(studio: Studio, tmp_path: Path) -> None:
    """Without links, and no file taken: the card says so, and the video is where it says; it is charged."""
    async with studio.bot():
        card = await studio.tween(resolution="480p")
        studio.discord.script("message_create", TOO_LARGE)
        (await studio.fal.next_job()).finish()
        await studio.until(card, "No video", "The video is made", "Request entity too large", "This was charged.")
    (kept,) = (tmp_path / ".tweenbot" / "work").glob("*.mp4")
    assert kept.name in card.text
    assert kept.read_bytes() == studio.fal.video
    assert studio.room.messages == [card]
