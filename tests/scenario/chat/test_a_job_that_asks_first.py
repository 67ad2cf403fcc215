"""A job that asks first: its author sees the frames and the price, and nothing leaves the machine without a *Go*."""

import asyncio
import sqlite3
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image as Pillow

from bot.domain.card import Action
from bot.domain.server import Rules
from tests.bad_images import saved
from tests.scenario.chat.chat import ANN, BOB, DIRECT, PROMPT, ROOM, START, Card, Chat, Image, sent
from tests.twins.fal_jobs import TwinJob

DEAR = {"TWEENBOT_ASK_OVER": "0.30"}
"""US dollars: a video at 720p asks, and one at 480p does not."""
WIDE = "16:9"
TALL_END = Image("night.png", saved(Pillow.new("RGB", (64, 96), "navy"), "PNG"))
LEAVES = {"token", "initiate", "put", "upload", "submit"}
"""What fal sees of an image or a request."""


async def asked(chat: Chat, room: str = ROOM, **options: object) -> Card:
    """Ask for a dear video of a wide and a tall image; return its card once it asks, before anything is sent."""
    shape = {"aspect_ratio": WIDE, **options}
    card = await chat.ask(room=room, images=(START, TALL_END), **shape)  # type: ignore[arg-type]  # the model's options
    await chat.until(card, "Make this video?", "Nothing is sent before you press Go")
    await chat.pictured(card)
    assert LEAVES & {seen.kind for seen in chat.fal.seen} == set()
    return card


async def made(chat: Chat, card: Card, room: str = ROOM) -> TwinJob:
    """See a job through: one request, one video that pings its author; return the request."""
    job = await chat.fal.next_job()
    job.finish()
    video = await chat.video(room=room)
    assert (video.pings, video.card) == ((ANN,), card)
    await chat.until(card, "Done")
    assert chat.fal.counts["submit"] == len(chat.videos(room=room)) == 1
    return job


def opened(data: bytes) -> Pillow.Image:
    """Return an image as it was sent."""
    with Pillow.open(BytesIO(data)) as image:
        return image.convert("RGB")


def shown(chat: Chat, job: TwinJob) -> list[str]:
    """Return what is in the middle of both images as they were sent: the orange dusk, or the blue night."""
    middles = [image.getpixel((image.width // 2, image.height // 2)) for image in map(opened, sent(chat.fal, job))]
    return ["dusk" if isinstance(each, tuple) and each[0] > each[2] else "night" for each in middles]


def two_hours_pass(folder: Path) -> None:
    """Have every job have begun two hours earlier, while the bot is stopped: longer than it waits for a Go."""
    with sqlite3.connect(folder / ".tweenbot" / "tweenbot.sqlite") as store:
        store.execute("UPDATE jobs SET started_at = started_at - 7200")


async def test_a_server_has_a_limit_of_its_own(chat: Chat) -> None:
    """It goes before the operator's, and what is above it asks, also what is made of an earlier job."""
    await chat.decide(Rules(ask_over=Decimal("0.10")))
    async with chat.bot(**DEAR):
        card = await asked(chat, resolution="480p")
        assert "$0.20" in card.text
        await chat.press(card, Action.GO)
        job = await made(chat, card)
        await chat.press(card, Action.SWAP)
        swapped = await chat.next_card()
        await chat.until(swapped, "Make this video?")
        assert chat.fal.jobs == [job]


@pytest.mark.parametrize("room", [ROOM, DIRECT])
async def test_nothing_is_sent_before_a_go(chat: Chat, room: str) -> None:
    """The card has price, budget, warnings and every change that matters; *Go* is one request, one video, one ping."""
    async with chat.bot(**DEAR, TWEENBOT_BUDGET_PER_USER="1"):
        card = await asked(chat, room)
        for words in ("$0.40", "Budget left", "$0.60", "Expected no history yet", "16 % of it", "62 % of it"):
            assert words in card.text
        assert list(card.actions) == [
            Action.GO,
            Action.EXCHANGE,
            Action.BLUR,
            Action.TALL,
            Action.SQUARE,
            Action.CANCEL,
        ]
        assert chat.videos(room=room) == []
        await chat.press(card, Action.GO)
        job = await made(chat, card, room)
        assert (job.arguments["prompt"], shown(chat, job)) == (PROMPT, ["dusk", "night"])
        assert card.shows_frames


async def test_what_is_changed_is_what_is_sent(chat: Chat) -> None:
    """*Swap* and *9:16* are shown before they are paid: that is the order and the shape of the request."""
    async with chat.bot(**DEAR):
        card = await asked(chat)
        await chat.press(card, Action.EXCHANGE)
        await chat.until(card, "The first image is small (64 x 96)")
        await chat.press(card, Action.TALL)
        await chat.until(card, "Make this video?", "720 x 1280")
        assert Action.TALL not in card.actions
        assert Action.WIDE in card.actions
        await chat.press(card, Action.GO)
        job = await made(chat, card)
        assert (job.arguments["aspect_ratio"], shown(chat, job)) == ("9:16", ["night", "dusk"])


async def test_blurred_borders_are_sent(chat: Chat) -> None:
    """All of each image is in what is sent, in the video's shape; *Crop instead* takes the borders away again."""
    async with chat.bot(**DEAR):
        card = await asked(chat)
        await chat.press(card, Action.BLUR)
        await chat.until(card, "Make this video?")
        await chat.offered(card, Action.CROP)
        assert "cropped away" not in card.text
        await chat.press(card, Action.CROP)
        await chat.offered(card, Action.BLUR)
        await chat.press(card, Action.BLUR)
        await chat.offered(card, Action.CROP)
        await chat.press(card, Action.GO)
        job = await made(chat, card)
    assert {image.size for image in map(opened, sent(chat.fal, job))} == {(1280, 720)}
    assert shown(chat, job) == ["dusk", "night"]


async def test_its_author_alone_decides(chat: Chat) -> None:
    """Whoever else presses is told whose job it is, and nothing happens; two presses of *Go* at once are one."""
    async with chat.bot(**DEAR):
        card = await asked(chat)
        for action, label in ((Action.GO, "Go"), (Action.TALL, "9:16"), (Action.CANCEL, "Cancel")):
            await chat.press(card, action, by=BOB)
            said = await chat.told(BOB)
            assert "Only" in said
            assert label in said
        assert Action.TALL in card.actions
        assert LEAVES & {seen.kind for seen in chat.fal.seen} == set()
        await asyncio.gather(chat.press(card, Action.GO), chat.press(card, Action.GO))
        await made(chat, card)


async def test_a_job_that_is_dropped_costs_nothing(chat: Chat, tmp_path: Path) -> None:
    """By *Cancel*, or by an author who says nothing for an hour: the reserved money is free again."""
    budget = {"TWEENBOT_BUDGET_PER_USER": "0.50"}
    async with chat.bot(**DEAR, **budget):
        card = await asked(chat)
        await chat.press(card, Action.CANCEL)
        await chat.until(card, "Cancelled", "Nothing was charged.")
        forgotten = await asked(chat)
    two_hours_pass(tmp_path)
    async with chat.bot(**DEAR, **budget):
        await chat.until(forgotten, "Cancelled", "Nothing was charged.")
        last = await asked(chat)
        assert "$0.10" in last.text
        await chat.press(last, Action.GO)
        await made(chat, last)


async def test_a_kill_at_any_moment(chat: Chat) -> None:
    """Killed while it asks, and right after a press: the buttons work still, and *Go* is one request."""
    async with chat.bot(**DEAR) as bot:
        card = await asked(chat)
        await bot.kill()
    async with chat.bot(**DEAR) as bot:
        await chat.press(card, Action.EXCHANGE)
        await chat.until(card, "The first image is small (64 x 96)")
        await chat.offered(card, Action.GO)
        await chat.press(card, Action.GO)
        await bot.kill()
    async with chat.bot(**DEAR):
        if Action.GO in card.actions:
            await chat.press(card, Action.GO)
        job = await made(chat, card)
        assert shown(chat, job) == ["night", "dusk"]


async def test_only_what_is_dear_asks(chat: Chat) -> None:
    """Below the limit a job starts at once, and above it whoever wants may look first all the same."""
    async with chat.bot(**DEAR):
        await chat.ask(resolution="480p")
        (await chat.fal.next_job()).finish()
        await chat.video()
        submits = chat.fal.counts["submit"]
        card = await chat.ask(resolution="480p", ask_first=True)
        await chat.until(card, "Make this video?", "$0.20")
        assert chat.fal.counts["submit"] == submits == 1
        await chat.press(card, Action.GO)
        (await chat.fal.next_job()).finish()
        assert (await chat.video()).card == card


async def test_borders_are_kept_by_what_is_made_of_a_job(chat: Chat) -> None:
    """*Again* and *Swap* of a job with blurred borders have them too, and do not put borders around borders."""
    async with chat.bot():
        card = await chat.ask(images=(START, TALL_END), fit="blur", aspect_ratio=WIDE, resolution="480p")
        first = await made(chat, card)
        assert "cropped away" not in card.text
        await chat.press(card, Action.RECIPE)
        assert "fit: blurred borders" in await chat.told()
        await chat.press(card, Action.RERUN)
        again = await chat.fal.next_job()
        await chat.press(card, Action.SWAP)
        swapped = await chat.fal.next_job()
        assert sent(chat.fal, again) == sent(chat.fal, first)
        assert sent(chat.fal, swapped) == sent(chat.fal, first)[::-1]
        for job in (again, swapped):
            job.finish()
            await chat.video()
