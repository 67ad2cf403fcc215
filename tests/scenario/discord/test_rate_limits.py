"""Discord's rate limits: nothing is lost to them, and they are kept rather than run into."""

import asyncio

from tests.scenario.discord.studio import PROMPT, Studio
from tests.twins.discord import HoldAnswer, RateLimited

JOBS = 10
SECONDS = 60.0


async def test_what_was_limited_is_sent_later(studio: Studio) -> None:
    """Edits and the video's message wait as long as they are asked to; of many changes the newest is shown."""
    async with studio.bot():
        card = await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        await studio.until(card, "Next in the queue")
        before = card.edits
        studio.discord.script("original_edit", RateLimited(0.3), RateLimited(0.3))
        studio.discord.script("message_create", RateLimited(0.3), RateLimited(0.3, everywhere=True))
        for step in range(1, 31):
            job.progress(f"{step}/30")
        await studio.until(card, "Step 30/30")
        job.finish()
        video = await studio.room.next_message()
        await studio.until(card, "Done")
    assert studio.discord.too_many == 4
    assert studio.room.messages == [card, video]
    assert card.edits - before < 8


async def test_ten_jobs_in_one_channel(studio: Studio) -> None:
    """All are done at the same time: each has its video, and hardly a request was one too many."""
    async with studio.bot({"TWEENBOT_MAX_RUNNING_PER_USER": str(JOBS)}):
        asked = [
            await studio.ann.slash(
                studio.room, "tween", start=studio.start, end=studio.end, prompt=PROMPT, resolution="480p"
            )
            for _ in range(JOBS)
        ]
        cards = [await each.shown() for each in asked]
        jobs = [await studio.fal.next_job() for _ in range(JOBS)]
        for job in jobs:
            job.progress("15/30")
        for job in jobs:
            job.finish()
        await studio.discord.until(lambda: all("Done" in card.text for card in cards), SECONDS)
    videos = [message for message in studio.room.messages if message.reference]
    assert {video.reference for video in videos} == set(cards)
    assert len(videos) == JOBS
    assert len(studio.room.messages) == 2 * JOBS
    assert studio.discord.too_many <= 2


async def test_an_edit_that_takes_long_undoes_nothing(studio: Studio) -> None:
    """The video is posted while an edit of the card still waits for its answer: the card leads to it all the same."""
    answered = asyncio.Event()
    slow = HoldAnswer(answered)
    async with studio.bot():
        card = await studio.tween(resolution="480p")
        job = await studio.fal.next_job()
        await studio.until(card, "Next in the queue")
        studio.discord.script("original_edit", slow)
        job.progress("12/30")
        await slow.reached.wait()
        job.finish()
        video = await studio.room.next_message()
        answered.set()
        await studio.until(card, "Done")
        button = card.button("Go to the video")
    assert button is not None
    assert button.url.endswith(f"/{video.id}")
