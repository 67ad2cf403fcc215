"""Turns good files into hostile ones: bits, lengths, sizes and pieces that are not what they were.

Everything follows from one ``random.Random``, so a seed and a number give the same file again.
"""

import random
import re
import struct
import zlib
from collections.abc import Callable, Sequence

from tests.fuzz.pieces import pieces

LARGEST = 400_000
"""Bytes of a mutant."""
_INTERESTING = (
    0,
    1,
    2,
    7,
    8,
    15,
    16,
    255,
    256,
    0x7FFF,
    0x8000,
    0xFFFF,
    10_000,
    65_000,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
)
_TAG = re.compile(rb"[A-Za-z][A-Za-z0-9 ]{3}")
_PNG = b"\x89PNG\r\n\x1a\n"
_WRAPS = (
    b"<!doctype html><script>alert(1)</script>",
    b"PK\3\4" + bytes(26),
    b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
    b"%PDF-1.7\n",
    b"/*",
    b"=1;alert(1)//",
    b"<?php system($_GET['x']); ?>",
    b"\0" * 512,
)

Mutation = Callable[[random.Random, bytearray, Sequence[bytes]], bytearray]


def mutant(dice: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return a seed that was changed one to four times; rarely one as it is."""
    data = bytearray(dice.choice(seeds))
    for _ in range(dice.choice((0, 1, 1, 1, 1, 1, 2, 2, 3, 4)) if dice.random() < 0.98 else 0):
        data = dice.choice(MUTATIONS)(dice, data, seeds)
    if data.startswith(_PNG) and dice.random() < 0.8:
        data = _checked(data)
    return bytes(data[:LARGEST])


def _flip_bits(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> bytearray:
    for _time in range(dice.choice((1, 1, 2, 8, 64)) if data else 0):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return data


def _flip_head(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> bytearray:
    """Change bits near the start, where headers are."""
    for _time in range(dice.choice((1, 2, 4)) if data else 0):
        data[dice.randrange(min(len(data), 96))] ^= 1 << dice.randrange(8)
    return data


def _number(dice: random.Random) -> bytes:
    code = dice.choice(("<H", ">H", "<I", ">I", "B"))
    return struct.pack(code, dice.choice(_INTERESTING) & (1 << 8 * struct.calcsize(code)) - 1)


def _overwrite_number(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> bytearray:
    number, at = _number(dice), dice.randrange(len(data) + 1)
    data[at : at + len(number)] = number
    return data


def _lie_behind_a_name(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> bytearray:
    """Write a number near a four-letter name: a chunk's or box's length, width, height, count, offset."""
    names = [match.start() for match in _TAG.finditer(bytes(data[:100_000]))]
    if not names:
        return data
    at = max(0, dice.choice(names) + dice.choice((-4, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28)))
    number = _number(dice)
    data[at : at + len(number)] = number
    return data


def _cut(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> bytearray:
    return data[: dice.randrange(len(data) + 1)]


def _remove(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> bytearray:
    at = dice.randrange(len(data) + 1)
    del data[at : at + dice.choice((1, 2, 4, 16, 256))]
    return data


def _insert(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> bytearray:
    at = dice.randrange(len(data) + 1)
    data[at:at] = dice.randbytes(dice.choice((1, 2, 4, 16, 256)))
    return data


def _repeat(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> bytearray:
    at, length = dice.randrange(len(data) + 1), dice.choice((1, 4, 12, 64, 1024))
    data[at:at] = data[at : at + length] * dice.choice((1, 2, 50))
    return data


def _splice(dice: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Begin as one file and end as another."""
    other = dice.choice(seeds)
    return data[: dice.randrange(len(data) + 1)] + other[dice.randrange(len(other) + 1) :]


def _polyglot(dice: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Be two files at once: another behind, before, or in the middle."""
    other = dice.choice((*_WRAPS, dice.choice(seeds)))
    at = dice.choice((0, len(data), len(data), dice.randrange(len(data) + 1)))
    data[at:at] = other
    return data


def _rearrange(dice: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Swap, repeat, drop or borrow whole pieces (PNG chunks, JPEG segments, RIFF chunks, boxes), and mend lengths."""
    parts = pieces(bytes(data))
    if len(parts) < 3:
        return data
    first, second = dice.randrange(1, len(parts)), dice.randrange(1, len(parts))
    match dice.randrange(5):
        case 0:
            parts[first], parts[second] = parts[second], parts[first]
        case 1:
            parts[first:first] = [parts[second]] * dice.choice((1, 2, 200))
        case 2:
            del parts[first]
        case 3:
            parts[first:first] = [dice.choice(pieces(dice.choice(seeds)))]
        case _:
            dice.shuffle(parts)
    return bytearray(b"".join(parts))


MUTATIONS: tuple[Mutation, ...] = (
    _flip_bits,
    _flip_bits,
    _flip_head,
    _overwrite_number,
    _lie_behind_a_name,
    _lie_behind_a_name,
    _lie_behind_a_name,
    _cut,
    _remove,
    _insert,
    _repeat,
    _splice,
    _polyglot,
    _rearrange,
    _rearrange,
)


def _checked(png: bytearray) -> bytearray:
    """Mend the check sums, so that what was changed is read and not only refused."""
    at = len(_PNG)
    while at + 12 <= len(png):
        end = at + 8 + int.from_bytes(png[at : at + 4], "big")
        if end + 4 > len(png):
            break
        png[end : end + 4] = struct.pack(">I", zlib.crc32(png[at + 4 : end]))
        at = end + 4
    return png
