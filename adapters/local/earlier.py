"""New jobs of earlier ones: a picture of one takes the place of an image that would be sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.local.folders import Folders, Picture, is_job_id
from adapters.local.form import ME, BadFields
from adapters.local.intake import REFUSALS, copied_in, removed_on
from adapters.local.pictures import Pictures
from bot.domain.card import Action
from bot.domain.errors import BadImage, ImageFault, NotYours, TweenError, Which
from bot.domain.job import Job
from bot.domain.request import Command, ImageRef
from bot.flow.desk import Desk
from bot.flow.remix import options_of
from bot.wording import local as words

_FROM: tuple[Picture, ...] = ("start", "end", "last")
_IMAGES: tuple[Which, Which] = ("start", "end")


class Earlier:
    """Pictures of earlier jobs of the owner."""

    def __init__(self, desk: Desk, folders: Folders, pictures: Pictures) -> None:
        self._desk = desk
        self._folders = folders
        self._pictures = pictures

    async def find(self, source: str) -> Path | None:
        """Return the picture that ``{job id}/start``, ``/end`` or ``/last`` names; None where there is none."""
        job_id, _, name = source.partition("/")
        picture = next((each for each in _FROM if each == name), None)
        if picture is None or not is_job_id(job_id):
            return None
        try:
            job = await self._desk.find(job_id, ME)
        except NotYours:
            return None
        return None if job is None else await self._pictures.find(job, picture)

    @asynccontextmanager
    async def command(self, job: Job, job_id: str, action: Action) -> AsyncIterator[Command]:
        """Give the command that makes a job once more: with another seed, or, to swap, its frames the other way round.

        Its images lie in the inbox; they are removed where it is refused. Raises :class:`BadFields` where they are
        gone, and ``FolderUnusable``.
        """
        written: list[Path] = []
        with removed_on(written, BaseException):
            start, end = await self._images(job, job_id, written, swapped=action is Action.SWAP)
        options = options_of(job, new_seed=action is Action.RERUN)
        with removed_on(written, *REFUSALS):
            yield Command(job_id, ME, start, end, job.request.prompt, options, fit=job.request.fit)

    async def _images(self, job: Job, job_id: str, written: list[Path], *, swapped: bool) -> tuple[ImageRef, ImageRef]:
        """Copy a job's frames into the inbox, for another job; the copies' paths are added to ``written``."""
        old = dict(zip(("start", "end"), job.request.images, strict=True))
        images: list[ImageRef] = []
        errors: list[TweenError] = []
        for which, source in zip(_IMAGES, _IMAGES[::-1] if swapped else _IMAGES, strict=True):
            path, copy = await self._pictures.find(job, source), self._folders.new_image(job_id, which)
            written.append(copy)
            if path is None or await asyncio.to_thread(copied_in, path, copy) is None:
                errors.append(BadImage(which, ImageFault.MISSING, words.NOT_KEPT))
            images.append(ImageRef(old[source].name, copy.name))
        if errors:
            raise BadFields(errors)
        return images[0], images[1]
