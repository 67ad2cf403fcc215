"""Images that claim more than they hold, and files that are two things at once."""

import asyncio
import io
import json
import struct
import sys
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from adapters.media.frames import PillowFrames
from bot.domain.errors import BadImage, ImageFault
from tests.bad_images import COLOURS, plain, quarters, with_zip
from tests.raw_images import gif_screen, jpeg_with_size, png_bomb
from tests.unit.media.test_frames_refusals import PEAK

SIDE = 16_000
HTML = b"<!doctype html><script>TWEEN-PAYLOAD()</script>"
SCRIPT = b"*/=1;TWEEN_PAYLOAD();/*"


def webp_bomb() -> bytes:
    """Return a lossless WebP of one colour: half a kilobyte for a quarter of a gigapixel, as its header says."""
    data = bytearray(plain("WEBP", (64, 64), lossless=True))
    at = data.index(b"VP8L") + 9
    data[at : at + 4] = struct.pack("<I", (SIDE - 1) | (SIDE - 1) << 14)
    return bytes(data)


def bmp_bomb() -> bytes:
    """Return a BMP whose header claims a size that its run-length pixels could fill with a few bytes."""
    head = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 8, 1, 0, 2835, 2835, 256, 0)
    pixels = b"\xff\1" * 500 + b"\0\1"
    offset = 14 + len(head) + 1024
    return struct.pack("<2sIHHI", b"BM", offset + len(pixels), 0, 0, offset) + head + bytes(1024) + pixels


def tiff_bomb() -> bytes:
    """Return a TIFF of one strip that unpacks to a quarter of a gigabyte."""
    packer = zlib.compressobj(9)
    strip = b"".join(packer.compress(bytes(SIDE)) for _ in range(SIDE)) + packer.flush()
    tags = ((256, SIDE), (257, SIDE), (258, 8), (259, 8), (262, 1), (273, 8), (277, 1), (278, SIDE), (279, len(strip)))
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 8 + len(strip)) + strip + struct.pack("<H", len(tags)) + table + bytes(4)


def avif_bomb() -> bytes:
    """Return an AVIF whose boxes claim another size than its picture has."""
    data = bytearray(plain("AVIF", (64, 64)))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", SIDE, SIDE)
    return bytes(data)


BOMBS: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: png_bomb(50_000, 50_000),
    "JPEG": lambda: jpeg_with_size(plain("JPEG", progressive=True), 40_000, 40_000),
    "GIF": lambda: gif_screen(65_000, 65_000),
    "WebP": webp_bomb,
    "BMP": bmp_bomb,
    "TIFF": tiff_bomb,
    "AVIF": avif_bomb,
}


@pytest.mark.parametrize("kind", BOMBS)
async def test_a_bomb_of_any_format_is_refused_in_little_memory(kind: str) -> None:
    """In a process of its own: less than 40 MB, for pictures that would take gigabytes."""
    data = BOMBS[kind]()
    assert len(data) < 400_000
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PEAK), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        answer, _ = await process.communicate(data)
    said, megabytes = json.loads(answer)
    assert said in {"TOO_LARGE", "DAMAGED"}
    assert megabytes < 40


def _commented_gif() -> bytes:
    """Return a GIF that is also a script: its comment closes what its head opens."""
    data = plain("GIF")
    colours = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    comment = b"\x21\xfe" + bytes((len(SCRIPT),)) + SCRIPT + b"\0"
    return data[:colours] + comment + data[colours:] + SCRIPT


def _commented_jpeg() -> bytes:
    """Return a JPEG that is also a web page: in a comment, and behind its end."""
    data = plain("JPEG", quality=95, subsampling=0)
    return data[:2] + b"\xff\xfe" + struct.pack(">H", 2 + len(HTML)) + HTML + data[2:] + HTML


@pytest.mark.parametrize(
    "make",
    [
        lambda: with_zip(plain()),
        lambda: plain() + HTML,
        _commented_gif,
        _commented_jpeg,
        lambda: plain("BMP") + HTML,
        lambda: plain("WEBP", lossless=True) + HTML,
        lambda: plain("AVIF", quality=95) + HTML,
        lambda: plain("PNG") + plain("JPEG", quality=95),
    ],
    ids=[
        "PNG and zip",
        "PNG and page",
        "GIF and script",
        "JPEG and page",
        "BMP and page",
        "WebP",
        "AVIF",
        "PNG and JPEG",
    ],
)
async def test_of_a_polyglot_only_the_picture_goes_on(frames: PillowFrames, make: Callable[[], bytes]) -> None:
    """It is drawn anew, so what else the file was is gone."""
    frame = await frames.prepare("start", make())
    for trace in (b"TWEEN", b"<script", b"PK\3\4", b"PK\5\6", b"alert"):
        assert trace not in frame.data
    with Image.open(io.BytesIO(frame.data)) as image:
        assert quarters(image.convert("RGB")) == [pytest.approx(colour, abs=12) for colour in COLOURS]


@pytest.mark.parametrize("head", [HTML, b"PK\3\4" + bytes(26), b"%PDF-1.7\n", b"#EXTM3U\nfile:///etc/hostname\n"])
async def test_a_picture_behind_something_else_is_that_other_thing(frames: PillowFrames, head: bytes) -> None:
    """A reader that looks for a picture's beginning further on would be led about; the first bytes decide."""
    with pytest.raises(BadImage) as caught:
        await frames.prepare("start", head + plain())
    assert caught.value.fault is ImageFault.NOT_AN_IMAGE
