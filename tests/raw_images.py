"""Image files that no image library writes, put together byte by byte: 16-bit PNGs, bombs, headers that lie.

Sources: the PNG specification (third edition), ITU T.81 (JPEG), GIF89a, TIFF 6.0, ICC.1:2001-04 (version 2 profiles).
"""

import struct
import zlib
from collections.abc import Callable
from functools import cache
from itertools import repeat

GRAY, RGB = 0, 2
"""PNG's colour types."""

Pixel = Callable[[int, int], tuple[int, ...]]

_PNG = b"\x89PNG\r\n\x1a\n"


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _ihdr(size: tuple[int, int], depth: int, colour: int) -> bytes:
    return _chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0))


def png(size: tuple[int, int], depth: int, colour: int, pixel: Pixel) -> bytes:
    """Return a PNG with ``depth`` (8 or 16) bits a channel."""
    code = {8: "B", 16: ">H"}[depth]
    rows = (
        b"\0" + b"".join(struct.pack(code, value) for x in range(size[0]) for value in pixel(x, y))
        for y in range(size[1])
    )
    body = zlib.compress(b"".join(rows))
    return _PNG + _ihdr(size, depth, colour) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _squeezed(piece: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(part) for part in repeat(piece, times)) + packer.flush()


@cache
def png_bomb(width: int, height: int) -> bytes:
    """Return a PNG of some hundred kB with an honest header, whose 1-bit pixels take gigabytes in memory."""
    rows = _squeezed(bytes(1 + (width + 7) // 8), height)
    return _PNG + _ihdr((width, height), 1, GRAY) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _with_chunk(kind: bytes, body: bytes) -> bytes:
    pixels = zlib.compress(b"".join(b"\0" + bytes((70, 90, 110)) * 64 for _ in range(64)))
    head = _PNG + _ihdr((64, 64), 8, RGB) + _chunk(kind, body)
    return head + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


@cache
def ztxt_bomb(megabytes: int = 256) -> bytes:
    """Return a small PNG with a compressed text that unpacks to ``megabytes``."""
    return _with_chunk(b"zTXt", b"Comment\0\0" + _squeezed(bytes(1_000_000), megabytes))


@cache
def icc_png_bomb(megabytes: int = 256) -> bytes:
    """Return a small PNG with a colour profile that unpacks to ``megabytes``."""
    return _with_chunk(b"iCCP", b"profile\0\0" + _squeezed(bytes(1_000_000), megabytes))


def gif_screen(width: int, height: int) -> bytes:
    """Return a GIF whose screen has this size and whose only frame is one pixel."""
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes((0, 0, 0, 255, 255, 255))
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + screen + frame + b"\x3b"


def jpeg_with_size(jpeg: bytes, width: int, height: int) -> bytes:
    """Return the JPEG with another size in its frame header."""
    at = next(jpeg.index(bytes((0xFF, code))) for code in (0xC0, 0xC2) if bytes((0xFF, code, 0, 17)) in jpeg)
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def one_scan_a_layer(jpeg: bytes) -> bytes:
    """Return the JPEG with a scan header for one layer: more scans have to follow, so a decoder buffers them all."""
    at = jpeg.index(b"\xff\xda\x00\x0c\x03")
    return jpeg[:at] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + jpeg[at + 14 :]


def tiff_of_floats(side: int = 32) -> bytes:
    """Return a TIFF with one 32-bit float a pixel, as cameras in laboratories make them."""
    pixels = struct.pack(f"<{side * side}f", *(index / side for index in range(side * side)))
    # (tag, type, value): size, bits, no compression, black is 0, one strip, one sample, as a float
    short, long = 3, 4
    entries = [
        (256, short, side),
        (257, short, side),
        (258, short, 32),
        (259, short, 1),
        (262, short, 1),
        (273, long, 8),
        (277, short, 1),
        (278, short, side),
        (279, long, len(pixels)),
        (339, short, 3),
    ]
    table = b"".join(struct.pack("<HHIHxx" if kind == short else "<HHII", tag, kind, 1, v) for tag, kind, v in entries)
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + struct.pack("<H", len(entries)) + table + bytes(4)


_D50 = (0.9642, 1.0, 0.8249)
P3_TO_XYZ = ((0.51512, 0.29198, 0.15710), (0.24120, 0.69225, 0.06657), (-0.00105, 0.04189, 0.78407))
"""Display P3's linear RGB to XYZ under D50, as in Apple's profile of that name (columns: red, green, blue)."""
P3_GAMMA = 2.19921875
"""563/256, the usual way to write 2.2 in a profile's 8.8 fixed point."""


def display_p3() -> bytes:
    """Return an ICC profile with Display P3's primaries and a plain gamma: a wide-gamut screen."""
    columns = list(zip(*P3_TO_XYZ, strict=True))
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(P3_GAMMA * 256)) + bytes(2)
    text = b"Wide screen\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0\0\0\0",
        b"wtpt": _xyz(_D50),
        **{name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", at + len(body), len(content))
        body += padded
    return _icc_header(at + len(body)) + table + body


def _icc_header(size: int) -> bytes:
    head = struct.pack(">I4sI4s4s4s12s4s", size, bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ ", bytes(12), b"acsp")
    return (head + bytes(28) + _xyz(_D50)[8:]).ljust(128, b"\0")


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))
