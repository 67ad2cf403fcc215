"""Draws the pictures of README from a real job: the card half-way, and the contact sheet.

Run it from the root: python -m docs.pictures.draw
"""

import asyncio
import io
import tempfile
import time
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.spinner import Spinner

from adapters.embedded import process as embedded
from adapters.fal.credentials import Credentials
from adapters.fal.provider import FalProvider
from adapters.local.attachments import DiskAttachments
from adapters.local.card import WIDTH, panel
from adapters.local.upload import LocalChannel, Output
from adapters.media.contact_sheet import ContactSheet
from adapters.media.frames import PillowFrames
from adapters.media.videos import PyAVVideos
from bot.domain.card import Card
from bot.domain.request import Author, Command, ImageRef
from bot.flow.accept import accept
from bot.flow.kit import Kit, Limits
from bot.flow.signals import Signals
from bot.flow.tween import tween
from bot.wording.units import duration
from config import catalogue

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
PROMPT = "dusk turns to night as the camera moves in on the lighthouse"
# Rich's own template fetches a font from another host; a picture in a README must not.
TEMPLATE = """<svg viewBox="0 0 {terminal_width} {terminal_height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; white-space: pre; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}
</defs>
<rect fill="#131417" width="{terminal_width}" height="{terminal_height}" rx="8"/>
<g clip-path="url(#{unique_id}-clip-terminal)"><g class="{unique_id}-matrix">{backgrounds}{matrix}</g></g>
</svg>
"""


class Kept:
    """Keeps every card that was shown, with the seconds that had passed."""

    pace = 0.05

    def __init__(self) -> None:
        self.cards: list[tuple[Card, float]] = []
        self._since = time.monotonic()

    def show(self, card: Card) -> None:
        """Keep this card."""
        self.cards.append((card, time.monotonic() - self._since))


async def job(view: Kept, output: Path) -> None:
    """Run the example through the flow, on the embedded engine."""
    model = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
    start, end = (ImageRef(name, str(EXAMPLES / name)) for name in ("first.png", "last.png"))
    command = Command("picture", Author("docs", "docs"), start, end, PROMPT, {"resolution": "480p", "seed": 7})
    async with (
        embedded.running(output.parent) as engine,
        FalProvider(Credentials("the embedded engine", engine.key), engine.url, charges=False) as provider,
    ):
        limits = Limits(image_bytes=25_000_000, deadline=600)
        files = (DiskAttachments(), PillowFrames(), PyAVVideos())
        kit = Kit(provider, *files, workroom=output.parent, limits=limits, clock=time.monotonic)
        channel = LocalChannel(view, Output(output, ContactSheet()))
        await tween(accept(command, model, time.monotonic()), kit, channel, Signals())


def main() -> None:
    """Write card.svg and contact-sheet.jpg beside this file."""
    view = Kept()
    with tempfile.TemporaryDirectory() as room:
        output = Path(room) / "tween.mp4"
        asyncio.run(job(view, output))
        with Image.open(output.with_suffix(".sheet.png")) as sheet:
            sheet.convert("RGB").save(HERE / "contact-sheet.jpg", quality=88, optimize=True)
    half, elapsed = min(view.cards, key=lambda shown: abs((shown[0].fraction or 0) - 0.5))
    console = Console(record=True, width=WIDTH, force_terminal=True, color_system="truecolor", file=io.StringIO())
    console.print(panel(half, Spinner("dots"), duration(elapsed)))
    (HERE / "card.svg").write_text(console.export_svg(code_format=TEMPLATE, unique_id="card"), "utf-8")


if __name__ == "__main__":
    main()
