"""Every usable picture arrives upright, in its true colours and cropped as documented."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from engine.generator import Order
from engine.generator.canvas import Canvas, canvas_for, cover_box
from engine.generator.intake import decode, open_picture
from engine.generator.render import pictures

_CANVAS = Canvas(96, 64)


def _file(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:  # noqa: ANN401 - Pillow's own options
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _taken_in(data: bytes, canvas: Canvas = _CANVAS) -> np.ndarray[Any, Any]:
    return decode(open_picture(data, "start"), canvas)


def _halves(size: tuple[int, int] = (192, 128)) -> Image.Image:
    """Red above, blue below, of which the right half is green."""
    image = Image.new("RGB", size, (220, 30, 30))
    image.paste((30, 30, 220), (0, size[1] // 2, size[0], size[1]))
    image.paste((30, 220, 30), (size[0] // 2, size[1] // 2, size[0], size[1]))
    return image


def _is_near(got: np.ndarray[Any, Any], wanted: tuple[int, int, int], off: int = 6) -> bool:
    return bool(np.abs(got.reshape(-1, 3).mean(axis=0) - wanted).max() <= off)


def _shows_halves(got: np.ndarray[Any, Any]) -> bool:
    below = _is_near(got[40:, :40], (30, 30, 220), 12) and _is_near(got[40:, 56:], (30, 220, 30), 12)
    return below and _is_near(got[:24], (220, 30, 30), 12)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_allowed_format_is_read(kind: str) -> None:
    """The formats that people have, each by its real encoder."""
    got = _taken_in(_file(_halves(), kind))
    assert got.shape == (64, 96, 3)
    assert _shows_halves(got)


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (4, Image.Transpose.FLIP_TOP_BOTTOM),
        (5, Image.Transpose.TRANSPOSE),
        (6, Image.Transpose.ROTATE_90),
        (7, Image.Transpose.TRANSVERSE),
        (8, Image.Transpose.ROTATE_270),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_an_exif_rotated_photo_stands_upright(orientation: int, turn: Image.Transpose, kind: str) -> None:
    """What the camera noted is done, in every format that can note it; sideways sizes are swapped."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = _file(_halves().transpose(turn), kind, exif=exif.tobytes() if kind != "TIFF" else exif)
    picture = open_picture(data, "start")
    assert picture.size == (192, 128)
    assert _shows_halves(decode(picture, _CANVAS))


def test_transparency_lies_over_white() -> None:
    """Half of nothing is half white, and colour under full transparency does not shine through."""
    image = Image.new("RGBA", (192, 128), (0, 0, 0, 0))
    image.paste((200, 0, 0, 128), (0, 64, 192, 128))
    got = _taken_in(_file(image))
    assert _is_near(got[:24], (255, 255, 255), 1)
    assert _is_near(got[40:], (227, 127, 127), 3)


def test_a_palette_with_transparency_is_read() -> None:
    """Palette colours and a transparent entry arrive as what they stand for."""
    image = Image.new("P", (192, 128), 0)
    image.putpalette([10, 200, 10, 250, 0, 0])
    image.paste(1, (0, 64, 192, 128))
    got = _taken_in(_file(image, transparency=1))
    assert _is_near(got[:24], (10, 200, 10), 2)
    assert _is_near(got[40:], (255, 255, 255), 2)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_not_clipped(kind: str) -> None:
    """A middle gray of 16 bits is a middle gray of 8: a plain convert would clip it to white."""
    samples = np.full((128, 192), 128 * 257, np.uint16)
    samples[64:] = 40 * 257
    got = _taken_in(_file(Image.fromarray(samples), kind))
    assert _is_near(got[:24], (128, 128, 128), 1)
    assert _is_near(got[40:], (40, 40, 40), 1)


def test_floating_point_samples_are_scaled() -> None:
    """A float TIFF of 0..1 is not black."""
    samples = np.full((128, 192), 0.5, np.float32)
    samples[0, 0], samples[1, 0] = 0.0, 1.0
    assert _is_near(_taken_in(_file(Image.fromarray(samples), "TIFF"))[20:], (128, 128, 128), 2)


def test_cmyk_is_read() -> None:
    """Print colours become screen colours, not their negative."""
    got = _taken_in(_file(Image.new("CMYK", (192, 128), (0, 255, 255, 0)), "JPEG"))
    assert got[..., 0].mean() > 180
    assert got[..., 1:].mean() < 90


def test_an_animation_gives_its_first_frame() -> None:
    """Frame 0 is the picture."""
    frames = [Image.new("RGB", (192, 128), colour) for colour in ((0, 200, 0), (200, 0, 0))]
    for kind in ("GIF", "WEBP", "PNG"):
        data = _file(frames[0], kind, save_all=True, append_images=frames[1:])
        assert _is_near(_taken_in(data), (0, 200, 0), 4)


def test_a_colour_profile_is_followed() -> None:
    """In a space whose red primary is sRGB's blue one, red is blue; a damaged profile is ignored."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"----", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"----", b"bXYZ", 1)
    for kind in ("PNG", "JPEG", "TIFF"):
        assert _is_near(_taken_in(_file(_halves(), kind, icc_profile=swapped))[:24], (30, 30, 220), 8)
    assert _is_near(_taken_in(_file(_halves(), icc_profile=b"no profile"))[:24], (220, 30, 30), 2)


def test_both_pictures_are_cropped_around_their_centre(order: Callable[..., Order]) -> None:
    """2:3 beside 16:9: `auto` follows the start picture; of the wide end only the middle is seen."""
    tall, wide = Image.new("RGB", (400, 600), (90, 90, 90)), Image.new("RGB", (960, 540), (220, 30, 30))
    wide.paste((30, 220, 30), (480 - 180, 0, 480 + 180, 540))
    start, end = pictures(order(_file(tall), _file(wide)))
    assert start.shape == end.shape == (768, 512, 3)
    assert _is_near(end, (30, 220, 30), 2)


@pytest.mark.parametrize(
    ("resolution", "ratio", "size", "expected"),
    [
        ("480p", "16:9", (10, 10), (832, 480)),
        ("480p", "9:16", (10, 10), (480, 832)),
        ("720p", "16:9", (10, 10), (1280, 720)),
        ("720p", "9:16", (10, 10), (720, 1280)),
        ("720p", "1:1", (10, 99), (960, 960)),
        ("480p", "auto", (1920, 1080), (832, 480)),
        ("480p", "auto", (1080, 1920), (480, 832)),
        ("480p", "auto", (1000, 1000), (624, 624)),
        ("720p", "auto", (1280, 720), (1280, 720)),
        ("480p", "auto", (9000, 100), (1088, 368)),
    ],
)
def test_the_canvas_follows_the_order(
    resolution: str, ratio: str, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    """Named sizes for named ratios, the same area for all others, always in steps of 16."""
    canvas = canvas_for(resolution, ratio, size)
    assert (canvas.width, canvas.height) == expected
    assert canvas.width % 16 == canvas.height % 16 == 0


def test_the_crop_is_as_large_as_the_picture_allows() -> None:
    """The box touches two opposite borders and is centred."""
    assert cover_box((1000, 600), Canvas(640, 640)) == (200, 0, 800, 600)
    assert cover_box((600, 1000), Canvas(832, 480)) == pytest.approx((0, 326.923, 600, 673.077), abs=0.01)
