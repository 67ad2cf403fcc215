"""Draws Discord's and Slack's cards, in each state of a job, and Slack's form and Home tab; for the docs and the eye.

All of it is what the adapters send.

Run it from the root: python -m docs.pictures.cards FOLDER
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from PIL import Image

from adapters.discord.card import FRAMES, layout
from adapters.media.frames import PillowFrames
from adapters.media.preview import PillowPreviews
from adapters.slack import home
from adapters.slack.card import blocks
from adapters.slack.forms import About, Begun, form
from adapters.slack.take import Seat
from bot.domain.budget import Allowance, Usage
from bot.domain.card import Card
from bot.domain.errors import Charge, ContentRefused
from bot.domain.job import (
    Accepted,
    Cancelled,
    Delivered,
    Expected,
    Failed,
    Job,
    Proposed,
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
from bot.ports import CancelAnswer, Entry
from config import catalogue
from docs.pictures.discord_page import discord_html
from docs.pictures.shoot import shoot
from docs.pictures.slack_page import slack_html, slack_modal_html

EXAMPLES = Path(__file__).parents[1] / "examples"
PROMPT = "dusk turns to night as the camera moves in on the lighthouse"
NOW = 1_790_000_000.0
ANN = "100000000000000001"
TICKET = Ticket("764cabcf-b745-4b3e-ae38-1200304cf45b", "", "", "")
VIDEO = Video(1280, 720, 81, 5.06, 3_400_000)
SEAT = Seat("T1", "", ANN, "C1")
ON_SLACK = {"picture": "frames", "permalink": "https://acme.slack.example/files/B1/F1/tween.mp4"}
ON_SHEET, COLUMNS = ("proposed", "rendering", "done", "failed", "cancelled", "unclear"), 3
PLACE = {"guild": "1", "channel": "2", "message": "3", "frames": "1", "video": "4"}


@dataclass(frozen=True)
class Moment:
    """A job at one moment: its state, its progress, and what the provider said to a cancel."""

    name: str
    state: State
    progress: Progress = field(default_factory=Progress)
    answer: CancelAnswer | None = None
    has_frames: bool = True
    expected: Expected | None = None


def moments() -> Iterator[Moment]:
    """Yield a moment for each way that a card can look."""
    submitted = Submitted(TICKET, NOW)
    rendering = Progress().after(InProgress(("3/30",)), NOW - 20).after(InProgress(("12/30",)), NOW)
    yield Moment("waiting", Accepted(), Progress(Phase.WAITING), has_frames=False)
    proposed, expected = Proposed(NOW, Decimal("4.20")), Expected(95, 170, 37)
    yield Moment("proposed", proposed, Progress(Phase.ASKING), expected=expected)
    yield Moment("queued", submitted, Progress().after(InQueue(3), NOW))
    yield Moment("rendering", submitted, rendering)
    yield Moment("stopping", submitted, rendering, CancelAnswer.REQUESTED)
    yield Moment("reconciling", Submitting(NOW), Progress(Phase.RECONCILING))
    yield Moment("done", Delivered(VIDEO, 421337, Decimal("0.40"), 96.0))
    yield Moment("failed", Failed(ContentRefused("prompt")))
    yield Moment("cancelled", Cancelled(Charge.POSSIBLE))
    yield Moment("unclear", Unclear(Charge.POSSIBLE))


def job_of(moment: Moment) -> Job:
    """Return the job at a moment."""
    model = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
    image = ImageRef("image", "")
    command = Command("discord:1234567890", Author("discord", ANN, "1"), image, image, PROMPT, {"seed": 421337})
    sizes = ((1280, 720), (1000, 1000)) if moment.has_frames else None
    request_id = TICKET.request_id if sizes else None
    job = replace(accept(command, model, NOW - 42), state=moment.state, image_sizes=sizes, request_id=request_id)
    return replace(job, expected=moment.expected)


def card_of(moment: Moment) -> Card:
    """Return the card that the core makes of a moment."""
    foretells = moment.expected is not None
    return CardMaker(charges=True, foretells=foretells).card(job_of(moment), moment.progress, NOW, moment.answer)


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


def slack_message(card: Card, *, has_frames: bool) -> dict[str, Any]:
    """Return the message that Slack gets."""
    place = ON_SLACK if has_frames else {}
    return {"author": "Tweenbot", "avatar_emoji": "🎞️", "blocks": blocks(card, ANN, place), "now": NOW}


def slack_form(locale: str, *, more: bool) -> dict[str, Any]:
    """Return the form, as it opens or with all options."""
    view = form(catalogue.load()[catalogue.DEFAULT_ENDPOINT], About(SEAT, more=more), locale, PROMPT, Begun({}))
    return dict(view.to_dict())


def slack_home() -> dict[str, Any]:
    """Return the Home tab of somebody with a few jobs, as a message."""
    jobs = [replace(job_of(moment), place=ON_SLACK if moment.name == "done" else {}) for moment in moments()][1:7]
    asking = replace(jobs[0], request=replace(jobs[0].request, id="asking"))
    jobs, cards = [asking, *jobs[1:]], {asking.id: "https://acme.slack.example/archives/C1/p1"}
    renews = date(2026, 10, 1)
    month = Usage("September 2026", Allowance(Decimal(5), Decimal(20)), Decimal("1.60"), Decimal("7.20"), renews)
    listed = home.shown([Entry(job, NOW, NOW, NOW) for job in jobs], month, cards)
    return {"author": "Tweenbot", "blocks": [block.to_dict() for block in (*home.head(), *listed)], "now": NOW}


async def preview() -> bytes:
    """Return the picture of the example's frames, as they are cropped."""
    with closing(PillowFrames()) as frames, closing(PillowPreviews()) as previews:
        start = await frames.prepare("start", (EXAMPLES / "first.png").read_bytes())
        end = await frames.prepare("end", (EXAMPLES / "last.png").read_bytes())
        return await previews.draw(start, end, (1280, 720))


def pages(picture: bytes) -> Iterator[tuple[str, str]]:
    """Yield the name of each picture, and its page."""
    names, files = {ANN: "ann"}, {"frames": picture}
    for moment in moments():
        card = card_of(moment)
        message = discord_message(card, picture if moment.has_frames else None)
        yield f"discord-{moment.name}", discord_html(message, names=names)
        message = slack_message(card, has_frames=moment.has_frames)
        yield f"slack-{moment.name}", slack_html(message, names=names, files=files)
    yield "slack-form", slack_modal_html(slack_form("en-US", more=False))
    yield "slack-form-more", slack_modal_html(slack_form("de-DE", more=True))
    yield "slack-home", slack_html(slack_home(), names=names)


async def draw(folder: Path) -> None:
    """Write all pictures."""
    for name, page in pages(await preview()):
        path = folder / f"{name}.png"
        await asyncio.to_thread(shoot, page, path)
        with Image.open(path) as shot:
            shot.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def sheet(folder: Path, platform: str) -> None:
    """Write the cards of a platform in their states as one picture beside this file, for its page in the docs."""
    shots = [Image.open(folder / f"{platform}-{state}.png").convert("RGB") for state in ON_SHEET]
    halves = [shot.resize((shot.width // 2, shot.height // 2), Image.Resampling.LANCZOS) for shot in shots]
    width, rows = max(each.width for each in halves), [halves[:COLUMNS], halves[COLUMNS:]]
    heights = [max(each.height for each in row) for row in rows]
    ground = halves[0].getpixel((0, 0))
    whole = Image.new("RGB", (COLUMNS * width, sum(heights)), ground)
    for number, row in enumerate(rows):
        for column, each in enumerate(row):
            whole.paste(each, (column * width, sum(heights[:number])))
    whole.save(Path(__file__).parent / f"{platform}-cards.jpg", quality=86, optimize=True)


async def main(folder: Path) -> None:
    """Write all pictures, and the sheets of the docs."""
    await draw(folder)
    for platform in ("discord", "slack"):
        sheet(folder, platform)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
