"""Draws a preview: what the video will start and end with, cropped as the model crops it, in one picture for a card.

Its ground is the light of the two frames themselves, darkened: it looks at home on Discord's dark theme and on a white
page, and gives tall frames something to stand on.
"""

import io
from functools import partial

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from adapters.media.aside import Aside
from bot.domain.errors import BadImage, ImageFault
from bot.domain.media import Frame

DEADLINE = 30.0
WIDTH = 1200
"""Pixels: the widest that Discord shows is 550, on dense screens twice that."""
TALLEST = 464
"""Pixels of a panel's height at most, so that tall frames do not push the rest of the card out of sight."""
MARGIN, GAP = 28, 76
RADIUS = 14
HEAVIEST = 250_000
"""Bytes; a card is edited often, and phones load it each time they first see it."""

_QUALITIES = (88, 80, 70, 55, 40)
_GROUND, _GLOW, _COLOUR = (19, 20, 23), 0.42, 1.6
_GRID = (8, 3)
"""Colours of the ground: so few that no shape of the frames is left in it."""
_RIM, _SHADOW, _ARROW = 46, 130, (240, 241, 244)
_FINE = 4
"""How much larger masks are drawn, for smooth edges."""


class PillowPreviews:
    """Pictures that show both frames as they will be cropped (:class:`bot.ports.Previews`), one at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._aside = Aside("previews", deadline)

    async def draw(self, start: Frame, end: Frame, size: tuple[int, int]) -> bytes:
        """Return a JPEG, 1200 pixels wide and 520 high at most, for a video of ``size`` (width, height) in pixels.

        Raises :class:`BadImage` where a frame does not decode, or both do not in time.
        """
        try:
            return await self._aside.run(partial(_drawn, start, end, size))
        except TimeoutError as e:
            raise BadImage(start.which, ImageFault.DAMAGED, f"not drawn within {self._aside.deadline:g} s") from e

    def close(self) -> None:
        """Wait for the preview in hand and end the thread."""
        self._aside.close()


def panel_for(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size of one of the two panels, in pixels, in the shape of a video of ``size``."""
    widest = (WIDTH - 2 * MARGIN - GAP) // 2
    scale = min(widest / size[0], TALLEST / size[1])
    return max(3, round(size[0] * scale)), max(3, round(size[1] * scale))


def corners(panel: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where the start's and the end's panel have their top left corners."""
    left = (WIDTH - GAP) // 2 - panel[0]
    return (left, MARGIN), (left + panel[0] + GAP, MARGIN)


def _drawn(start: Frame, end: Frame, size: tuple[int, int]) -> bytes:
    panel = panel_for(size)
    pictures = [_cropped(frame, size, panel) for frame in (start, end)]
    sheet = _lit_ground((WIDTH, panel[1] + 2 * MARGIN), pictures)
    mask = _rounded(panel)
    for picture, corner in zip(pictures, corners(panel), strict=True):
        _mount(sheet, picture, corner, mask)
    _point(sheet)
    return _jpeg(sheet)


def _cropped(frame: Frame, size: tuple[int, int], panel: tuple[int, int]) -> Image.Image:
    """Return the middle of the frame that is left when it is scaled to cover the video, at the panel's size."""
    try:
        with Image.open(io.BytesIO(frame.data), formats=("PNG", "JPEG")) as image:
            scale = max(size[0] / image.width, size[1] / image.height)
            width, height = min(image.width, size[0] / scale), min(image.height, size[1] / scale)
            left, top = (image.width - width) / 2, (image.height - height) / 2
            box = (left, top, left + width, top + height)
            return image.convert("RGB").resize(panel, Image.Resampling.LANCZOS, box)
    except Exception as e:  # readers raise anything from struct.error to SyntaxError on damaged files
        raise BadImage(frame.which, ImageFault.DAMAGED) from e


def _lit_ground(size: tuple[int, int], pictures: list[Image.Image]) -> Image.Image:
    """Return a ground that glows on either side with what stands there."""
    columns, rows = _GRID
    light = Image.new("RGB", (2 * columns, rows))
    for place, picture in enumerate(pictures):
        light.paste(picture.resize(_GRID, Image.Resampling.BOX), (place * columns, 0))
    # Grown in two steps: one alone would leave the grid to be seen.
    soft = light.resize((size[0] // 8, size[1] // 8), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(14))
    glow = ImageEnhance.Color(soft.resize(size, Image.Resampling.BICUBIC)).enhance(_COLOUR)
    return Image.blend(Image.new("RGB", size, _GROUND), glow, _GLOW)


def _rounded(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", (size[0] * _FINE, size[1] * _FINE))
    box = (0, 0, mask.width - 1, mask.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, RADIUS * _FINE, fill=255)
    return mask.reduce(_FINE)


def _mount(sheet: Image.Image, picture: Image.Image, corner: tuple[int, int], mask: Image.Image) -> None:
    """Lay a picture on the sheet, with a soft shadow below it and a fine light rim just inside its edge."""
    shadow = Image.new("L", sheet.size)
    shadow.paste(mask.point([level * _SHADOW // 255 for level in range(256)]), (corner[0], corner[1] + 6))
    sheet.paste((0, 0, 0), mask=shadow.filter(ImageFilter.GaussianBlur(12)))
    sheet.paste(picture, corner, mask)
    inner = Image.new("L", mask.size)
    inner.paste(mask.resize((mask.width - 2, mask.height - 2), Image.Resampling.LANCZOS), (1, 1))
    rim = ImageChops.subtract(mask, inner).point([level * _RIM // 255 for level in range(256)])
    sheet.paste((255, 255, 255), corner, rim)


def _point(sheet: Image.Image) -> None:
    """Draw the arrow from the start to the end in the middle of the gap."""
    side = GAP * _FINE
    mask = Image.new("L", (side, side))
    draw, middle, stroke = ImageDraw.Draw(mask), side // 2, 4 * _FINE
    tail, tip, barb = middle - 17 * _FINE, middle + 17 * _FINE, 11 * _FINE
    for line in (
        ((tail, middle), (tip, middle)),
        ((tip - barb, middle - barb), (tip, middle), (tip - barb, middle + barb)),
    ):
        draw.line(line, fill=255, width=stroke, joint="curve")
        for x, y in (line[0], line[-1]):  # round ends
            draw.ellipse((x - stroke / 2, y - stroke / 2, x + stroke / 2, y + stroke / 2), fill=255)
    sheet.paste(_ARROW, ((sheet.width - GAP) // 2, (sheet.height - GAP) // 2), mask.reduce(_FINE))


def _jpeg(sheet: Image.Image) -> bytes:
    """Encode it as well as the limit allows; only noise needs less than the first quality."""
    data = b""
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        sheet.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        data = buffer.getvalue()
        if len(data) <= HEAVIEST:
            break
    return data
