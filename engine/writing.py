"""Bytes onto the disk: streamed, counted against a limit, off the event loop, and whole or not there at all."""

import asyncio
import secrets
from collections.abc import AsyncIterable
from pathlib import Path

WRITE_BLOCK = 2**20


class TooLarge(Exception):
    """More bytes than the engine takes for one file."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than {limit // 2**20} MiB, the most this engine takes. Make it smaller.")


async def write_file(path: Path, chunks: AsyncIterable[bytes], limit: int) -> int:
    """Stream chunks to a new file, a block at a time and off the event loop; raise TooLarge past the limit."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    size = 0
    waiting = bytearray()
    try:
        with part.open("wb") as out:
            async for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooLarge(limit)
                waiting += chunk
                if len(waiting) >= WRITE_BLOCK:
                    await asyncio.to_thread(out.write, bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(out.write, bytes(waiting))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return size


def concatenate(parts: list[Path], whole: Path) -> int:
    """Write parts one after another into a new file; return its size. Raises FileNotFoundError."""
    with whole.open("wb") as out:
        for part in parts:
            with part.open("rb") as piece:
                while block := piece.read(WRITE_BLOCK):
                    out.write(block)
        return out.tell()


def size_of(path: Path) -> int:
    """Return a file's size, 0 when it has gone meanwhile."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
