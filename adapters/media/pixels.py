"""From whatever pixels a file holds to 8-bit sRGB, each kind of pixel by its own rule.

Works in bands of lines, so that the only full-size picture in memory is the one that the reader made.
"""

import io
from functools import cache
from typing import Any

from PIL import Image, ImageCms

from bot.domain.errors import Which
from bot.domain.media import Frame

MAX_PNG = 8_000_000
"""Bytes; a frame without loss that would be larger goes as JPEG."""
_BAND = 128
_PLAIN = ("L", "RGB", "CMYK")


def shrunk(image: Image.Image, factor: int) -> Image.Image:
    """Return the loaded image as L, RGB or CMYK of 8 bits, ``factor`` times smaller, with alpha laid over white."""
    if factor == 1 and image.mode in _PLAIN and not image.has_transparency_data:
        return image
    width, height = image.size
    small: Image.Image | None = None
    for top in range(0, height, _BAND * factor):
        band = _flat(image.crop((0, top, width, min(top + _BAND * factor, height)))).reduce(factor)
        if small is None:
            small = Image.new(band.mode, (-(-width // factor), -(-height // factor)))
        small.paste(band, (0, top // factor))
    assert small is not None
    return small


def _flat(band: Image.Image) -> Image.Image:
    if band.mode.startswith("I;16"):
        band = _eight_bits(band)
    if band.has_transparency_data:
        white = Image.new("RGBA", band.size, "white")
        return Image.alpha_composite(white, band.convert("RGBA")).convert("RGB")
    return band if band.mode in _PLAIN else band.convert("RGB")


def _eight_bits(band: Image.Image) -> Image.Image:
    """Scale 16-bit gray to 8 bits by hand: Pillow's convert cuts everything above 255 off."""
    clear = band.info.pop("transparency", None)
    deep = band.convert("I")
    gray = deep.point(_levels(), "L")
    if isinstance(clear, int):
        gray.putalpha(deep.point([0 if level == clear else 255 for level in range(65_536)], "L"))
    return gray


@cache
def _levels() -> list[int]:
    return [(level + 128) // 257 for level in range(65_536)]


def as_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Return an L, RGB or CMYK image as sRGB, by its ICC profile (bytes) where that is sound and fits the pixels."""
    if not isinstance(profile, bytes) or not profile:
        return image.convert("RGB")
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted: Any = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # A profile of another kind of pixel, or a broken one: viewers show such a picture without it.
        return image.convert("RGB")
    assert isinstance(converted, Image.Image)
    return converted


def written(which: Which, picture: Image.Image, *, lossless: bool) -> Frame:
    """Return the picture as a file: a PNG where nothing is to be lost and that is not too heavy, else a JPEG."""
    buffer = io.BytesIO()
    if lossless:
        picture.save(buffer, "PNG")
        if buffer.tell() <= MAX_PNG:
            return Frame(which, buffer.getvalue(), "image/png", *picture.size)
        buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=95, subsampling=0)
    return Frame(which, buffer.getvalue(), "image/jpeg", *picture.size)
