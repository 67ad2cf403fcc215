"""The local channel's folders in the data folder: images that were sent in, videos that were made, pictures of both.

Every name in them is made from a job's id, which has one known form, so nothing that anybody sends is ever a path.
"""

import asyncio
import hashlib
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Literal

import structlog

from bot.domain.errors import FolderUnusable, TweenError, Which
from bot.domain.job import Job, Unclear

log = structlog.get_logger()

Load = Callable[[str], Awaitable[Job | None]]
"""Returns a job as it stands; :meth:`bot.ports.JobStore.load`."""

_JOB_ID = re.compile(r"local-[0-9a-f]{32}\+{0,64}")
_IMAGE = re.compile(r"(local-[0-9a-f]{32})\.[0-9a-f]{16}\.(?:start|end)")
_PICTURE = re.compile(r"(local-[0-9a-f]{32}\+{0,64})\.(?:start|end|last|poster)")
_FORGET = ".forget"

Picture = Literal["start", "end", "last", "poster"]
"""A picture of a job: its two frames as they were sent to the model, its video's last frame, and its first."""

TIDY_S = 600.0
"""Seconds between two rounds of tidying up."""
ORPHAN_S = 86400.0
"""An image that belongs to no job after so many seconds is what an upload that broke off has left."""

_MOST_FORGOTTEN = 3
"""So many jobs may be forgotten before the one that sends them again."""


def job_id_of(key: str) -> str:
    """Return the id of the job that an idempotency key stands for."""
    return f"local-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def is_job_id(text: str) -> bool:
    """Whether it has the form of the local channel's ids. One that was sent again has a ``+`` more."""
    return _JOB_ID.fullmatch(text) is not None


class Folders:
    """The folders ``inbox``, ``videos`` and ``frames``, for their user alone; made where they are missing."""

    def __init__(self, data_dir: Path) -> None:
        self._inbox = data_dir / "inbox"
        self._videos = data_dir / "videos"
        self._frames = data_dir / "frames"
        for folder in (self._inbox, self._videos, self._frames):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise FolderUnusable(folder, (error.strerror or str(error)).lower()) from error

    def new_image(self, job_id: str, which: Which) -> Path:
        """Return where to write a new image of a job; nobody else has this name."""
        return self._inbox / f"{job_id}.{token_hex(8)}.{which}"

    def image(self, name: str) -> Path | None:
        """Return where the image of that name lies; None where it is no such name."""
        return self._inbox / name if _IMAGE.fullmatch(name) else None

    def video(self, job_id: str) -> Path:
        """Return where the video of a job lies, or will lie."""
        assert is_job_id(job_id), "an id that this channel gave"
        return self._videos / f"{job_id}.mp4"

    def picture(self, job_id: str, name: Picture) -> Path:
        """Return where a picture of a job lies, or will lie."""
        assert is_job_id(job_id), "an id that this channel gave"
        return self._frames / f"{job_id}.{name}"

    def keep_picture(self, job_id: str, name: Picture, data: bytes) -> Path:
        """Write a picture of a job, whole or not at all, and return where it lies; raise ``OSError``."""
        to = self.picture(job_id, name)
        part = to.with_name(f"{to.name}.{token_hex(8)}.part")
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)
        return to

    def has_frames(self, job_id: str) -> bool:
        """Whether both frames of a job are kept."""
        return self.picture(job_id, "start").is_file() and self.picture(job_id, "end").is_file()

    def take_video(self, job_id: str, path: Path) -> str:
        """Move a finished video to its place, whole or not at all, and return its name; raise ``OSError``.

        It is on the disk before it has its name: a video that is told to be there survives a power cut.
        """
        to = self.video(job_id)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        try:
            path.replace(to)
        except OSError:
            # The folder may be on another disk.
            _copied(path, to)
        folder = os.open(to.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return to.name

    async def release(self, job_id: str, load: Load) -> None:
        """Remove a job's images, unless it, or one that sends it again, may still need them."""
        base = job_id.rstrip("+")
        if not _needs_images(await _chain(base, load)):
            await asyncio.to_thread(self._drop_images, base)

    async def known(self, load: Load) -> frozenset[str]:
        """Return the ids of all stored jobs that have files here, or send one again that has."""
        files = [*self._inbox.iterdir(), *self._videos.iterdir(), *self._frames.iterdir()]
        bases = {match[1] for file in files if (match := _IMAGE.fullmatch(file.name))}
        bases |= {match[1].rstrip("+") for file in files if (match := _PICTURE.fullmatch(file.name))}
        bases |= {file.stem.rstrip("+") for file in files if is_job_id(file.stem)}
        return frozenset([job.id for base in bases for job in await _chain(base, load)])

    async def forget(self, job_ids: frozenset[str], load: Load) -> None:
        """Remove what is here of jobs that are no longer stored, and the others' as soon as they are gone too."""
        for job_id in job_ids:
            if await load(job_id):
                self.note_to_forget(job_id)
            else:
                await self._drop(job_id, load)

    def note_to_forget(self, job_id: str) -> None:
        """Have what is here of a job removed once it is no longer stored, whatever happens to this process."""
        try:
            (self._inbox / f"{job_id}{_FORGET}").touch(mode=0o600)
        except OSError as error:
            # A disk that is full is one to delete from.
            log.warning("not_noted_to_forget", job_id=job_id, error=error.strerror)

    async def drop(self, job_ids: Collection[str], load: Load) -> None:
        """Remove what is here of jobs that are no longer stored; ids of other platforms are passed over."""
        for job_id in filter(is_job_id, job_ids):
            await self._drop(job_id, load)

    async def tidy(self, load: Load) -> None:
        """Remove what is left of jobs that were to be forgotten, and images that no job needs."""
        old = time.time() - ORPHAN_S
        for file in list(self._inbox.iterdir()):
            if file.suffix == _FORGET and not await load(file.stem):
                await self._drop(file.stem, load)
                file.unlink(missing_ok=True)
            elif (match := _IMAGE.fullmatch(file.name)) and _written_before(file, old):
                await self.release(match[1], load)
        for file in list(self._frames.iterdir()):
            if file.suffix == ".part" and _written_before(file, old):
                file.unlink(missing_ok=True)

    @asynccontextmanager
    async def kept_tidy(self, load: Load) -> AsyncIterator[None]:
        """Tidy up now, and from time to time while the context is open."""
        task = asyncio.create_task(self._keep_tidy(load), name="tidy the local folders")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep_tidy(self, load: Load) -> None:
        while True:
            try:
                await self.tidy(load)
            except (TweenError, OSError) as error:
                log.warning("local_folders_not_tidied", error=str(error))
            await asyncio.sleep(TIDY_S)

    async def _drop(self, job_id: str, load: Load) -> None:
        await self.release(job_id, load)
        self.video(job_id).unlink(missing_ok=True)
        for file in self._frames.glob(f"{job_id}.*"):
            file.unlink(missing_ok=True)
        (self._inbox / f"{job_id}{_FORGET}").unlink(missing_ok=True)

    def _drop_images(self, base: str) -> None:
        for file in self._inbox.glob(f"{base}.*.*"):
            file.unlink(missing_ok=True)


async def _chain(base: str, load: Load) -> list[Job]:
    """Return a job and those that send it again, as far as they are stored."""
    found: list[Job] = []
    job_id = base
    while (job := await load(job_id)) or (not found and len(job_id) < len(base) + _MOST_FORGOTTEN):
        if job is not None:
            found.append(job)
        job_id = f"{job_id}+"
    return found


def _needs_images(chain: list[Job]) -> bool:
    """Whether a job, or one that sends it again, is under way, or the last is unclear and may yet be sent again."""
    return any(not job.is_final for job in chain) or (bool(chain) and isinstance(chain[-1].state, Unclear))


def _written_before(file: Path, moment: float) -> bool:
    try:
        return file.stat().st_mtime < moment
    except FileNotFoundError:
        return False


def _copied(path: Path, to: Path) -> None:
    part = to.with_suffix(".part")
    try:
        with path.open("rb") as source, part.open("wb") as file:
            shutil.copyfileobj(source, file, 1024 * 1024)
            file.flush()
            os.fsync(file.fileno())
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
