"""The door for pictures: a stranger's file comes in; an upright sRGB frame without any metadata goes on, or a refusal.

Whatever could hurt is decided from the header, before a pixel is decoded. Pillow's own guard against huge pictures only
knows the size in the file, not the size at which a JPEG is decoded, and half of it is a warning; so the readers are
called directly, behind the limits of this module.
"""

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from adapters.media.aside import Aside
from adapters.media.borders import bordered
from adapters.media.pixels import as_srgb, shrunk, written
from adapters.media.sniff import Kind, decodes_by_lines, kind_of
from bot.domain.errors import BadImage, ImageFault, Which
from bot.domain.media import Frame

LONG_SIDE = 2560
"""The longest side of a frame in pixels: twice the widest video (1280 x 720)."""
MIN_SIDE = 16
"""The shortest side that is taken: one patch of the video models, which see 16 x 16 pixels as one."""
MAX_PIXELS = 50_000_000
"""Pixels that are held at once, so at most 200 MB; for a JPEG after shrinking while it is decoded."""
HEAVY_PIXELS = 25_000_000
"""The same for WebP and AVIF, whose decoders hold three or four copies."""
DEADLINE = 60.0

_READERS: dict[Kind, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    Kind.JPEG: JpegImagePlugin.JpegImageFile,
    Kind.PNG: PngImagePlugin.PngImageFile,
    Kind.WEBP: WebPImagePlugin.WebPImageFile,
    Kind.GIF: GifImagePlugin.GifImageFile,
    Kind.BMP: BmpImagePlugin.BmpImageFile,
    Kind.TIFF: TiffImagePlugin.TiffImageFile,
    Kind.AVIF: AvifImagePlugin.AvifImageFile,
}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DNG_VERSION = 50_706
_NOT_TAKEN = {"I": "32-bit", "F": "32-bit", "LAB": "Lab colour"}


class PillowFrames:
    """Turns what people attach into frames (:class:`bot.ports.Frames`), one at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._aside = Aside("frames", deadline)

    async def prepare(self, which: Which, data: bytes) -> Frame:
        """Return the frame, or raise :class:`BadImage`. The limit on the file's bytes is the caller's."""
        try:
            return await self._aside.run(partial(_Intake(which).frame, data))
        except TimeoutError as e:
            raise BadImage(which, ImageFault.DAMAGED, f"not read within {self._aside.deadline:g} s") from e

    async def bordered(self, frame: Frame, size: tuple[int, int]) -> Frame:
        """Return the frame whole, in the shape of ``size``, between borders of a blurred copy of it."""
        try:
            return await self._aside.run(partial(bordered, frame, size))
        except TimeoutError as e:
            raise BadImage(frame.which, ImageFault.DAMAGED, f"not read within {self._aside.deadline:g} s") from e

    def close(self) -> None:
        """Wait for the picture in hand and end the thread."""
        self._aside.close()


class _Intake:
    def __init__(self, which: Which) -> None:
        self._which = which

    def frame(self, data: bytes) -> Frame:
        kind = kind_of(data)
        if not isinstance(kind, Kind):
            raise BadImage(self._which, *kind)
        with self._damage_named(kind):
            image = self._opened(kind, data)
        target = self._target(image.size)
        profile = image.info.get("icc_profile")
        with self._damage_named(kind):
            orientation = _load(image)
        small = as_srgb(shrunk(image, _factor(image.size, target)), profile)
        lossless = _is_lossless(kind, image, data)
        image.close()
        frame = small.resize(target, Image.Resampling.LANCZOS) if small.size != target else small
        turn = _UPRIGHT.get(orientation)
        return self._encoded(frame.transpose(turn) if turn is not None else frame, lossless=lossless)

    def _opened(self, kind: Kind, data: bytes) -> ImageFile.ImageFile:
        """Read the header and hold it against the limits; a JPEG comes back set to decode smaller where it may."""
        if kind is Kind.GIF:  # its reader makes room for the whole screen at once
            self._check_size((int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")), MAX_PIXELS)
        image = _READERS[kind](io.BytesIO(data))
        mode = _NOT_TAKEN.get(image.mode)
        if mode is not None:
            raise BadImage(self._which, ImageFault.UNSUPPORTED, f"{mode} {kind.value}")
        if isinstance(image, TiffImagePlugin.TiffImageFile) and _DNG_VERSION in image.tag_v2:
            raise BadImage(self._which, ImageFault.UNSUPPORTED, "camera raw")
        full = image.size
        if kind is Kind.JPEG and decodes_by_lines(data):
            image.draft(None, _fitted(full))
        held = image.size[0] * image.size[1]
        limit = HEAVY_PIXELS if kind in (Kind.WEBP, Kind.AVIF) else MAX_PIXELS
        self._check_size(full, limit, held)
        return image

    def _check_size(self, size: tuple[int, int], limit: int, held: int | None = None) -> None:
        if (size[0] * size[1] if held is None else held) > limit:
            raise BadImage(self._which, ImageFault.TOO_LARGE, _pixels(size))

    def _target(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the frame's size; refuse a picture that has, or would be left with, a side too short."""
        target = _fitted(size)
        if min(*size, *target) < MIN_SIDE:
            raise BadImage(self._which, ImageFault.TOO_SMALL, _pixels(size))
        return target

    def _encoded(self, frame: Image.Image, *, lossless: bool) -> Frame:
        frame.info = {}  # the writers would carry a profile, a comment or a resolution over
        return written(self._which, frame, lossless=lossless)

    @contextmanager
    def _damage_named(self, kind: Kind) -> Iterator[None]:
        """Turn what a reader raises into a refusal; its warnings would speak to nobody here."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except BadImage:
            raise
        except Image.DecompressionBombError as e:  # a GIF whose first frame outgrows its screen
            raise BadImage(self._which, ImageFault.TOO_LARGE, "") from e
        except Exception as e:  # readers raise anything from struct.error to AssertionError on hostile files
            if "MAX_TEXT" in str(e):
                raise BadImage(self._which, ImageFault.UNSUPPORTED, f"{kind.value} with oversized metadata") from e
            raise BadImage(self._which, ImageFault.DAMAGED) from e


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]} pixels"


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size scaled down so that its longer side is at most LONG_SIDE."""
    longest = max(size)
    if longest <= LONG_SIDE:
        return size
    return round(size[0] * LONG_SIDE / longest), round(size[1] * LONG_SIDE / longest)


def _factor(size: tuple[int, int], target: tuple[int, int]) -> int:
    """Return by how much whole pixels are averaged first; the fine filter does what is left, less than a half."""
    return max(1, max(size) // max(target))


def _load(image: ImageFile.ImageFile) -> int:
    """Decode frame 0 and return its EXIF orientation, 1 where it has none that can be read."""
    image.load()
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001  # broken metadata raises anything, and says nothing about the pixels
        return 1
    return orientation if isinstance(orientation, int) else 1


def _is_lossless(kind: Kind, image: Image.Image, data: bytes) -> bool:
    if kind is Kind.WEBP:
        return b"VP8L" in data and b"VP8 " not in data  # the names of its chunks
    if kind is Kind.TIFF:
        return image.info.get("compression") not in ("jpeg", "tiff_jpeg", "webp")
    return kind in (Kind.PNG, Kind.GIF, Kind.BMP)
