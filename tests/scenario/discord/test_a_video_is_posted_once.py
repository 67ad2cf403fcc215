"""The one message with the video: whatever becomes of its answer, there is one."""

import asyncio
import signal

from tests.scenario.discord.studio import Studio
from tests.twins.discord import HoldAnswer, LoseAnswer, Refuse, Usual


async def test_the_answer_to_the_video_is_lost(studio: Studio) -> None:
    """It was posted, and is looked for; it was not, and is posted."""
    async with studio.bot():
        for reply in (LoseAnswer(), Refuse()):
            card = await studio.tween(resolution="480p")
            studio.discord.script("message_create", reply)
            video = await studio.finished()
            await studio.until(card, "Done")
            assert video.reference is card
    assert len(studio.room.messages) == 4


async def test_the_bot_is_killed_while_it_posts(studio: Studio) -> None:
    """The next one finds the message that was posted, and says what is so."""
    never = asyncio.Event()
    held = HoldAnswer(never)
    async with studio.bot() as bot:
        card = await studio.tween(resolution="480p")
        studio.discord.script("message_create", held)
        (await studio.fal.next_job()).finish()
        await asyncio.wait_for(held.reached.wait(), 30)
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
    never.set()
    async with studio.bot():
        await studio.until(card, "Done")
    video = await studio.room.next_message()
    assert studio.room.messages == [card, video]


async def test_the_bot_is_killed_while_it_posts_to_its_author(studio: Studio) -> None:
    """Its channel is gone, and no nonce is remembered any more: it is found where it went all the same."""
    never = asyncio.Event()
    held = HoldAnswer(never)
    async with studio.bot() as bot:
        await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        studio.room.remove()
        studio.discord.script("message_create", Usual(), held)
        job.finish()
        await asyncio.wait_for(held.reached.wait(), 30)
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
    never.set()
    studio.discord.pass_time(600)
    async with studio.bot():
        await studio.discord.until(lambda: any("Done" in each.text for each in studio.ann.dm.messages))
    # A card is made of components alone; the one that was held may have been the first.
    (video,) = [each for each in studio.ann.dm.messages if not each.is_v2]
    assert (video.attachment.data, video.pings) == (studio.fal.video, [studio.ann])
