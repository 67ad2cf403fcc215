"""``bot.ports.StagedFiles``: the images of jobs under way, in a folder of this machine.

A restart stages a job anew, and by then the platform's links may have expired. What cannot be kept or read here costs
nothing but another fetch, so a disk that fails ends no job.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

import structlog

from bot.domain.errors import BadImage, FolderUnusable, ImageFault, Which
from bot.domain.job import Job
from bot.domain.request import ImageRef
from bot.ports import Attachments
from bot.wording.units import size

log = structlog.get_logger()
T = TypeVar("T")


class StagedFolder:
    """``bot.ports.StagedFiles`` in a folder, which is made where it is missing; raises :class:`FolderUnusable`.

    Disk work is done on threads of its own: the event loop's belong to whoever drives the jobs.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise FolderUnusable(folder, error.strerror or str(error)) from error
        self._folder = folder
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="staged")

    def around(self, job: Job, attachments: Attachments) -> Attachments:
        """Return attachments that are fetched once, and from this disk afterwards."""
        return _Kept(self, job.id, attachments)

    async def drop(self, job_id: str) -> None:
        """Remove what is kept for a job; a job without anything is fine."""
        await self.on_thread(lambda: _remove([self.path(job_id, "start"), self.path(job_id, "end")]))

    async def sweep(self, unfinished: Callable[[], Awaitable[Collection[str]]]) -> int:
        """Remove what jobs that have ended left behind, at start; ``unfinished`` returns the ids of the others.

        They are asked for after the folder was read, so that a job that begins meanwhile keeps its files.
        """
        there = await self.on_thread(lambda: list(self._folder.iterdir()))
        if not there:
            return 0
        keep = {_digest(job_id) for job_id in await unfinished()}
        left = [path for path in there if path.name.partition(".")[0] not in keep]
        await self.on_thread(lambda: _remove(left))
        return len(left)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=True)

    def path(self, job_id: str, which: Which) -> Path:
        """Return where one of a job's images is kept; the id is the platform's, so it is no file name."""
        return self._folder / f"{_digest(job_id)}.{which}"

    async def on_thread(self, work: Callable[[], T]) -> T:
        """Do disk work."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


@dataclass(frozen=True)
class _Kept:
    """Attachments of one job that are kept in the folder."""

    folder: StagedFolder
    job_id: str
    inner: Attachments

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the file that is kept, or fetch and keep it. What is refused is not kept."""
        path = self.folder.path(self.job_id, which)
        kept = await self.folder.on_thread(lambda: _read(path, limit + 1))
        if kept is None:
            data = await self.inner.fetch(which, image, limit)
            await self.folder.on_thread(lambda: _write(path, data))
            return data
        if len(kept) > limit:
            raise BadImage(which, ImageFault.TOO_HEAVY, f"{image.name}, more than {size(limit)}")
        return kept


def _digest(job_id: str) -> str:
    return sha256(job_id.encode("utf-8", "surrogatepass")).hexdigest()


def _read(path: Path, most: int) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError:
        return None


def _write(path: Path, data: bytes) -> None:
    """Write the file whole, or not at all: its name appears only when its bytes are on the disk."""
    partial = path.with_name(f"{path.name}.{token_hex(4)}")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        log.warning("not_kept", error=error.strerror)
        _remove([partial])


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()
