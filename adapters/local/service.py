"""What all routes of the local channel work with, and how they tell of a job."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from adapters.local import replies
from adapters.local.board import Board
from adapters.local.folders import Folders, Load, is_job_id
from adapters.local.form import ME, FormReader
from adapters.local.pictures import Pictures
from adapters.local.replies import Kept
from bot.domain.card import Card
from bot.domain.job import Delivered, Job
from bot.domain.request import Command
from bot.flow.desk import Desk
from bot.ports import Outlook
from bot.wording import local as words


@dataclass(frozen=True)
class Service:
    """A desk, and what this channel keeps beside it. ``load`` is the store's; ``clock`` gives epoch seconds.

    ``outlook`` foretells from earlier jobs; ``link`` returns where a job of another platform can be seen, or None.
    """

    desk: Desk
    form: FormReader
    folders: Folders
    board: Board
    pictures: Pictures
    load: Load
    clock: Callable[[], float]
    outlook: Outlook
    link: Callable[[Job], str | None]

    async def asked_for(self, request: web.Request) -> Job:
        """Return the job that a path names; there is a :class:`replies.Refusal` where there is none."""
        job_id = request.match_info["id"]
        job = await self.desk.find(job_id, ME) if is_job_id(job_id) else None
        if job is None:
            raise no_job()
        return job

    async def accept(self, command: Command) -> web.Response:
        """Accept a command whose images lie in the inbox; a redelivered one is answered with its job."""
        job = await self.desk.accept(command, {})
        if job.request.start != command.start:
            # The same key came twice at once, and the other one was first.
            self.form.discard(command)
            return await self.answer(job)
        self.board.touch(job.id)
        return await self.answer(job, 202)

    async def answer(self, job: Job, status: int = 200) -> web.Response:
        """Answer with a job."""
        body = await self.tell(job)
        return replies.answer(body, status, {"Location": replies.address(job)} if status == 202 else None)

    async def tell(self, job: Job) -> dict[str, Any]:
        """Return all that is known of a job of this channel."""
        return replies.tween(job, self.card(job), await self.kept(job))

    def card(self, job: Job) -> Card:
        """Return the newest card: the store's truth about an ending, else what this process knows, else as stored."""
        newest = None if job.is_final else self.board.newest(job.id)
        return newest or self.desk.card(job)

    async def kept(self, job: Job) -> Kept:
        """Look what is kept here of a job of this channel."""
        return await asyncio.to_thread(self._kept, job)

    def _kept(self, job: Job) -> Kept:
        video = isinstance(job.state, Delivered) and self.folders.video(job.id).is_file()
        return Kept(video=video, frames=self.folders.has_frames(job.id))


def no_job() -> replies.Refusal:
    """Refuse a path that names no job."""
    return replies.Refusal(404, "no_job", words.NO_JOB)
