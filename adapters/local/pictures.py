"""The pictures of a job: its frames, which are kept, and its video's ends, which are drawn when they are asked for."""

import asyncio
from pathlib import Path

import structlog

from adapters.local.folders import Folders, Load, Picture
from bot.domain.errors import BadVideo
from bot.domain.job import Delivered, Job
from bot.ports import LastFrames, Posters

log = structlog.get_logger()


class Pictures:
    """Finds pictures, and draws what is not there yet. ``load`` is the store's."""

    def __init__(self, folders: Folders, last_frames: LastFrames, posters: Posters, load: Load) -> None:
        self._folders = folders
        self._last_frames = last_frames
        self._posters = posters
        self._load = load

    async def find(self, job: Job, name: Picture) -> Path | None:
        """Return where a picture lies; None where there is none, any more or yet."""
        path = self._folders.picture(job.id, name)
        if await asyncio.to_thread(path.is_file):
            return path
        if name in ("start", "end") or not isinstance(job.state, Delivered):
            return None
        try:
            return await self._drawn(job.id, name)
        except FileNotFoundError:
            return None
        except (BadVideo, OSError) as error:
            log.warning("picture_not_drawn", job_id=job.id, picture=name, error=str(error))
            return None

    async def _drawn(self, job_id: str, name: Picture) -> Path | None:
        video = self._folders.video(job_id)
        if not await asyncio.to_thread(video.is_file):
            return None
        draw = self._last_frames.last_frame if name == "last" else self._posters.poster
        path = await asyncio.to_thread(self._folders.keep_picture, job_id, name, await draw(video))
        if await self._load(job_id) is None:
            # It was deleted meanwhile, with all that was there of it.
            await self._folders.drop([job_id], self._load)
            return None
        return path


def media_type(path: Path) -> str:
    """Return what a picture is: a frame has the form that suits it."""
    with path.open("rb") as file:
        return "image/png" if file.read(4) == b"\x89PNG" else "image/jpeg"
