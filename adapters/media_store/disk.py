"""Files in a folder of this machine, or one that several machines share. Their names are all that opens them."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, TypeVar

from adapters.media_store.storage import Content, of_disk, whole

T = TypeVar("T")

THREADS = 4
"""They wait for the disk, so that neither the event loop nor the threads of others do."""
BROKEN_OFF_S = 86_400.0
"""After so many seconds nobody is still writing."""
_PART = ".part"


@dataclass(frozen=True)
class DiskContent:
    """``Content`` of an open file."""

    file: BinaryIO
    size: int
    on_thread: Callable[[Callable[[], bytes]], "asyncio.Future[bytes]"]

    async def read(self, first: int, count: int) -> bytes:
        """Read, where the kernel cannot send the file by itself."""
        try:
            return whole(await self.on_thread(lambda: os.pread(self.file.fileno(), count, first)), count)
        except OSError as error:
            raise of_disk(error) from error


class DiskStorage:
    """``Storage`` in a folder, which is made when there is something to write."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="media_store")

    @property
    def name(self) -> str:
        """The folder."""
        return str(self._folder)

    async def write(self, id_: str, path: Path) -> None:
        """Give the file another name in the folder, or copy it there from another disk."""
        await self._do(lambda: self._write(id_, path))

    @asynccontextmanager
    async def reading(self, id_: str) -> AsyncIterator[Content | None]:
        """Open a file; whoever has it open reads it to its end, removed or not."""
        file = await self._do(lambda: _opened(self._path(id_)))
        if file is None:
            yield None
            return
        try:
            yield DiskContent(file, os.fstat(file.fileno()).st_size, self._on_thread)
        finally:
            file.close()

    async def remove(self, ids: Collection[str]) -> None:
        """Remove files."""

        def work() -> None:
            for id_ in ids:
                self._path(id_).unlink(missing_ok=True)

        await self._do(work)

    async def tidy(self) -> None:
        """Remove files whose writing was broken off by a kill."""

        def work() -> None:
            with suppress(FileNotFoundError):
                for part in list(self._folder.glob(f"*{_PART}")):
                    if part.stat().st_ctime < time.time() - BROKEN_OFF_S:
                        part.unlink(missing_ok=True)

        await self._do(work)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=True)

    def _path(self, id_: str) -> Path:
        return self._folder / f"{id_}.mp4"

    def _write(self, id_: str, path: Path) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._folder / f"{id_}.{token_hex(4)}{_PART}"
        try:
            _copy(path, part)
            _sync(part)
            part.replace(self._path(id_))
            _sync(self._folder)
        finally:
            part.unlink(missing_ok=True)

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await self._on_thread(work)
        except OSError as error:
            raise of_disk(error) from error

    def _on_thread(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._threads, work)


def _opened(path: Path) -> BinaryIO | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


def _copy(path: Path, to: Path) -> None:
    try:
        # Nobody writes to a finished video any more, so one set of bytes on the disk is enough.
        os.link(path, to)
    except OSError:
        # Another disk, or one that knows no second names. The kernel copies, in pieces.
        shutil.copyfile(path, to)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
