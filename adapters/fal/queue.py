"""The queue: a submit that is sent exactly once, the result, and the cancel.

How a submit can end, and why it counts as what it does (there is no idempotency key: a second POST is a second bill):

==========================================  ==============  ==========================================================
what came back                              counts as       because
==========================================  ==============  ==========================================================
2xx with a request id                       accepted        it says so; URLs that are not on fal's own host are
                                                            replaced by the ones that the id stands for
no connection: refused, no such name, TLS,  not accepted    the connection is a fresh one, so not a byte of the request
timeout while connecting                                    has left
400, 404, 405, 413, 415, 422                not accepted    the server refused this very request
401, 402, 403                               not accepted    key or account, checked before the queue
429                                         not accepted    the queue is full; Retry-After goes on where it is given
2xx without a request id, or not JSON       unclear         something was accepted, and we cannot name it
3xx                                         unclear         nobody says whether the first hop kept it; never followed
408, 409, 423, 425, every other 4xx         unclear         may come from a proxy that had passed the request on
5xx, HTML or not                            unclear         may be raised after the queue took it
reset, timeout, garbage, a cut answer       unclear         the request may have been read
==========================================  ==============  ==========================================================

A caller that is cancelled while the POST is out has given the job up, and nobody will ever hold its ticket. The POST
is not torn down then (that would leave a job running that nobody knows of): it ends in the background, within its
deadline, and a job that turns out to be accepted is cancelled at fal. For the caller the job remains unclear. Where
the caller has put its intent on record (``stops_orphans`` is False) the job is left alone: it will be looked up.
"""

import asyncio
import json
from collections.abc import Coroutine, Mapping

import httpx
from fal_client import AsyncRequestHandle, FalClientHTTPError

from adapters.fal.connection import Connection
from adapters.fal.errors import billed_units, body_of, charge_of, clean, is_final, of_answer, of_break, of_submit
from adapters.fal.hosts import REQUEST_ID, Hosts
from adapters.fal.patience import Patience
from adapters.fal.transport import BREAKS, PostEnded
from bot.domain.errors import Charge, EndpointUnknown, ProtocolBroken, ProviderUnreachable, SubmitUnclear, TweenError
from bot.domain.job import Outcome, Ticket
from bot.domain.model import Value
from bot.ports import CancelAnswer

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_CLOSING_GRACE = 5.0


class Queue:
    """Submit, result and cancel over one connection."""

    def __init__(self, connection: Connection, hosts: Hosts, patience: Patience, *, stops_orphans: bool) -> None:
        self._connection = connection
        self._hosts = hosts
        self._patience = patience
        self._stops_orphans = stops_orphans
        self._orphans: set[asyncio.Task[None]] = set()

    async def submit(self, endpoint: str, arguments: Mapping[str, Value], callback: str | None) -> Ticket:
        """Send the request exactly once; see the table above. ``callback`` is the URL of its webhook, a secret."""
        _check_encodable(arguments)
        post = asyncio.create_task(self._post(endpoint, arguments, callback), name=f"submit to {endpoint}")
        try:
            return await asyncio.shield(post)
        except asyncio.CancelledError:
            self._hold(self._see_off(post))
            raise

    async def result(self, ticket: Ticket) -> Outcome:
        """Return what the job made. Asks again for a while where the answer lags behind, or is lost on its way."""
        deadline = self._patience.clock() + self._patience.late
        attempt = 0
        while True:
            attempt += 1
            error: TweenError
            try:
                async with asyncio.timeout(self._patience.answer):
                    answer = await self._connection.http.get(ticket.response_url)
            except BREAKS as broken:
                error = of_break(broken).billed(Charge.POSSIBLE)
            else:
                if outcome := _outcome(answer):
                    return outcome
                error = of_answer(answer, f"request {ticket.request_id}").billed(charge_of(answer))
                if not _may_change(answer):
                    raise error
            if self._patience.clock() >= deadline:
                raise error
            await self._patience.sleep(self._patience.pause(attempt))

    async def cancel(self, ticket: Ticket) -> CancelAnswer:
        """Ask fal to stop the job; repeated by fal's client where the connection breaks, which is harmless."""
        handle = AsyncRequestHandle(
            ticket.request_id, ticket.response_url, ticket.status_url, ticket.cancel_url, self._connection.http
        )
        try:
            async with asyncio.timeout(self._patience.answer):
                await handle.cancel()
        except FalClientHTTPError as refused:
            return _cancel_answer(refused.response, ticket)
        except BREAKS as broken:
            raise of_break(broken).billed(Charge.POSSIBLE) from None
        return CancelAnswer.REQUESTED

    async def close(self) -> None:
        """Wait a moment for the submits that nobody waits for any more."""
        if not self._orphans:
            return
        _, late = await asyncio.wait(self._orphans, timeout=_CLOSING_GRACE)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _post(self, endpoint: str, arguments: Mapping[str, Value], callback: str | None) -> Ticket:
        try:
            handle = await self._connection.submit(endpoint, dict(arguments), webhook_url=callback)
        except PostEnded as ended:
            raise of_submit(ended, endpoint) from None
        except (ValueError, KeyError, TypeError):
            raise SubmitUnclear("an answer without a request id") from None
        # Typed as text by fal's client, but taken from the answer as they were.
        request_id: object = handle.request_id
        urls: tuple[object, ...] = (handle.status_url, handle.response_url, handle.cancel_url)
        if not isinstance(request_id, str) or not REQUEST_ID.fullmatch(request_id):
            raise SubmitUnclear("an answer without a request id")
        if not all(isinstance(url, str) and self._hosts.is_own(url) for url in urls):
            handle = AsyncRequestHandle.from_request_id(self._connection.http, endpoint, request_id)
        return Ticket(request_id, handle.status_url, handle.response_url, handle.cancel_url)

    def _hold(self, orphan: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(orphan, name="a submit that nobody waits for")
        self._orphans.add(task)
        task.add_done_callback(self._orphans.discard)

    async def _see_off(self, post: asyncio.Task[Ticket]) -> None:
        try:
            ticket = await post
            if self._stops_orphans:
                await self.cancel(ticket)
        except TweenError:
            return  # Not accepted, or unclear, which the caller has to assume anyway.


def _check_encodable(arguments: Mapping[str, Value]) -> None:
    """Raise where the body could not even be written: what fails after this may have been sent."""
    try:
        json.dumps(dict(arguments), ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError) as error:
        raise ProtocolBroken("arguments that no JSON can hold") from error


def _outcome(answer: httpx.Response) -> Outcome | None:
    if not answer.is_success:
        return None
    body = body_of(answer)
    video, seed = body.get("video"), body.get("seed")
    if isinstance(video, Mapping) and isinstance(url := video.get("url"), str):
        units = billed_units(answer)
        return Outcome(url, seed if isinstance(seed, int) and not isinstance(seed, bool) else None, units)
    if _is_early(answer) or any(body.get(name) for name in ("detail", "error", "error_type")):
        return None
    raise ProtocolBroken("a result without a video").billed(charge_of(answer))


def _is_early(answer: httpx.Response) -> bool:
    """Whether fal says that the job still runs: 202, or 400 "Request is still in progress"."""
    body = body_of(answer)
    return (
        answer.status_code == 202
        or body.get("status") in {"IN_QUEUE", "IN_PROGRESS"}
        or (answer.status_code == 400 and "in progress" in clean(body.get("detail")))
    )


def _may_change(answer: httpx.Response) -> bool:
    return _is_early(answer) or (answer.status_code in _PASSING and not is_final(answer))


def _cancel_answer(answer: httpx.Response, ticket: Ticket) -> CancelAnswer:
    if answer.status_code == 404:
        return CancelAnswer.NOT_FOUND
    if answer.status_code == 400 and "ALREADY_COMPLETED" in answer.text:
        return CancelAnswer.TOO_LATE
    error = of_answer(answer, f"request {ticket.request_id}")
    if isinstance(error, EndpointUnknown):
        return CancelAnswer.NOT_FOUND
    if answer.status_code >= 500:
        error = ProviderUnreachable(f"HTTP {answer.status_code}")
    raise error.billed(Charge.POSSIBLE) from None
