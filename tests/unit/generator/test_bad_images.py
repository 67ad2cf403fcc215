"""Every file that is no usable picture is refused in words, and costs no memory."""

import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from engine.generator import BadImage, Order
from engine.generator.order import Cancelled
from engine.generator.render import render

_GOOD = Image.effect_noise((64, 48), 60).convert("RGB")


def _saved(kind: str, **options: bool) -> bytes:
    out = io.BytesIO()
    _GOOD.save(out, kind, **options)
    return out.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png_that_claims(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _jpeg_that_claims(width: int, height: int, *, progressive: bool) -> bytes:
    data = bytearray(_saved("JPEG", progressive=progressive))
    at = data.find(b"\xff\xc2" if progressive else b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _jpeg_in_several_scans(width: int, height: int) -> bytes:
    """Give the headers of a sequential JPEG whose first scan holds one of its three layers."""
    layers = bytes([1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0])
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + layers
    tables = b"\xff\xdb" + struct.pack(">HB", 67, 0) + bytes(range(1, 65))
    return b"\xff\xd8" + tables + frame + b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 0, 63, 0) + bytes(500)


def _gif_that_claims(width: int, height: int) -> bytes:
    data = bytearray(_saved("GIF"))
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def _tiny(size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, "PNG")
    return out.getvalue()


_REFUSED = {
    "zero bytes": (b"", "image_load_error", "empty"),
    "a text file named .png": (b"hello, this is no picture\n" * 20, "unsupported_image_format", "a text file"),
    "noise": (bytes(np.random.default_rng(1).integers(128, 255, 3000, np.uint8)), "image_load_error", "not a picture"),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(300), "unsupported_image_format", "HEIC"),
    "a video": (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(300), "unsupported_image_format", "a video"),
    "SVG": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "unsupported_image_format", "SVG"),
    "a web page": (b"<!DOCTYPE html><html></html>", "unsupported_image_format", "a web page"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3" + bytes(99), "unsupported_image_format", "a PDF"),
    "a PNG cut in its pixels": (_saved("PNG")[:3000], "image_load_error", "damaged or cut off"),
    "a PNG cut in its header": (_saved("PNG")[:20], "image_load_error", "damaged or cut off"),
    "a JPEG cut in its pixels": (_saved("JPEG")[:1500], "image_load_error", "damaged or cut off"),
    "a JPEG cut in its header": (_saved("JPEG")[:60], "image_load_error", "damaged or cut off"),
    "a WebP cut in its pixels": (_saved("WEBP")[:700], "image_load_error", "damaged or cut off"),
    "a GIF cut in its pixels": (_saved("GIF")[:1000], "image_load_error", "damaged or cut off"),
    "1 x 1": (_tiny((1, 1)), "image_too_small", "1 x 1"),
    "a thread": (_tiny((900, 3)), "image_too_small", "900 x 3"),
    "a 50,000 x 50,000 PNG": (_png_that_claims(50_000, 50_000), "image_too_large", "50 million pixels"),
    "a 9,000 x 9,000 PNG": (_png_that_claims(9_000, 9_000), "image_too_large", "9000 x 9000"),
    "a 50,000 x 50,000 JPEG": (_jpeg_that_claims(50_000, 50_000, progressive=False), "image_too_large", "million"),
    "a 13,000 x 13,000 progressive JPEG": (
        _jpeg_that_claims(13_000, 13_000, progressive=True),
        "image_too_large",
        "13000 x 13000",
    ),
    "a 13,000 x 13,000 JPEG in scans": (_jpeg_in_several_scans(13_000, 13_000), "image_too_large", "13000 x 13000"),
    "a 65,535 x 65,535 GIF": (_gif_that_claims(65_535, 65_535), "image_too_large", "million pixels"),
}


@pytest.mark.parametrize("name", _REFUSED)
@pytest.mark.parametrize("which", ["start", "end"])
def test_a_bad_image_is_refused_in_words(name: str, which: str, order: Callable[..., Order]) -> None:
    """The refusal names the image, its kind of fault and the mend; nothing is left on disk."""
    data, kind, words = _REFUSED[name]
    good = _saved("PNG")
    asked = order(*((data, good) if which == "start" else (good, data)))
    with pytest.raises(BadImage) as refusal:
        render(asked, lambda _done, _total: None, lambda: False)
    assert (refusal.value.which, refusal.value.kind) == (which, kind)
    assert words in refusal.value.message
    assert refusal.value.message.startswith(f"The {which} ")
    mends = ("Save it as", "Upload the file again", "Export or upload", "Scale it down", "Use one of at least")
    assert any(mend in refusal.value.message for mend in mends)
    assert list(asked.output.parent.iterdir()) == []


def test_a_refusal_survives_the_way_between_processes() -> None:
    """A worker's refusal arrives whole: exceptions are rebuilt from their arguments."""
    import pickle  # noqa: PLC0415 - the subject of this test alone

    back = pickle.loads(pickle.dumps(BadImage("end", "image_too_small", "The end image is too small.")))
    assert (back.which, back.kind, back.message) == ("end", "image_too_small", "The end image is too small.")
    assert isinstance(pickle.loads(pickle.dumps(Cancelled())), Cancelled)


_MEASURED = """
import resource, sys
from engine.generator.canvas import canvas_for
from engine.generator.intake import decode, open_picture
from engine.generator.order import BadImage
small, data = open(sys.argv[1], "rb").read(), open(sys.argv[2], "rb").read()
decode(open_picture(small, "start"), canvas_for("480p", "16:9", (16, 9)))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decode(open_picture(data, "start"), canvas_for("480p", "16:9", (16, 9)))
except BadImage as e:
    print(e.kind)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("a 50,000 x 50,000 PNG", 8),
        ("a 13,000 x 13,000 progressive JPEG", 8),
        ("a 65,535 x 65,535 GIF", 8),
        ("a 13,000 x 13,000 JPEG", 60),
    ],
)
def test_a_bomb_costs_no_memory(name: str, limit: int, order: Callable[..., Order]) -> None:
    """Peak memory (MB, of a process of its own) does not follow what a header claims; a large JPEG is scaled."""
    folder = order(b"x", b"x").output.parent
    scaled = name.endswith("000 JPEG")
    data = _jpeg_that_claims(13_000, 13_000, progressive=False) if scaled else _REFUSED[name][0]
    paths = [folder / "small", folder / "bomb"]
    for path, content in zip(paths, (_saved("JPEG"), data), strict=True):
        path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *map(str, paths)], capture_output=True, text=True, timeout=60, check=True
    )
    lines = done.stdout.split()
    assert lines[:-1] == ([] if scaled else ["image_too_large"])
    assert int(lines[-1]) <= limit
