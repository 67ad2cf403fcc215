"""Takes files apart into the pieces that their formats are made of; put together again they are the same bytes."""

import struct

_NESTED = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"mvex", b"moof", b"traf", b"meta")


def pieces(data: bytes) -> list[bytes]:
    """Return the file's pieces in their order; one piece where it has no structure that is known here."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data)
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data[:4] == b"RIFF":
        return _riff(data)
    if data[4:8] == b"ftyp":
        return boxes(data)
    return [data[at : at + 64] for at in range(0, len(data), 64)] or [b""]


def _png(data: bytes) -> list[bytes]:
    found, at = [data[:8]], 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        found.append(data[at:end])
        at = min(end, len(data))
    return [*found, data[at:]]


def _jpeg(data: bytes) -> list[bytes]:
    found, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        end = at + 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
        found.append(data[at:end])
        at = min(end, len(data))
    return [*found, data[at:]]


def _riff(data: bytes) -> list[bytes]:
    found, at = [data[:12]], 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        found.append(data[at:end])
        at = min(end, len(data))
    return [*found, data[at:]]


def boxes(data: bytes) -> list[bytes]:
    """Return ISO boxes; of those that hold others only the head, and then the others."""
    found, at = [], 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length < 8:
            break
        nested = data[at + 4 : at + 8] in _NESTED
        end = at + 8 if nested else at + length
        found.append(data[at:end])
        at = min(end, len(data))
    return [*found, data[at:]]


def box(kind: bytes, *content: bytes) -> bytes:
    """Return an ISO box."""
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + kind + body
