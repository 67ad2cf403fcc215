"""Image files of every kind that a stranger may attach, made in memory: the awkward, the broken and the hostile.

One factory for all rooms, so that "a 16-bit PNG" is the same file in the tests of the intake, the engine and the flow.
``IMAGES`` names each file and says what must become of it. All awkward-but-good files show :func:`scene`.
"""

import io
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, NamedTuple

from PIL import ExifTags, Image, ImageDraw, ImageOps
from PIL.PngImagePlugin import PngInfo

from tests.raw_images import (
    GRAY,
    RGB,
    display_p3,
    gif_screen,
    icc_png_bomb,
    jpeg_with_size,
    one_scan_a_layer,
    png,
    png_bomb,
    tiff_of_floats,
    ztxt_bomb,
)

SIZE = (96, 64)
COLOURS = ((208, 48, 48), (48, 160, 64), (48, 80, 200), (208, 176, 64))
"""The scene's quarters: top left, top right, bottom left, bottom right."""

GRAY_16 = (0, 257, 32_896, 65_535)
"""The quarters' levels of :func:`gray_16`, in 16 bits; in 8 bits they are 0, 1, 128 and 255."""

SECRETS = (b"TWEEN-CAMERA", b"TWEEN-AUTHOR", b"TWEEN-XMP", b"TWEEN-COMMENT")
"""What the metadata of :func:`jpeg_with_secrets` and :func:`png_with_secrets` says; it may not leave the machine."""

Fate = Literal["handled", "refused"]


class Sample(NamedTuple):
    """A file and what must become of it."""

    make: Callable[[], bytes]
    fate: Fate


def scene(size: tuple[int, int] = SIZE) -> Image.Image:
    """Return four quarters of plain colour: which way is up, and what was mirrored, shows in the corners."""
    image = Image.new("RGB", size)
    width, height = size
    draw = ImageDraw.Draw(image)
    for index, colour in enumerate(COLOURS):
        left, top = index % 2 * (width // 2), index // 2 * (height // 2)
        draw.rectangle((left, top, width if index % 2 else width // 2, height), fill=colour)
    return image


def quarters(image: Image.Image) -> list[object]:
    """Return the pixels in the middle of the four quarters, in the order of ``COLOURS``."""
    width, height = image.size
    return [image.getpixel((width * (1 + i % 2 * 2) // 4, height * (1 + i // 2 * 2) // 4)) for i in range(4)]


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return the image as a file of Pillow's format ``kind``."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def plain(kind: str = "PNG", size: tuple[int, int] = SIZE, **options: object) -> bytes:
    """Return the scene as an ordinary file."""
    return saved(scene(size), kind, **options)


_LYING = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def turned(orientation: int) -> bytes:
    """Return a JPEG whose pixels lie as EXIF's ``orientation`` (1..8) says, with GPS: upright it is the scene."""
    turn = _LYING[orientation]
    exif = _exif()
    exif[ExifTags.Base.Orientation] = orientation
    image = scene() if turn is None else scene().transpose(turn)
    return saved(image, "JPEG", quality=95, subsampling=0, exif=exif)


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "TWEEN-CAMERA"
    exif[ExifTags.Base.Artist] = "TWEEN-AUTHOR"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    gps[ExifTags.GPS.GPSLongitudeRef] = "E"
    gps[ExifTags.GPS.GPSLongitude] = (13.0, 24.0, 36.0)
    return exif


_XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">TWEEN-XMP</x:xmpmeta>'


def jpeg_with_secrets() -> bytes:
    """Return a JPEG with a camera, a place, an author, XMP, a comment and an ICC profile."""
    comment = b"TWEEN-COMMENT"
    return plain("JPEG", quality=95, exif=_exif(), xmp=_XMP, comment=comment, icc_profile=display_p3())


def png_with_secrets() -> bytes:
    """Return a PNG with the same, in its own chunks."""
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", _XMP.decode())
    text.add_text("Comment", "TWEEN-COMMENT")
    return plain("PNG", exif=_exif(), pnginfo=text, icc_profile=display_p3())


def see_through(mode: str) -> bytes:
    """Return a PNG, RGBA or LA, whose left half is fully transparent over black."""
    image = scene().convert(mode)
    alpha = Image.new("L", SIZE, 255)
    alpha.paste(0, (0, 0, SIZE[0] // 2, SIZE[1]))
    dark = Image.new("RGB", SIZE).convert(mode)
    image.paste(dark, mask=ImageOps.invert(alpha))
    image.putalpha(alpha)
    return saved(image, "PNG")


def palette(*, holes: bool) -> bytes:
    """Return a palette PNG; with ``holes`` its top left quarter is transparent."""
    image = scene().quantize(4)
    return saved(image, "PNG", **({"transparency": image.getpixel((8, 8))} if holes else {}))


def gray_16() -> bytes:
    """Return a 16-bit gray PNG with the levels ``GRAY_16`` in its quarters."""
    return png(SIZE, 16, GRAY, lambda x, y: (GRAY_16[_quarter(x, y)],))


def rgb_16() -> bytes:
    """Return a 16-bit RGB PNG of the scene: each 8-bit value times 257."""
    return png(SIZE, 16, RGB, lambda x, y: tuple(value * 257 for value in COLOURS[_quarter(x, y)]))


def _quarter(x: int, y: int) -> int:
    return (x >= SIZE[0] // 2) + 2 * (y >= SIZE[1] // 2)


def animated(kind: str) -> bytes:
    """Return an animation (GIF, WEBP or PNG) of the scene and then two plain frames."""
    rest = [Image.new("RGB", SIZE, colour) for colour in ((0, 0, 0), (255, 255, 255))]
    options: dict[str, object] = {"lossless": True} if kind == "WEBP" else {}
    return saved(scene(), kind, save_all=True, append_images=rest, duration=100, **options)


def cut(data: bytes, share: float = 0.6) -> bytes:
    """Return the first ``share`` of a file."""
    return data[: int(len(data) * share)]


def noise(size: tuple[int, int] = (160, 120)) -> Image.Image:
    """Return grain, whose files are long enough to be cut in their pixels."""
    return Image.merge("RGB", [Image.effect_noise(size, 60)] * 3)


def with_zip(data: bytes) -> bytes:
    """Return a polyglot: an image to one reader, a zip archive to another."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("TWEEN-COMMENT.html", "<script>alert(1)</script>")
    return data + buffer.getvalue()


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720"><rect/></svg>'
TEXT = b"This is no picture, whatever its name says.\n" * 20


def _cases(fate: Fate, cases: Sequence[tuple[str, Callable[[], bytes]]]) -> dict[str, Sample]:
    return {name: Sample(make, fate) for name, make in cases}


_GOOD: list[tuple[str, Callable[[], bytes]]] = [
    *[(f"turned-{number}.jpg", partial(turned, number)) for number in _LYING],
    ("plain.jpg", partial(plain, "JPEG", quality=95, subsampling=0)),
    ("progressive.jpg", partial(plain, "JPEG", quality=95, subsampling=0, progressive=True)),
    ("plain.webp", partial(plain, "WEBP", quality=95)),
    ("lossless.webp", partial(plain, "WEBP", lossless=True)),
    ("plain.bmp", partial(plain, "BMP")),
    ("plain.tiff", partial(plain, "TIFF", compression="tiff_lzw")),
    ("plain.avif", partial(plain, "AVIF", quality=95, subsampling="4:4:4")),
    ("two-pictures.mpo", lambda: saved(scene(), "MPO", save_all=True, append_images=[scene()], quality=95)),
    ("rgba.png", partial(see_through, "RGBA")),
    ("la.png", partial(see_through, "LA")),
    ("palette.png", partial(palette, holes=False)),
    ("palette-with-holes.png", partial(palette, holes=True)),
    ("one-bit.png", lambda: saved(scene().convert("1"), "PNG")),
    ("gray-16.png", gray_16),
    ("rgb-16.png", rgb_16),
    ("cmyk.jpg", lambda: saved(scene().convert("CMYK"), "JPEG", quality=95, subsampling=0)),
    ("cmyk.tiff", lambda: saved(scene().convert("CMYK"), "TIFF")),
    ("display-p3.jpg", partial(plain, "JPEG", quality=95, subsampling=0, icc_profile=display_p3())),
    ("broken-profile.png", partial(plain, "PNG", icc_profile=b"no profile at all" * 20)),
    ("animated.gif", partial(animated, "GIF")),
    ("animated.webp", partial(animated, "WEBP")),
    ("animated.png", partial(animated, "PNG")),
    ("secrets.jpg", jpeg_with_secrets),
    ("secrets.png", png_with_secrets),
    ("garbage-behind.jpg", lambda: plain("JPEG", quality=95, subsampling=0) + b"TWEEN-COMMENT" * 500),
    ("also-a-zip.png", lambda: with_zip(plain())),
    ("two-by-three.png", partial(plain, "PNG", (400, 600))),
    ("sixteen-by-nine.png", partial(plain, "PNG", (640, 360))),
]

_BAD: list[tuple[str, Callable[[], bytes]]] = [
    ("empty.png", lambda: b""),
    ("text.png", lambda: TEXT),
    ("photo.heic", lambda: HEIC),
    ("drawing.svg", lambda: SVG),
    ("truncated.png", lambda: cut(saved(noise(), "PNG"))),
    ("truncated.jpg", lambda: cut(saved(noise(), "JPEG"))),
    ("truncated-progressive.jpg", lambda: cut(saved(noise(), "JPEG", progressive=True))),
    ("truncated.webp", lambda: cut(saved(noise(), "WEBP"))),
    ("truncated.gif", lambda: cut(saved(noise(), "GIF"))),
    ("header-only.png", lambda: saved(noise(), "PNG")[:33]),
    ("bomb.png", partial(png_bomb, 50_000, 50_000)),
    ("bomb.gif", partial(gif_screen, 65_000, 65_000)),
    ("bomb.jpg", lambda: jpeg_with_size(plain("JPEG"), 65_000, 65_000)),
    ("bomb-progressive.jpg", lambda: jpeg_with_size(plain("JPEG", progressive=True), 40_000, 40_000)),
    ("bomb-of-scans.jpg", lambda: jpeg_with_size(one_scan_a_layer(plain("JPEG")), 40_000, 40_000)),
    ("text-bomb.png", ztxt_bomb),
    ("profile-bomb.png", icc_png_bomb),
    ("floats.tiff", tiff_of_floats),
    ("one-pixel.png", partial(plain, "PNG", (1, 1))),
    ("sliver.png", partial(plain, "PNG", (1, 20_000))),
]

IMAGES: dict[str, Sample] = {**_cases("handled", _GOOD), **_cases("refused", _BAD)}
"""File name -> what makes it, and its fate. The names are what a user might call them; the content is what counts."""
