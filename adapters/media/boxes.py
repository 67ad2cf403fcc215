"""What an MP4 claims of itself, read before FFmpeg is let at it.

FFmpeg makes room for every frame that a file claims to have, whether there is one or not: measured, a file of 2 kB that
claims 80 million takes 4 GB and 36 s, inside of one call that nothing ends. An edit list multiplies what is claimed,
and a compressed header unpacks to gigabytes. So it is with the lists of a file's notes and of the pictures in a HEIF,
which an MP4 may have as well: 2 GB for a claim. Where the tables lie in the file is FFmpeg's to interpret, and it is
generous: so their names are looked for everywhere but in the media itself. A name may also stand in a text (a prompt
that a file keeps, about an elephant's trunk); what is no box then has a length that no box there can have. FFmpeg would
cut such a one short: whoever hides a table so meets the limits of :mod:`adapters.media.worker`. Source: ISO/IEC
14496-12.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from bot.domain.errors import BadVideo

MOST = 1_000_000
"""Frames of all tracks together: five hours of pictures with sound. Their index takes FFmpeg 57 bytes each."""
HEAVIEST = 64 * 2**20
"""Bytes of all that is not media: the tables of so many frames take less than half of it."""
_BOXES = 200_000
"""Boxes of the outermost level, and tables anywhere: a fragment has two, and most videos have none."""
_NAMES = re.compile(rb"stsz|stz2|trun|elst|dref|cmov|keys|iinf|iloc")
_LONG = 1
"""A box's length where the true one stands behind its name, in eight bytes."""
_IN_FILE = 1
"""The flag of a data reference that says: in this file."""
_ENTRIES = 64
"""Data references that are looked at; a file has one a track."""
_TEXT = b"data\0\0\0\1\0\0\0\0"
"""What stands before the first letter of a note in UTF-8, whose last bytes would be a length: to the end."""
_WINDOW, _REACH = 2**20, 2**14
"""Bytes that are read at a time, and how far behind its name a table is looked at."""


def check_claims(path: Path) -> None:
    """Raise :class:`BadVideo` where the file is no MP4, claims what no video has, or has its media in other files."""
    samples, edits, entries = 0, 1, 0
    with path.open("rb") as file:
        for name, table in _tables(file):
            # From the box's length on; the fields stand behind it and its name.
            at = 16 if _number(table, 0) == _LONG else 8
            if name in (b"stsz", b"stz2"):
                samples += _number(table, at + 8)
            elif name == b"trun":
                samples += _number(table, at + 4)
            elif name == b"elst":
                edits = max(edits, _number(table, at + 4))
            elif name == b"dref":
                _check_references(table, at)
            elif name == b"cmov":
                raise BadVideo("a compressed header")
            else:
                entries = max(entries, _entries(name, table, at))
    if samples * edits > MOST:
        raise BadVideo(f"claims more than {MOST} frames")
    if entries > MOST:
        raise BadVideo(f"claims more than {MOST} notes")


def _tables(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name of each table, and its bytes from its length on, a few of them; a window at a time is read."""
    count = 0
    for begin, end in _all_but_media(file):
        for at in range(begin, end, _WINDOW):
            file.seek(at)
            window = file.read(min(_WINDOW + _REACH, end - at))
            for match in _NAMES.finditer(window, 4):
                start = match.start() - 4
                if start >= _WINDOW:
                    break  # the next window's
                count += 1
                if count > _BOXES:
                    raise BadVideo(f"more than {_BOXES} tables")
                if _number(window, start) <= end - at - start and not window.endswith(_TEXT, 0, start + 4):
                    yield match[0], window[start : start + 4 + _REACH]


def _all_but_media(file: BinaryIO) -> Sequence[tuple[int, int]]:
    """Return where boxes of the outermost level but ``mdat`` begin and end; they follow each other without a gap."""
    size, at, heavy, count = file.seek(0, 2), 0, 0, 0
    found: list[tuple[int, int]] = []
    while at + 8 <= size:
        count += 1
        if count > _BOXES:
            raise BadVideo(f"more than {_BOXES} boxes")
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
            found.append((at, at + held))
        at += held
    return found


def _entries(name: bytes, table: bytes, at: int) -> int:
    """Return how many notes (``keys``) or pictures (``iinf``, ``iloc``) a list claims; where it has 16 bits, 0."""
    version = table[at : at + 1]
    if name == b"keys":
        return _number(table, at + 4)
    if name == b"iinf":
        return 0 if version == b"\0" else _number(table, at + 4)
    return 0 if version in (b"\0", b"\1") else _number(table, at + 6)


def _check_references(tables: bytes, at: int) -> None:
    """Look at a list of data references: count, then for each its length, kind, and flags."""
    count, at = _number(tables, at + 4), at + 8
    for _ in range(min(count, _ENTRIES)):
        if at + 12 <= len(tables) and not _number(tables, at + 8) & _IN_FILE:
            raise BadVideo("its media are in another file")
        at += max(12, _number(tables, at))


def _number(tables: bytes, at: int) -> int:
    return int.from_bytes(tables[at : at + 4], "big")
