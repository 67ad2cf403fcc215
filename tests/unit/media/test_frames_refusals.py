"""What cannot become a frame is refused with the reason and the fact for the sentence, in bounded memory and time."""

import asyncio
import io
import json
import sys
import threading
import warnings

import pytest
from PIL import Image

from adapters.media.frames import PillowFrames
from bot.domain.errors import BadImage, ImageFault
from tests.bad_images import IMAGES, plain, saved, scene
from tests.raw_images import jpeg_with_size

REASONS = {
    "empty.png": (ImageFault.EMPTY, ""),
    "text.png": (ImageFault.NOT_AN_IMAGE, "a text file"),
    "photo.heic": (ImageFault.UNSUPPORTED, "HEIC"),
    "drawing.svg": (ImageFault.UNSUPPORTED, "SVG"),
    "truncated.png": (ImageFault.DAMAGED, ""),
    "truncated.jpg": (ImageFault.DAMAGED, ""),
    "truncated-progressive.jpg": (ImageFault.DAMAGED, ""),
    "truncated.webp": (ImageFault.DAMAGED, ""),
    "truncated.gif": (ImageFault.DAMAGED, ""),
    "header-only.png": (ImageFault.DAMAGED, ""),
    "bomb.png": (ImageFault.TOO_LARGE, "50000 x 50000 pixels"),
    "bomb.gif": (ImageFault.TOO_LARGE, "65000 x 65000 pixels"),
    "bomb.jpg": (ImageFault.TOO_LARGE, "65000 x 65000 pixels"),
    "bomb-progressive.jpg": (ImageFault.TOO_LARGE, "40000 x 40000 pixels"),
    "bomb-of-scans.jpg": (ImageFault.TOO_LARGE, "40000 x 40000 pixels"),
    "text-bomb.png": (ImageFault.UNSUPPORTED, "PNG with oversized metadata"),
    "profile-bomb.png": (ImageFault.UNSUPPORTED, "PNG with oversized metadata"),
    "floats.tiff": (ImageFault.UNSUPPORTED, "32-bit TIFF"),
    "one-pixel.png": (ImageFault.TOO_SMALL, "1 x 1 pixels"),
    "sliver.png": (ImageFault.TOO_SMALL, "1 x 20000 pixels"),
}


async def refusal(frames: PillowFrames, data: bytes) -> tuple[ImageFault, str]:
    with pytest.raises(BadImage) as caught:
        await frames.prepare("end", data)
    assert caught.value.which == "end"
    return caught.value.fault, caught.value.detail


@pytest.mark.parametrize("name", [name for name, sample in IMAGES.items() if sample.fate == "refused"])
async def test_a_refusal_carries_its_reason(frames: PillowFrames, name: str) -> None:
    """Every bad file of the factory is refused for what is wrong with it."""
    assert await refusal(frames, IMAGES[name].make()) == REASONS[name]


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"%PDF-1.7\n", (ImageFault.NOT_AN_IMAGE, "a PDF")),
        (b"PK\3\4" + bytes(30), (ImageFault.NOT_AN_IMAGE, "a zip archive or an office document")),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", (ImageFault.NOT_AN_IMAGE, "a video")),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", (ImageFault.UNSUPPORTED, "HEIC")),
        (b"\xff\x0a" + bytes(30), (ImageFault.UNSUPPORTED, "JPEG XL")),
        (b"8BPS\0\1", (ImageFault.UNSUPPORTED, "PSD")),
        (b"  <!DOCTYPE html><html>", (ImageFault.NOT_AN_IMAGE, "a web page")),
        ("Grüße".encode() * 60, (ImageFault.NOT_AN_IMAGE, "a text file")),
        (bytes(range(256)), (ImageFault.NOT_AN_IMAGE, "")),
        (b"\xff\xd8\xff\xe0", (ImageFault.DAMAGED, "")),
        (b"GIF89a", (ImageFault.DAMAGED, "")),
        (b"BM", (ImageFault.DAMAGED, "")),
        (b"II*\0", (ImageFault.DAMAGED, "")),
        (b"RIFF\x10\0\0\0WEBPVP8 ", (ImageFault.DAMAGED, "")),
        (b"\0\0\0\x1cftypavif\0\0\0\0mif1avif", (ImageFault.DAMAGED, "")),
    ],
)
async def test_a_file_is_told_by_its_first_bytes(
    frames: PillowFrames, head: bytes, reason: tuple[ImageFault, str]
) -> None:
    """What is no picture is named; what only begins like one is damaged."""
    assert await refusal(frames, head) == reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
async def test_a_file_cut_anywhere_never_raises_anything_else(frames: PillowFrames, kind: str) -> None:
    """Wherever the transfer stopped, the answer is a frame (only the tail is missing) or a refusal."""
    data = plain(kind, (64, 48))
    for end in range(0, len(data), max(1, len(data) // 60)):
        try:
            frame = await frames.prepare("start", data[:end])
        except BadImage as e:
            assert e.fault in {ImageFault.DAMAGED, ImageFault.EMPTY, ImageFault.NOT_AN_IMAGE}  # noqa: PT017  # either
        else:
            assert frame.size == (64, 48)


async def test_a_photo_of_200_megapixels_is_taken(frames: PillowFrames) -> None:
    """A sequential JPEG is shrunk while it is decoded, so its true size needs no memory; a missing end is gray."""
    data = jpeg_with_size(plain("JPEG"), 16_320, 12_240)
    assert (await frames.prepare("start", data)).size == (2560, 1920)


async def test_a_shape_that_leaves_nothing_to_see_is_refused(frames: PillowFrames) -> None:
    """A strip is wide enough as it is, but not once its length is scaled to a frame's."""
    assert await refusal(frames, plain("PNG", (20, 6000))) == (ImageFault.TOO_SMALL, "20 x 6000 pixels")


async def test_a_camera_raw_file_is_not_taken_for_its_thumbnail(frames: PillowFrames) -> None:
    """A DNG is a TIFF whose first image is a tiny preview."""
    data = saved(scene(), "TIFF", tiffinfo={50_706: b"\1\4\0\0"})
    assert await refusal(frames, data) == (ImageFault.UNSUPPORTED, "camera raw")


async def test_a_picture_that_takes_too_long_is_refused() -> None:
    """A slow picture holds its author up only until the deadline, and the event loop never."""
    frames = PillowFrames(deadline=0.05)
    hold = threading.Event()
    held = asyncio.get_running_loop().run_in_executor(frames._aside._executor, hold.wait, 10)
    try:
        assert await refusal(frames, plain()) == (ImageFault.DAMAGED, "not read within 0.05 s")
    finally:
        hold.set()
    assert await held
    frames.close()


async def test_warnings_and_settings_of_the_process_stay_as_they_were(frames: PillowFrames) -> None:
    """The readers' warnings are silenced only while they read, and Pillow's own limit is not moved."""
    before, limit = list(warnings.filters), Image.MAX_IMAGE_PIXELS
    await frames.prepare("start", plain())
    assert (list(warnings.filters), Image.MAX_IMAGE_PIXELS) == (before, limit)


PEAK = """
import asyncio, json, resource, sys
from adapters.media.frames import PillowFrames
from bot.domain.errors import BadImage

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 ** 2)

async def main():
    data, frames = sys.stdin.buffer.read(), PillowFrames()
    before = peak()
    try:
        said = list((await frames.prepare("start", data)).size)
    except BadImage as e:
        said = e.fault.name
    print(json.dumps([said, peak() - before]))

asyncio.run(main())
"""


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.radial_gradient("L").resize((8000, 6000)).convert("RGB").save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("make", "said", "limit"),
    [
        (IMAGES["bomb.png"].make, "TOO_LARGE", 20),
        (IMAGES["bomb-of-scans.jpg"].make, "TOO_LARGE", 20),
        (IMAGES["text-bomb.png"].make, "UNSUPPORTED", 20),
        (photo, [2560, 1920], 160),
    ],
    ids=["bomb", "bomb of scans", "text bomb", "48 megapixels"],
)
async def test_memory_stays_bounded(make: object, said: object, limit: float) -> None:
    """In a process of its own, a bomb adds next to nothing to the peak, and a 48-megapixel photo below 160 MB."""
    assert callable(make)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PEAK), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        answer, _ = await process.communicate(make())
    assert process.returncode == 0
    was, megabytes = json.loads(answer)
    assert was == said
    assert megabytes < limit
