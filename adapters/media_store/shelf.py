"""``bot.ports.MediaStore`` over an index and a storage.

A file is noted first and written then, so that nothing lies in the storage of which nobody knows; its address is told
when it is there whole. What is written for a job that was deleted meanwhile is removed by whoever wrote it.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from adapters.media_store.storage import NotStored, Storage, of_disk
from bot.domain.errors import NotKept
from bot.ports import Kept, MediaIndex, Shelved
from bot.wording import media_store as words

ID_BYTES = 20
"""160 bits, as hexadecimal digits: no chat platform takes any of them for markup."""
PIECE = 1 << 20
PATH = "/v/"
"""What is under it on the bot's HTTP server is a file."""


@dataclass(frozen=True)
class Room:
    """What is kept: for how many ``seconds``, of at most ``file_bytes`` each, and ``bytes`` in all."""

    seconds: float
    file_bytes: int
    bytes: int


class MediaShelf:
    """Keeps files under addresses of ``base_url``, the bot's public one."""

    def __init__(
        self,
        index: MediaIndex,
        storage: Storage,
        base_url: str,
        room: Room,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._index = index
        self._storage = storage
        self._base_url = base_url.rstrip("/")
        self._room = room
        self._clock = clock

    async def keep(self, job_id: str, path: Path) -> Kept:
        """Keep a copy of a job's MP4, or return what is kept of it."""
        size = await asyncio.to_thread(_size, path)
        if size > self._room.file_bytes:
            raise NotKept(words.too_large(self._room.file_bytes))
        shelved, is_there = await self._noted(job_id, size)
        if not is_there:
            await self._write(shelved, path)
        return Kept(shelved.id, f"{self._base_url}{PATH}{shelved.id}.mp4", shelved.bytes, shelved.expires_at)

    async def fetch(self, id_: str, to: Path) -> bool:
        """Write what is kept under an id to a file, in pieces."""
        noted = await self._index.get(id_)
        if noted is None or noted.expires_at <= self._clock():
            return False
        try:
            async with self._storage.reading(id_) as content:
                if content is None:
                    return False
                with await asyncio.to_thread(to.open, "wb") as file:
                    for first in range(0, content.size, PIECE):
                        piece = await content.read(first, min(PIECE, content.size - first))
                        await asyncio.to_thread(file.write, piece)
        except NotStored as error:
            raise NotKept(error.said) from error
        except OSError as error:
            raise NotKept(of_disk(error).said) from error
        return True

    async def drop(self, job_id: str) -> None:
        """Take a job's link back; the file itself goes with the next sweep."""
        await self._index.end(job_id)

    async def _noted(self, job_id: str, size: int) -> tuple[Shelved, bool]:
        """Note the file; return what is noted, and whether its file is there already.

        A note without its file is of a write that was broken off, so nobody was told its address.
        """
        now = self._clock()
        new = Shelved(token_hex(ID_BYTES), job_id, size, now, now + self._room.seconds)
        while (noted := await self._index.put(new, self._room.bytes)) is not None and noted.id != new.id:
            if await self._is_whole(noted):
                return noted, True
            await self._end(noted)
        if noted is None:
            raise NotKept(words.no_room(self._room.bytes))
        return noted, False

    async def _end(self, noted: Shelved) -> None:
        """End the time of this file, and not of one that another process, which has taken the job over, keeps since."""
        now = await self._index.get(noted.id)
        if now is not None and now.job_id == noted.job_id:
            await self._index.end(noted.job_id)

    async def _is_whole(self, noted: Shelved) -> bool:
        try:
            async with self._storage.reading(noted.id) as content:
                return content is not None and content.size == noted.bytes
        except NotStored as error:
            raise NotKept(error.said) from error

    async def _write(self, noted: Shelved, path: Path) -> None:
        try:
            await self._storage.write(noted.id, path)
        except NotStored as error:
            await self._end(noted)
            raise NotKept(error.said) from error
        now = await self._index.get(noted.id)
        if now is not None and now.expires_at > self._clock():
            return
        # The sweep may have been here before the file was: it would lie there for ever.
        with suppress(NotStored):
            await self._storage.remove([noted.id])
        raise NotKept(words.DELETED)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise NotKept(of_disk(error).said) from error
