"""Draws Discord's cards, in each state of a job, from what the adapter sends; for the docs and for the eye.

Run it from the root: python -m docs.pictures.cards FOLDER
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from PIL import Image

from adapters.discord.card import FRAMES, layout
from adapters.media.frames import PillowFrames
from adapters.media.preview import PillowPreviews
from bot.domain.card import Card
from bot.domain.errors import Charge, ContentRefused
from bot.domain.job import (
    Accepted,
    Cancelled,
    Delivered,
    Failed,
    Job,
    State,
    Submitted,
    Submitting,
    Ticket,
    Unclear,
)
from bot.domain.media import Video
from bot.domain.progress import InProgress, InQueue, Phase, Progress
from bot.domain.request import Author, Command, ImageRef
from bot.flow.accept import accept
from bot.flow.card import CardMaker
from bot.ports import CancelAnswer
from config import catalogue
from docs.pictures.discord_page import discord_html
from docs.pictures.shoot import shoot

EXAMPLES = Path(__file__).parents[1] / "examples"
PROMPT = "dusk turns to night as the camera moves in on the lighthouse"
NOW = 1_790_000_000.0
ANN = "100000000000000001"
TICKET = Ticket("764cabcf-b745-4b3e-ae38-1200304cf45b", "", "", "")
VIDEO = Video(1280, 720, 81, 5.06, 3_400_000)
PLACE = {"guild": "1", "channel": "2", "message": "3", "frames": "1", "video": "4"}


@dataclass(frozen=True)
class Moment:
    """A job at one moment: its state, its progress, and what the provider said to a cancel."""

    name: str
    state: State
    progress: Progress = field(default_factory=Progress)
    answer: CancelAnswer | None = None
    has_frames: bool = True


def moments() -> Iterator[Moment]:
    """Yield a moment for each way that a card can look."""
    submitted = Submitted(TICKET, NOW)
    rendering = Progress().after(InProgress(("3/30",)), NOW - 20).after(InProgress(("12/30",)), NOW)
    yield Moment("waiting", Accepted(), Progress(Phase.WAITING), has_frames=False)
    yield Moment("queued", submitted, Progress().after(InQueue(3), NOW))
    yield Moment("rendering", submitted, rendering)
    yield Moment("stopping", submitted, rendering, CancelAnswer.REQUESTED)
    yield Moment("reconciling", Submitting(NOW), Progress(Phase.RECONCILING))
    yield Moment("done", Delivered(VIDEO, 421337, Decimal("0.40"), 96.0))
    yield Moment("failed", Failed(ContentRefused("prompt")))
    yield Moment("cancelled", Cancelled(Charge.POSSIBLE))
    yield Moment("unclear", Unclear(Charge.POSSIBLE))


def card_of(moment: Moment) -> Card:
    """Return the card that the core makes of a moment."""
    model = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
    image = ImageRef("image", "")
    command = Command("discord:1234567890", Author("discord", ANN, "1"), image, image, PROMPT, {"seed": 421337})
    sizes = ((1280, 720), (1000, 1000)) if moment.has_frames else None
    job = replace(accept(command, model, NOW - 42), state=moment.state, image_sizes=sizes, request_id=TICKET.request_id)
    return CardMaker(charges=True).card(_seen(job), moment.progress, NOW, moment.answer)


def _seen(job: Job) -> Job:
    return job if job.image_sizes else replace(job, request_id=None)


def discord_message(card: Card, frames: bytes | None) -> dict[str, Any]:
    """Return the message that Discord gets, and what hangs on it."""
    place = PLACE if frames else {}
    return {
        "author": "Tweenbot",
        "avatar_emoji": "🎞️",
        "components": layout(card, ANN, place).to_components(),
        "attachments": {FRAMES: frames} if frames else {},
        "now": NOW,
    }


async def preview() -> bytes:
    """Return the picture of the example's frames, as they are cropped."""
    with closing(PillowFrames()) as frames, closing(PillowPreviews()) as previews:
        start = await frames.prepare("start", (EXAMPLES / "first.png").read_bytes())
        end = await frames.prepare("end", (EXAMPLES / "last.png").read_bytes())
        return await previews.draw(start, end, (1280, 720))


async def draw(folder: Path) -> None:
    """Write one picture a moment."""
    picture = await preview()
    for moment in moments():
        message = discord_message(card_of(moment), picture if moment.has_frames else None)
        path = folder / f"discord-{moment.name}.png"
        await asyncio.to_thread(shoot, discord_html(message, names={ANN: "ann"}), path)
        with Image.open(path) as shot:
            shot.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1])))
