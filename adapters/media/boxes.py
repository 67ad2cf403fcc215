"""What an MP4 claims of itself, read before FFmpeg is let at it.

FFmpeg makes room for every frame that a file claims to have, whether there is one or not: measured, a file of 2 kB that
claims 80 million takes 4 GB and 36 s, inside of one call that nothing ends. An edit list multiplies what is claimed,
and a compressed header unpacks to gigabytes. Where the tables lie in the file is FFmpeg's to interpret, and it is
generous: so their names are looked for everywhere but in the media itself. Source: ISO/IEC 14496-12.
"""

import re
from pathlib import Path
from typing import BinaryIO

from bot.domain.errors import BadVideo

MOST = 1_000_000
"""Frames of all tracks together: five hours of pictures with sound. Their index takes FFmpeg 57 bytes each."""
HEAVIEST = 64 * 2**20
"""Bytes of all that is not media: the tables of so many frames take less than half of it."""
_NAMES = re.compile(rb"stsz|stz2|trun|elst|dref|cmov")
_LONG = 1
"""A box's length where the true one stands behind its name, in eight bytes."""
_IN_FILE = 1
"""The flag of a data reference that says: in this file."""
_ENTRIES = 64
"""Data references that are looked at; a file has one a track."""


def check_claims(path: Path) -> None:
    """Raise :class:`BadVideo` where the file is no MP4, claims what no video has, or has its media in other files."""
    with path.open("rb") as file:
        tables = _all_but_media(file)
    samples, edits = 0, 1
    for match in _NAMES.finditer(tables):
        name, at = match[0], match.end()
        if _number(tables, match.start() - 4) == _LONG:
            at += 8
        if name in (b"stsz", b"stz2"):
            samples += _number(tables, at + 8)
        elif name == b"trun":
            samples += _number(tables, at + 4)
        elif name == b"elst":
            edits = max(edits, _number(tables, at + 4))
        elif name == b"dref":
            _check_references(tables, at)
        else:
            raise BadVideo("a compressed header")
    if samples * edits > MOST:
        raise BadVideo(f"claims more than {MOST} frames")


def _all_but_media(file: BinaryIO) -> bytes:
    """Return all boxes of the outermost level but ``mdat``; they have to follow each other without a gap."""
    size, at, found, heavy = file.seek(0, 2), 0, [], 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        if length == _LONG:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = size - at
        if length < 8 or (at == 0 and name != b"ftyp"):
            raise BadVideo("not an MP4, or a damaged one")
        held = min(length, size - at)
        if name != b"mdat":
            heavy += held
            if heavy > HEAVIEST:
                raise BadVideo(f"more than {HEAVIEST} bytes of tables")
            file.seek(at)
            found.append(file.read(held))
        at += held
    return b"".join(found)


def _check_references(tables: bytes, at: int) -> None:
    """Look at a list of data references: count, then for each its length, kind, and flags."""
    count, at = _number(tables, at + 4), at + 8
    for _ in range(min(count, _ENTRIES)):
        if at + 12 <= len(tables) and not _number(tables, at + 8) & _IN_FILE:
            raise BadVideo("its media are in another file")
        at += max(12, _number(tables, at))


def _number(tables: bytes, at: int) -> int:
    return int.from_bytes(tables[at : at + 4], "big")
