"""What people attach becomes an upright sRGB frame with the right colours and nothing else in the file."""

import io
import random

import pytest
from PIL import Image

from adapters.media.frames import LONG_SIDE, PillowFrames
from adapters.media.pixels import MAX_PNG
from bot.domain.errors import BadImage
from bot.domain.media import Frame
from tests.bad_images import COLOURS, IMAGES, SECRETS, jpeg_with_secrets, noise, plain, quarters, saved, turned
from tests.raw_images import P3_GAMMA, P3_TO_XYZ

WHITE = (255, 255, 255)
SCENES = [
    *(f"turned-{number}.jpg" for number in range(1, 9)),
    *("plain.jpg", "progressive.jpg", "plain.webp", "lossless.webp", "plain.bmp", "plain.tiff", "plain.avif"),
    *("two-pictures.mpo", "palette.png", "rgb-16.png", "cmyk.jpg", "cmyk.tiff", "broken-profile.png"),
    *("animated.gif", "animated.webp", "animated.png", "garbage-behind.jpg", "also-a-zip.png"),
    *("two-by-three.png", "sixteen-by-nine.png"),
]


def opened(frame: Frame) -> Image.Image:
    image = Image.open(io.BytesIO(frame.data))
    assert (image.size, image.mode, image.get_format_mimetype()) == (frame.size, "RGB", frame.content_type)
    return image


def near(image: Image.Image, colours: object, tolerance: int = 3) -> bool:
    assert isinstance(colours, list | tuple)
    return all(
        abs(mine - wanted) <= tolerance
        for pixel, colour in zip(quarters(image), colours, strict=True)
        for mine, wanted in zip(pixel, colour, strict=True)  # type: ignore[call-overload]  # RGB: tuples of three
    )


@pytest.mark.parametrize("name", sorted(IMAGES))
async def test_every_image_meets_its_fate(frames: PillowFrames, name: str) -> None:
    """Each awkward file becomes a frame, each broken or hostile one a refusal, and the adapter lives on."""
    try:
        opened(await frames.prepare("start", IMAGES[name].make())).load()
        fate = "handled"
    except BadImage:
        fate = "refused"
    assert fate == IMAGES[name].fate
    assert (await frames.prepare("end", plain())).size == (96, 64)


@pytest.mark.parametrize("name", SCENES)
async def test_the_scene_comes_out_upright_in_its_colours(frames: PillowFrames, name: str) -> None:
    """Orientation, palette, depth, CMYK and animation change how the pixels are stored, not what is seen."""
    frame = await frames.prepare("end", IMAGES[name].make())
    assert frame.which == "end"
    assert near(opened(frame), COLOURS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rgba.png", [WHITE, COLOURS[1], WHITE, COLOURS[3]]),
        ("la.png", [WHITE, (116, 116, 116), WHITE, (173, 173, 173)]),
        ("palette-with-holes.png", [WHITE, *COLOURS[1:]]),
        ("gray-16.png", [(0, 0, 0), (1, 1, 1), (128, 128, 128), WHITE]),
        ("one-bit.png", [(0, 0, 0), (0, 0, 0), (0, 0, 0), WHITE]),
    ],
)
async def test_alpha_lies_over_white_and_deep_gray_is_scaled(
    frames: PillowFrames, name: str, expected: list[tuple[int, int, int]]
) -> None:
    """Transparent pixels are white whatever colour they hide; 16 bits are divided, not cut off at 255."""
    assert near(opened(await frames.prepare("start", IMAGES[name].make())), expected, tolerance=0)


async def test_the_clear_level_of_a_deep_gray_image_is_white(frames: PillowFrames) -> None:
    """A 16-bit PNG may name one level as transparent; it is compared in 16 bits."""
    image = Image.open(io.BytesIO(IMAGES["gray-16.png"].make()))
    expected = [(0, 0, 0), WHITE, (128, 128, 128), WHITE]
    assert near(opened(await frames.prepare("start", saved(image, "PNG", transparency=257))), expected, tolerance=0)


async def test_a_wide_profile_is_converted_to_srgb(frames: PillowFrames) -> None:
    """Display P3's numbers mean other colours in sRGB: the pixels are converted by the profile, not just relabelled."""
    image = opened(await frames.prepare("start", IMAGES["display-p3.jpg"].make()))
    assert near(image, [from_p3(colour) for colour in COLOURS], tolerance=4)
    assert not near(image, COLOURS, tolerance=12)


def from_p3(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return a Display P3 colour in sRGB, by the definitions: XYZ under D50, IEC 61966-2-1's curve, cut to 0..255."""
    to_srgb = (
        (3.1338561, -1.6168667, -0.4906146),
        (-0.9787684, 1.9161415, 0.0334540),
        (0.0719453, -0.2289914, 1.4052427),
    )
    linear = [(value / 255) ** P3_GAMMA for value in colour]
    xyz = [sum(m * v for m, v in zip(row, linear, strict=True)) for row in P3_TO_XYZ]
    mixed = [min(1.0, max(0.0, sum(m * v for m, v in zip(row, xyz, strict=True)))) for row in to_srgb]
    r, g, b = (round(255 * (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055)) for v in mixed)
    return r, g, b


@pytest.mark.parametrize("name", ["secrets.jpg", "secrets.png", "turned-6.jpg", "also-a-zip.png", "garbage-behind.jpg"])
async def test_no_metadata_leaves(frames: PillowFrames, name: str) -> None:
    """Where and by whom a picture was taken is neither readable in the frame nor anywhere in its bytes."""
    frame = await frames.prepare("start", IMAGES[name].make())
    image = opened(frame)
    image.load()
    assert dict(image.getexif()) == {}
    assert {"exif", "icc_profile", "xmp", "XML:com.adobe.xmp", "comment", "dpi", "Comment"}.isdisjoint(image.info)
    marks = (b"Exif", b"GPS", b"http", b"xmpmeta", b"ICC_PROFILE", b"acsp", b"iCCP", b"eXIf", b"tEXt", b"iTXt", b"zTXt")
    assert [mark for mark in (*SECRETS, *marks, b"Photoshop", b"PK\3\4") if mark in frame.data] == []


def test_the_secrets_are_in_the_file_to_begin_with() -> None:
    """The test above would prove nothing if the image had no metadata."""
    data = jpeg_with_secrets()
    assert [secret for secret in SECRETS if secret not in data] == []
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825) != {}


async def test_broken_exif_does_not_spoil_the_picture(frames: PillowFrames) -> None:
    """Garbage in the metadata says nothing about the pixels: the picture is taken as it lies."""
    data = turned(1).replace(b"MM\0*\0\0\0\x08", b"MM\0*\xff\xff\xff\xff")
    assert near(opened(await frames.prepare("start", data)), COLOURS)


@pytest.mark.parametrize(
    ("size", "kind", "expected"),
    [
        ((4000, 3000), "JPEG", (2560, 1920)),
        ((1500, 6000), "PNG", (640, 2560)),
        ((2561, 100), "GIF", (2560, 100)),
        ((2560, 2560), "WEBP", (2560, 2560)),
        ((31, 16), "BMP", (31, 16)),
    ],
)
async def test_a_frame_is_at_most_twice_the_widest_video(
    frames: PillowFrames, size: tuple[int, int], kind: str, expected: tuple[int, int]
) -> None:
    """Larger pictures are scaled down in their own shape; smaller ones keep every pixel."""
    frame = await frames.prepare("start", plain(kind, size))
    assert frame.size == expected
    assert max(frame.size) <= LONG_SIDE
    assert near(opened(frame), COLOURS, tolerance=8)


async def test_a_frame_without_loss_stays_so_unless_it_is_heavy(frames: PillowFrames) -> None:
    """Drawings and screenshots keep their exact pixels; what would be a huge PNG goes as a JPEG."""
    fine = noise((64, 64))
    assert opened(await frames.prepare("start", saved(fine, "PNG"))).tobytes() == fine.tobytes()
    heavy = saved(
        Image.frombytes("RGB", (1700, 1600), random.Random(1).randbytes(1700 * 1600 * 3)), "PNG", compress_level=0
    )
    assert len(heavy) > MAX_PNG
    frame = await frames.prepare("start", heavy)
    assert (frame.content_type, frame.size) == ("image/jpeg", (1700, 1600))
