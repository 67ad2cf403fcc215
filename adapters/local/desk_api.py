"""Jobs over HTTP: JSON, through which the owner of this machine sends jobs and gets videos.

``docs/running.md`` tells it to its readers.
"""

from contextlib import AbstractAsyncContextManager
from uuid import uuid4

from aiohttp import hdrs, web

from adapters.local import events, replies
from adapters.local.earlier import Earlier
from adapters.local.folders import is_job_id, job_id_of
from adapters.local.form import ME, BadFields
from adapters.local.guard import Handler
from adapters.local.service import Service, no_job
from bot.domain.card import Action
from bot.domain.job import Job
from bot.domain.request import Command
from bot.wording import local as words

MOST_HISTORY = 100


class DeskApi:
    """The routes ``/v1/tweens`` over a desk, and ``/v1/me``."""

    def __init__(self, service: Service, earlier: Earlier) -> None:
        self._service = service
        self._earlier = earlier

    def table(self) -> list[tuple[str, str, Handler]]:
        """Return method, path and handler of each route."""
        return [
            (hdrs.METH_POST, "/v1/tweens", self._make),
            (hdrs.METH_GET, "/v1/tweens", self._history),
            (hdrs.METH_GET, "/v1/tweens/{id}", self._show),
            (hdrs.METH_DELETE, "/v1/tweens/{id}", self._delete),
            (hdrs.METH_POST, f"/v1/tweens/{{id}}/{Action.CANCEL.value}", self._stop),
            (hdrs.METH_POST, f"/v1/tweens/{{id}}/{Action.LOOK_AGAIN.value}", self._look_again),
            (hdrs.METH_POST, f"/v1/tweens/{{id}}/{Action.SEND_AGAIN.value}", self._send_again),
            (hdrs.METH_POST, f"/v1/tweens/{{id}}/{Action.RERUN.value}", self._rerun),
            (hdrs.METH_POST, f"/v1/tweens/{{id}}/{Action.SWAP.value}", self._swap),
            (hdrs.METH_DELETE, "/v1/me", self._forget),
        ]

    def streams(self) -> list[tuple[str, Handler]]:
        """Return path and handler of each stream of events."""
        return [("/v1/tweens/{id}/events", self._events)]

    async def _make(self, request: web.Request) -> web.Response:
        job_id = _new_id(request)
        if (job := await self._service.desk.find(job_id, ME)) is not None:
            return await self._service.answer(job)
        return await self._accepted(self._service.form.command(request, job_id, self._earlier.find))

    async def _rerun(self, request: web.Request) -> web.Response:
        return await self._made_of(request, Action.RERUN)

    async def _swap(self, request: web.Request) -> web.Response:
        return await self._made_of(request, Action.SWAP)

    async def _made_of(self, request: web.Request, action: Action) -> web.Response:
        old = await self._service.asked_for(request)
        job_id = _new_id(request)
        if (job := await self._service.desk.find(job_id, ME)) is not None:
            return await self._service.answer(job)
        if action not in replies.offered(self._service.card(old), await self._service.kept(old)):
            return await self._service.answer(old)
        return await self._accepted(self._earlier.command(old, job_id, action))

    async def _accepted(self, taking: AbstractAsyncContextManager[Command]) -> web.Response:
        try:
            async with taking as command:
                return await self._service.accept(command)
        except BadFields as error:
            return replies.refused(error.errors, self._service.clock())

    async def _history(self, request: web.Request) -> web.Response:
        entries = await self._service.desk.history(ME, limit_of(request, MOST_HISTORY))
        told = [replies.entry(await self._service.tell(each.job), each) for each in entries]
        return replies.answer({"tweens": told})

    async def _show(self, request: web.Request) -> web.Response:
        return await self._service.answer(await self._service.asked_for(request))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        job = await self._service.asked_for(request)
        with self._service.board.watched(job.id) as changed:
            # Looked at once more: what happened before the watch began is in it.
            first = await self._look(job.id)
            if first is None:
                raise no_job()
            return await events.stream(request, first, changed, lambda: self._look(job.id))

    async def _look(self, job_id: str) -> events.Told | None:
        job = await self._service.desk.find(job_id, ME)
        return None if job is None else events.Told(await self._service.tell(job), job.is_final)

    async def _stop(self, request: web.Request) -> web.Response:
        job = await self._service.asked_for(request)
        await self._service.desk.stop(job.id, ME)
        return await self._changed(job, 200 if job.is_final else 202)

    async def _look_again(self, request: web.Request) -> web.Response:
        job = await self._service.asked_for(request)
        looked = await self._service.desk.look_again(job.id, ME) or job
        return await self._changed(looked, 200 if looked.is_final else 202)

    async def _send_again(self, request: web.Request) -> web.Response:
        job = await self._service.asked_for(request)
        if not is_job_id(f"{job.id}+"):
            raise replies.Refusal(409, "too_often", words.TOO_OFTEN)
        sent = await self._service.desk.send_again(job.id, ME, {}) or job
        return await self._changed(sent, 200 if sent.id == job.id else 202)

    async def _delete(self, request: web.Request) -> web.Response:
        service, job = self._service, await self._service.asked_for(request)
        if Action.DELETE in service.card(job).actions:
            # Noted first: what is left of it goes at the next start, should this process end right here.
            service.folders.note_to_forget(job.id)
            if await service.desk.delete(job.id, ME):
                await service.folders.forget(frozenset([job.id]), service.load)
                service.board.touch(job.id)
                return replies.answer({"deleted": True})
        raise replies.Refusal(409, "under_way", words.NOT_OVER)

    async def _forget(self, _: web.Request) -> web.Response:
        service = self._service
        known = await service.folders.known(service.load)
        listed = [each.job.id for each in await service.desk.history(ME, MOST_HISTORY)]
        deleted, under_way = await service.desk.forget(ME)
        await service.folders.forget(known, service.load)
        for job_id in known.union(listed):
            service.board.touch(job_id)
        return replies.answer({"deleted": deleted, "under_way": under_way})

    async def _changed(self, job: Job, status: int) -> web.Response:
        self._service.board.touch(job.id)
        return await self._service.answer(job, status)


def limit_of(request: web.Request, most: int) -> int:
    """Return how many jobs a query asks for, 20 where it does not say."""
    limit = request.query.get("limit", "20")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 10 and 1 <= int(limit) <= most):
        raise replies.Refusal(400, "limit", words.bad_limit(most))
    return int(limit)


def _new_id(request: web.Request) -> str:
    """Return the id of the job that a request makes: the same one for the same key."""
    key = request.headers.get("Idempotency-Key", uuid4().hex)
    if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise replies.Refusal(400, "idempotency_key", words.BAD_KEY)
    return job_id_of(key)
