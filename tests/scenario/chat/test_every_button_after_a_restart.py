"""Every button of every card, pressed in another process than the one that has shown it: none is dead."""

from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from bot.domain.card import Action
from tests.scenario.chat.a_lost_answer import an_hour_passes, lose_an_answer
from tests.scenario.chat.chat import PROMPT, Card, Chat, delivered, plain, sent
from tests.twins.fal_jobs import TwinJob
from tests.twins.replies import Answer

BROKEN = Answer(500, {"detail": "worker died", "error_type": "runner_server_error"})
NEW_END = plain("morning.png", "white")


async def made(chat: Chat) -> TwinJob:
    """See a job through that a press has made: a card of its own, a request, a video; return the request."""
    card = await chat.next_card()
    job = await chat.fal.next_job()
    job.finish()
    assert (await chat.video()).card == card
    return job


async def remix(chat: Chat, card: Card, first: TwinJob) -> None:
    """Press what makes a new job of the card's images, whatever became of its own."""
    start, end = sent(chat.fal, first)
    await chat.press(card, Action.RERUN)
    job = await made(chat)
    assert "seed" not in job.arguments
    assert sent(chat.fal, job) == (start, end)
    assert job.arguments["prompt"] == first.arguments["prompt"]

    await chat.press(card, Action.SWAP)
    job = await made(chat)
    assert sent(chat.fal, job) == (end, start)
    assert job.arguments["seed"] == 7

    await chat.press(card, Action.EDIT)
    await chat.fill(prompt="it snows")
    job = await made(chat)
    assert {name for name, value in job.arguments.items() if value != first.arguments.get(name)} == {
        "prompt",
        "start_image_url",
        "end_image_url",
    }
    assert sent(chat.fal, job) == (start, end)


async def recipe_and_delete(chat: Chat, card: Card) -> None:
    """Press what is about the job itself."""
    await chat.press(card, Action.RECIPE)
    recipe = await chat.told()
    assert f"prompt: {PROMPT}" in recipe
    assert "seed: 7" in recipe
    await chat.press(card, Action.DELETE)
    assert "Deleted" in await chat.told()
    assert not card.is_there


async def test_of_a_job_that_is_done(chat: Chat) -> None:
    """*Again* has no seed, *Swap* turns the images round, *Continue* begins where the video ended, *Delete* deletes."""
    async with chat.bot():
        card, _ = await delivered(chat, resolution="480p", seed=7)
        first = chat.fal.jobs[0]
    async with chat.bot():
        await remix(chat, card, first)
        await chat.press(card, Action.CONTINUE)
        await chat.fill(prompt="and on it goes", end=NEW_END)
        job = await made(chat)
        start, end = sent(chat.fal, job)
        assert pixels(start) == last_pixels(chat.fal.video)
        assert pixels(end) == pixels(NEW_END.data)
        assert (job.arguments["resolution"], "seed" in job.arguments) == ("480p", False)
        before = len(chat.videos())
        await recipe_and_delete(chat, card)
        assert len(chat.videos()) == before - 1
    assert len(chat.fal.jobs) == 5


async def test_of_jobs_that_ended_without_a_video(chat: Chat) -> None:
    """A failed and a cancelled one have their images still."""
    async with chat.bot():
        failed = await chat.ask(seed=7)
        (await chat.fal.next_job()).finish(BROKEN)
        await chat.until(failed, "No video")
        cancelled = await chat.ask(seed=7)
        await chat.fal.next_job()
        await chat.until(cancelled, "Next in the queue")
        await chat.press(cancelled, Action.CANCEL)
        await chat.told()
        await chat.until(cancelled, "Cancelled")
        ended = list(zip((failed, cancelled), chat.fal.jobs, strict=True))
    async with chat.bot():
        for card, job in ended:
            assert Action.CONTINUE not in card.actions
            await remix(chat, card, job)
            await recipe_and_delete(chat, card)


async def test_of_jobs_that_are_not_over(chat: Chat, tmp_path: Path) -> None:
    """*Cancel* stops what another process had sent; an unclear job is looked for, or sent again."""
    async with chat.bot():
        lost, known = await lose_an_answer(chat, "lost")
        again, _ = await lose_an_answer(chat, "again")
        running = await chat.ask("running")
        job = await chat.fal.next_job()
        await chat.until(running, "Next in the queue")
    an_hour_passes(tmp_path)
    async with chat.bot():
        await chat.until(running, "Next in the queue")
        await chat.until(lost, "Unclear")
        await chat.until(again, "Unclear")
    async with chat.bot():
        await chat.press(running, Action.CANCEL)
        await chat.until(running, "Cancelled", "Nothing was charged.")
        assert job.cancels == 1
        chat.fal.known[known.id] = known
        known.finish()
        await chat.press(lost, Action.LOOK_AGAIN)
        assert (await chat.video()).card == lost
        await chat.until(lost, "Done")
        await chat.press(again, Action.SEND_AGAIN)
        assert (await made(chat)).arguments["prompt"] == "again"
    assert len(chat.fal.jobs) == 4


def pixels(data: bytes) -> list[int]:
    """Return what an image shows, coarsely: the mean of each of its colours."""
    with Pillow.open(BytesIO(data)) as image:
        return means(np.asarray(image.convert("RGB")))


def last_pixels(video: bytes) -> list[int]:
    """Return the same of a video's last frame."""
    with av.open(BytesIO(video), "r") as container:
        *_, frame = container.decode(video=0)
        return means(frame.to_ndarray(format="rgb24"))


def means(picture: npt.NDArray[Any]) -> list[int]:
    """Return the mean of each colour."""
    return [round(float(picture[..., colour].mean())) for colour in range(3)]
