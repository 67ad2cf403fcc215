"""The door for pictures: what arrives is a stranger's file; what leaves is an upright 8-bit sRGB array.

Everything that could hurt is decided from the header, before a pixel is decoded: the format (an allow-list), the size
and, for JPEG, the scale at which it is decoded. A refusal is a sentence that says what to do. Metadata is dropped.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from engine.generator.arrays import Array
from engine.generator.canvas import Canvas, cover_box
from engine.generator.colour import resizable, to_srgb
from engine.generator.headers import claims_a_known_format, foreign_kind, jpeg_streams
from engine.generator.order import BadImage

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
MIN_SIDE = 16
MAX_PIXELS = 50_000_000  # decoded at once; 200 MB with transparency
HEAVY = ("WEBP", "AVIF")  # their decoders hold several copies
MAX_HEAVY_PIXELS = 25_000_000
MAX_BYTES = 100_000_000
_USE = "Save it as JPEG, PNG or WebP and try again."
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = 5  # EXIF orientations from here on swap width and height
# What Pillow's readers are known to raise on damaged files, beside their own errors.
_DAMAGED = (OSError, SyntaxError, ValueError, LookupError, EOFError, TypeError, MemoryError, OverflowError)


@dataclass(frozen=True)
class Picture:
    """A picture that was let in; `size` is its upright (width, height), `orientation` EXIF's number."""

    which: str
    image: Image.Image
    size: tuple[int, int]
    orientation: int


def open_picture(data: bytes, which: str) -> Picture:
    """Read the header and let the picture in, or raise BadImage."""
    if not data:
        raise BadImage(which, "image_load_error", f"The {which} image is empty (0 bytes). Upload the file again.")
    if len(data) > MAX_BYTES:
        raise _too_large(which, f"the file has {len(data) // 1_000_000} MB", f"below {MAX_BYTES // 1_000_000} MB")
    try:
        with _damage_named(which):
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as e:
        raise _unknown(data, which) from e
    except Image.DecompressionBombError as e:
        raise _too_large(which, "it has far too many pixels", _limit()) from e
    _check_size(image, data, which)
    # A PNG may hold its orientation behind the pixels: this can decode it. TIFFs are turned by Pillow's reader itself.
    with _damage_named(which):
        orientation = 1 if image.format == "TIFF" else image.getexif().get(ExifTags.Base.Orientation, 1)
    width, height = image.size
    upright = (height, width) if orientation in _UPRIGHT and orientation >= _SIDEWAYS else (width, height)
    return Picture(which, image, upright, orientation)


def decode(picture: Picture, canvas: Canvas) -> Array:
    """Give the picture as the canvas shows it: uint8 RGB, shape (height, width, 3), centre-cropped."""
    with _damage_named(picture.which):
        profile = picture.image.info.get("icc_profile")
        image = _upright(_reduced(picture, canvas), picture.orientation)
        rgb = to_srgb(image, profile)
        size = (canvas.width, canvas.height)
        return np.asarray(rgb.resize(size, Image.Resampling.LANCZOS, box=cover_box(rgb.size, canvas)))


def _reduced(picture: Picture, canvas: Canvas) -> Image.Image:
    """Decode frame 0 at the smallest scale that still covers the canvas, so that all later steps are small."""
    image = picture.image
    full_width = image.width
    cover = max(canvas.width / picture.size[0], canvas.height / picture.size[1])
    if cover < 1:
        image.draft(None, (ceil(image.width * cover), ceil(image.height * cover)))
    image.load()
    flat = resizable(image)
    factor = int(flat.width / full_width / cover / 2)
    return flat.reduce(factor) if factor > 1 else flat


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def _check_size(image: Image.Image, data: bytes, which: str) -> None:
    width, height = image.size
    if min(width, height) < MIN_SIDE:
        message = (
            f"The {which} image is too small ({width} x {height} pixels). "
            f"Use one of at least {MIN_SIDE} x {MIN_SIDE}, better 832 x 480 or more."
        )
        raise BadImage(which, "image_too_small", message)
    scaled_while_decoded = image.format in ("JPEG", "MPO") and jpeg_streams(data)
    limit = MAX_HEAVY_PIXELS if image.format in HEAVY else MAX_PIXELS
    if width * height > limit and not scaled_while_decoded:
        raise _too_large(which, f"it has {width} x {height} pixels", _limit(limit))


@contextmanager
def _damage_named(which: str) -> Iterator[None]:
    """Turn what Pillow raises on a damaged file into a refusal; its warnings speak to nobody here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnidentifiedImageError:
        raise
    except _DAMAGED as e:
        raise _damaged(which) from e


def _damaged(which: str) -> BadImage:
    message = f"The {which} image is damaged or cut off and cannot be read. Export or upload it again."
    return BadImage(which, "image_load_error", message)


def _unknown(data: bytes, which: str) -> BadImage:
    if claims_a_known_format(data):
        return _damaged(which)
    kind = foreign_kind(data)
    if kind is None:
        message = f"The {which} file is not a picture that can be read. {_USE}"
        return BadImage(which, "image_load_error", message)
    return BadImage(which, "unsupported_image_format", f"The {which} file is {kind}, which cannot be read. {_USE}")


def _too_large(which: str, fact: str, limit: str) -> BadImage:
    return BadImage(which, "image_too_large", f"The {which} image is too large: {fact}. Scale it down to {limit}.")


def _limit(pixels: int = MAX_PIXELS) -> str:
    return f"at most {pixels // 1_000_000} million pixels"
