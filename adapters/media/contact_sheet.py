"""Draws a contact sheet: the whole video at a glance, evenly spaced from its very first frame to its very last.

Frames are decoded in sequence and shrunk at once, so memory holds one frame and the thumbnails, however long the video.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from av.video.frame import VideoFrame
from PIL import Image, ImageDraw, ImageFilter

from adapters.media.lettering import BRIGHT, DIM, FAINT, Lettering, elided
from adapters.media.stills import chosen
from adapters.media.videos import VideoWork, counted, in_time, opened
from bot.domain.errors import BadVideo

DEADLINE = 120.0
SCALE = 2
"""Drawn at twice the size of its layout, for screens with dense pixels."""
MARGIN, GAP, CAPTION = 40 * SCALE, 18 * SCALE, 30 * SCALE
TITLE, FOOT = 64 * SCALE, 52 * SCALE
RADIUS = 6 * SCALE
GROUND, EDGE, ACCENT = (19, 20, 23), (52, 55, 62), (240, 168, 96)


@dataclass(frozen=True)
class Layout:
    """How many frames stand beside and above each other, and a thumbnail's size in pixels."""

    columns: int
    rows: int
    cell: tuple[int, int]

    @property
    def sheet(self) -> tuple[int, int]:
        """The whole picture's size in pixels."""
        width = 2 * MARGIN + self.columns * self.cell[0] + (self.columns - 1) * GAP
        pictures = self.rows * (self.cell[1] + CAPTION) + (self.rows - 1) * GAP
        return width, MARGIN // 2 + TITLE + pictures + FOOT + MARGIN // 2

    def corner(self, place: int) -> tuple[int, int]:
        """Return where the thumbnail at this place, counted in reading order, has its top left corner."""
        column, row = place % self.columns, place // self.columns
        return (
            MARGIN + column * (self.cell[0] + GAP),
            MARGIN // 2 + TITLE + row * (self.cell[1] + CAPTION + GAP),
        )


@dataclass(frozen=True)
class Still:
    """A frame of the video: its number from 0, its time in seconds, its thumbnail."""

    number: int
    seconds: float
    picture: Image.Image


class ContactSheet(VideoWork):
    """Pictures that show a whole video at a glance (:class:`bot.ports.ContactSheets`)."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        super().__init__("contact-sheet", deadline, "not drawn")

    async def draw(self, video: Path, to: Path, title: str, facts: str) -> None:
        """Write the sheet as a PNG that appears at ``to`` only when it is whole; raise :class:`BadVideo`."""
        await self.do(partial(_drawn, video, to, title, facts))


def layout_for(size: tuple[int, int], frames: int) -> Layout:
    """Return a layout that suits the video's shape: two rows of wide frames, one row of tall ones."""
    shape = size[0] / size[1]
    columns, width = (4, 320) if shape > 1.15 else (4, 270) if shape > 0.85 else (6, 216)
    rows = 2 if shape > 0.85 else 1
    count = max(1, min(columns * rows, frames))
    columns = min(columns, count)
    return Layout(columns, -(-count // columns), (width * SCALE, max(1, round(width / shape)) * SCALE))


def _drawn(video: Path, to: Path, title: str, facts: str, until: float) -> None:
    layout, stills, frames = _stills(video, until)
    sheet = Image.new("RGB", layout.sheet, GROUND)
    _words(sheet, title, facts)
    for place, still in enumerate(stills):
        _mount(sheet, layout, place, still)
        _caption(sheet, layout, place, still, last=still.number == frames - 1)
    part = to.with_name(to.name + ".part")
    try:
        sheet.save(part, "PNG")
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)


def _stills(video: Path, until: float) -> tuple[Layout, list[Still], int]:
    """Return the layout, the chosen frames and the number of all frames."""
    with opened(video) as (container, stream):
        frames = stream.frames or counted(container, stream, until)
        layout = layout_for((stream.width, stream.height), frames)
        container.seek(stream.start_time or 0, stream=stream)
        wanted = set(chosen(frames, layout.columns * layout.rows))
        stills = [
            Still(number, frame.time or 0.0, _thumbnail(frame, layout.cell))
            for number, frame in enumerate(in_time(container.decode(stream), until))
            if number in wanted
        ]
    if not stills:
        raise BadVideo("no frame that can be decoded")
    return layout, stills, frames


def _thumbnail(frame: VideoFrame, cell: tuple[int, int]) -> Image.Image:
    image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV leaves it without a type
    return image.resize(cell, Image.Resampling.LANCZOS)


def _rounded(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] * 2 - 1, size[1] * 2 - 1), RADIUS * 2, fill=255)
    return mask.resize(size, Image.Resampling.BOX)


def _mount(sheet: Image.Image, layout: Layout, place: int, still: Still) -> None:
    """Lay a thumbnail on the sheet, with a soft shadow below and a hairline around it."""
    (left, top), (width, height) = layout.corner(place), layout.cell
    pad = 12 * SCALE
    shadow = Image.new("L", (width + 2 * pad, height + 2 * pad))
    shadow.paste(120, (pad, pad + 3 * SCALE, pad + width, pad + height + 3 * SCALE))
    sheet.paste((0, 0, 0), (left - pad, top - pad), shadow.filter(ImageFilter.GaussianBlur(5 * SCALE)))
    rim = (width + 2, height + 2)
    sheet.paste(EDGE, (left - 1, top - 1), _rounded(rim))
    sheet.paste(still.picture, (left, top), _rounded(layout.cell))


def _caption(sheet: Image.Image, layout: Layout, place: int, still: Still, *, last: bool) -> None:
    """Write the frame's number on the left and its time on the right; the two given images carry a mark."""
    left, top = layout.corner(place)
    right, line = left + layout.cell[0], top + layout.cell[1] + CAPTION * 3 // 5
    draw = ImageDraw.Draw(sheet)
    number, time = Lettering(13 * SCALE), Lettering(12 * SCALE)
    draw.text((right, line), f"{still.seconds:.2f} s", FAINT, time.font, anchor="rm")
    if still.number == 0 or last:
        dot = 3 * SCALE
        draw.ellipse((left, line - dot, left + 2 * dot, line + dot), fill=ACCENT)
        left += 4 * dot
    draw.text((left, line), f"{still.number + 1}", BRIGHT, number.font, anchor="lm")


def _words(sheet: Image.Image, title: str, facts: str) -> None:
    draw, width = ImageDraw.Draw(sheet), sheet.width - 2 * MARGIN
    large, small = Lettering(22 * SCALE), Lettering(13 * SCALE)
    draw.text((MARGIN, MARGIN // 2 + TITLE * 2 // 5), elided(title, large, width), BRIGHT, large.font, anchor="lm")
    line = sheet.height - MARGIN // 2 - FOOT * 2 // 5
    draw.text((MARGIN, line), elided(facts, small, width * 4 // 5), DIM, small.font, anchor="lm")
    draw.text((sheet.width - MARGIN, line), "tweenbot", FAINT, small.font, anchor="rm")
