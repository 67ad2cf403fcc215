"""The local channel's interface: JSON over HTTP, through which the owner of this machine sends jobs and gets videos.

``docs/running.md`` tells it to its readers.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from aiohttp import hdrs, web

from adapters.local import events, replies
from adapters.local.board import Board
from adapters.local.folders import Folders, Load, is_job_id, job_id_of
from adapters.local.form import ME, BadFields, FormReader
from adapters.local.guard import guarded
from bot.domain.card import Action, Card
from bot.domain.job import Delivered, Job
from bot.flow.desk import Desk
from bot.wording import local as words

MOST_HISTORY = 100


class DeskApi:
    """The routes ``/v1/…`` over a desk. ``load`` is the store's, ``clock`` gives epoch seconds."""

    def __init__(
        self, desk: Desk, form: FormReader, folders: Folders, board: Board, load: Load, clock: Callable[[], float]
    ) -> None:
        self._desk = desk
        self._form = form
        self._folders = folders
        self._board = board
        self._load = load
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, each behind the guard."""
        table = [
            (hdrs.METH_POST, "/v1/tweens", self._make),
            (hdrs.METH_GET, "/v1/tweens", self._history),
            (hdrs.METH_GET, "/v1/tweens/{id}", self._show),
            (hdrs.METH_GET, "/v1/tweens/{id}/video", self._video),
            (hdrs.METH_POST, f"/v1/tweens/{{id}}/{Action.CANCEL.value}", self._stop),
            (hdrs.METH_POST, f"/v1/tweens/{{id}}/{Action.LOOK_AGAIN.value}", self._look_again),
            (hdrs.METH_POST, f"/v1/tweens/{{id}}/{Action.SEND_AGAIN.value}", self._send_again),
            (hdrs.METH_DELETE, "/v1/me", self._forget),
        ]
        # A HEAD of a stream would have no end.
        stream = web.get("/v1/tweens/{id}/events", guarded(self._events, self._clock), allow_head=False)
        return [stream, *(web.route(method, path, guarded(handler, self._clock)) for method, path, handler in table)]

    async def _make(self, request: web.Request) -> web.Response:
        key = request.headers.get("Idempotency-Key", uuid4().hex)
        if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
            raise replies.Refusal(400, "idempotency_key", words.BAD_KEY)
        job_id = job_id_of(key)
        if (job := await self._desk.find(job_id, ME)) is not None:
            return await self._told(job)
        try:
            async with self._form.command(request, job_id) as command:
                job = await self._desk.accept(command, {})
        except BadFields as error:
            return replies.refused(error.errors, self._clock())
        if job.request.start != command.start:
            # The same key came twice at once, and the other one was first.
            self._form.discard(command)
            return await self._told(job)
        return await self._told(job, 202)

    async def _history(self, request: web.Request) -> web.Response:
        limit = request.query.get("limit", "20")
        if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= MOST_HISTORY):
            raise replies.Refusal(400, "limit", words.bad_limit(MOST_HISTORY))
        entries = await self._desk.history(ME, int(limit))
        told = [
            replies.entry(each, self._card(each.job), has_video=await self._has_video(each.job)) for each in entries
        ]
        return replies.answer({"tweens": told})

    async def _show(self, request: web.Request) -> web.Response:
        return await self._told(await self._asked_for(request))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        job = await self._asked_for(request)
        with self._board.watched(job.id) as changed:
            # Looked at once more: what happened before the watch began is in it.
            first = await self._look(job.id)
            if first is None:
                raise _no_job()
            return await events.stream(request, first, changed, lambda: self._look(job.id))

    async def _video(self, request: web.Request) -> web.StreamResponse:
        job = await self._asked_for(request)
        if not await self._has_video(job):
            raise replies.Refusal(404, "no_video", words.NO_VIDEO)
        name = f"tween-{job.id.removeprefix('local-')[:8]}.mp4"
        headers = {"Content-Type": "video/mp4", "Content-Disposition": f'inline; filename="{name}"'}
        return web.FileResponse(self._folders.video(job.id), headers=headers)

    async def _stop(self, request: web.Request) -> web.Response:
        job = await self._asked_for(request)
        await self._desk.stop(job.id, ME)
        return await self._told(job, 200 if job.is_final else 202)

    async def _look_again(self, request: web.Request) -> web.Response:
        job = await self._asked_for(request)
        looked = await self._desk.look_again(job.id, ME) or job
        return await self._told(looked, 200 if looked.is_final else 202)

    async def _send_again(self, request: web.Request) -> web.Response:
        job = await self._asked_for(request)
        if not is_job_id(f"{job.id}+"):
            raise replies.Refusal(409, "too_often", words.TOO_OFTEN)
        sent = await self._desk.send_again(job.id, ME, {}) or job
        return await self._told(sent, 200 if sent.id == job.id else 202)

    async def _forget(self, _: web.Request) -> web.Response:
        known = await self._folders.known(self._load)
        deleted, under_way = await self._desk.forget(ME)
        await self._folders.forget(known, self._load)
        return replies.answer({"deleted": deleted, "under_way": under_way})

    async def _asked_for(self, request: web.Request) -> Job:
        job_id = request.match_info["id"]
        job = await self._desk.find(job_id, ME) if is_job_id(job_id) else None
        if job is None:
            raise _no_job()
        return job

    async def _told(self, job: Job, status: int = 200) -> web.Response:
        body = replies.tween(job, self._card(job), has_video=await self._has_video(job))
        return replies.answer(body, status, {"Location": replies.address(job)} if status == 202 else None)

    async def _look(self, job_id: str) -> events.Told | None:
        job = await self._desk.find(job_id, ME)
        if job is None:
            return None
        return events.Told(replies.tween(job, self._card(job), has_video=await self._has_video(job)), job.is_final)

    def _card(self, job: Job) -> Card:
        """Return the newest card: the store's truth about an ending, else what this process knows, else as stored."""
        newest = None if job.is_final else self._board.newest(job.id)
        return newest or self._desk.card(job)

    async def _has_video(self, job: Job) -> bool:
        return isinstance(job.state, Delivered) and await asyncio.to_thread(_is_file, self._folders.video(job.id))


def _no_job() -> replies.Refusal:
    return replies.Refusal(404, "no_job", words.NO_JOB)


def _is_file(path: Path) -> bool:
    return path.is_file()
