"""A job that ends without a video says so, wherever its card has gone in the meantime; a card is no undead message."""

import asyncio

import pytest

from adapters.discord.errors import THREAD_ARCHIVED, UNKNOWN_INTERACTION
from tests.scenario.discord.studio import Studio
from tests.twins.discord import Message
from tests.twins.discord_replies import Answer
from tests.twins.replies import Answer as OfFal

REFUSED = OfFal(422, {"detail": [{"loc": ["body", "prompt"], "msg": "no", "type": "content_policy_violation"}]})


@pytest.mark.parametrize("private", [True, False])
async def test_its_channel_is_deleted(studio: Studio, private: bool) -> None:  # noqa: FBT001  # a case
    """Its author reads of the failure, and of what it cost, in direct messages."""
    async with studio.bot():
        await studio.asked(studio.ann, studio.room, resolution="480p", private=private)
        job = await studio.fal.next_job()
        studio.room.remove()
        job.finish(REFUSED)
        told = await studio.ann.dm.next_message()
        await studio.until(told, "No video", "content policy")
    assert studio.ann.dm.messages == [told]


@pytest.mark.parametrize("later", [0, 20 * 60])
async def test_it_was_deleted_by_somebody(studio: Studio, later: int) -> None:
    """While the job goes on it stays away; that it failed is told anew, below."""
    async with studio.bot():
        card = await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        await studio.until(card, "Next in the queue")
        await studio.ann.delete(card)
        studio.discord.pass_time(later)
        edits = len(_edits(studio))
        job.progress("3/30")
        await studio.discord.until(lambda: len(_edits(studio)) > edits)
        assert studio.room.messages == []
        job.finish(REFUSED)
        told = await studio.room.next_message()
        await studio.until(told, "No video", "content policy")
    assert studio.room.messages == [told]


async def test_the_video_is_told_of_by_itself(studio: Studio) -> None:
    """No card comes back beside it."""
    async with studio.bot():
        card = await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        await studio.ann.delete(card)
        job.finish()
        video = await studio.room.next_message()
    assert studio.room.messages == [video]


async def test_its_thread_is_archived(studio: Studio) -> None:
    """What is in there cannot be edited; a new message opens it again."""
    thread = studio.room.thread("night")
    async with studio.bot():
        card = await studio.asked(studio.ann, thread, resolution="480p")
        job = await studio.fal.next_job()
        await studio.until(card, "Next in the queue")
        studio.discord.pass_time(20 * 60)
        studio.discord.script("message_edit", *[Answer(400, THREAD_ARCHIVED, "archived")] * 20)
        job.finish(REFUSED)
        told: Message = await thread.next_message()
        await studio.until(told, "No video", "content policy")
    assert thread.messages == [card, told]


async def test_a_card_that_the_bot_itself_has_posted(studio: Studio) -> None:
    """Its command's answer came too late, so it is a message of the bot's; that in direct messages is another one."""
    studio.discord.script("callback", Answer(404, UNKNOWN_INTERACTION))
    async with studio.bot():
        await studio.ann.slash(
            studio.room, "tween", start=studio.start, end=studio.end, prompt="it rains", resolution="480p"
        )
        job, _ = await asyncio.gather(studio.fal.next_job(), studio.room.next_message())
        studio.room.remove()
        job.finish()
        first, second = [await studio.ann.dm.next_message() for _ in range(2)]
        await studio.until(first if first.is_v2 else second, "Done")
    assert studio.ann.dm.messages == [first, second]


def _edits(studio: Studio) -> list[object]:
    return [seen for seen in studio.discord.seen if seen.method == "PATCH"]
