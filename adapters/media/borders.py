"""Fits an image of another shape into a video's: all of it is shown, between borders that are a blurred copy of it."""

import io

from PIL import Image, ImageEnhance, ImageFilter

from adapters.media.pixels import written
from bot.domain.media import Frame
from bot.domain.mend import same_shape

_SOFT = 24
"""Pixels of the blurred copy's shorter side: nothing of the image's own shapes is left in it."""
_DIM = 0.72


def bordered(frame: Frame, size: tuple[int, int]) -> Frame:
    """Return the frame whole, in exactly ``size`` (width, height), so that nobody has to scale it again.

    One of that shape comes back as it is. A PNG stays one, and keeps its pixels where it fits without being scaled.
    """
    if same_shape(frame.size, size):
        return frame
    with Image.open(io.BytesIO(frame.data), formats=("PNG", "JPEG")) as image:
        picture = image.convert("RGB")
    scale = min(size[0] / picture.width, size[1] / picture.height)
    inner = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    corner = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    ground = _ground(picture, size)
    ground.paste(picture if inner == picture.size else picture.resize(inner, Image.Resampling.LANCZOS), corner)
    return written(frame.which, ground, lossless=frame.content_type == "image/png")


def _ground(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    scale = max(size[0] / picture.width, size[1] / picture.height)
    width, height = size[0] / scale, size[1] / scale
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    factor = _SOFT / min(size)
    small = max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
    soft = picture.resize(small, Image.Resampling.BOX, (left, top, left + width, top + height))
    # Grown in two steps: one alone would leave the grid of the small copy to be seen.
    grown = max(1, size[0] // 8), max(1, size[1] // 8)
    soft = soft.resize(grown, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(min(grown) / 8))
    soft = soft.resize(size, Image.Resampling.BICUBIC)
    return ImageEnhance.Brightness(soft).enhance(_DIM)
