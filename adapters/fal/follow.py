"""Follows one job to its end: by server-sent events, and by asking when they do not work.

A stream costs one request a job where fal's client sends one every 0.1 s. It can end early (a proxy's limit), go silent
(a server that died without a word), or not be there at all. A stream that breaks is opened again after a pause that
doubles; after a few that broke soon, or where there is none, the status is asked for instead, ever more slowly, every
5 s in the end. Only when no good answer has come for ``Patience.away`` seconds does following give up. The job itself
goes on at fal meanwhile.

A job that finds no place (``adapters.fal.places``) is not followed closely: its status is asked for now and then, until
a place is free.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any

import httpx
from httpx_sse import SSEError, aconnect_sse

from adapters.fal.errors import of_answer, retry_after
from adapters.fal.patience import Patience
from adapters.fal.places import Places
from adapters.fal.status import Statuses
from adapters.fal.transport import BREAKS
from bot.domain.errors import Charge, ProviderUnreachable
from bot.domain.job import Ticket
from bot.domain.progress import Completed, Update

_REFUSED = frozenset({401, 402, 403})
_PASSING = frozenset({408, 425, 429})
_LONGEST_WAIT = 60.0
_DRAIN = 0.1


class _Broken(Exception):
    """No status this time. ``wait`` is the pause that the server asked for."""

    def __init__(self, wait: float | None = None) -> None:
        super().__init__()
        self.wait = wait


class _NoStream(Exception):
    """The server has no streams."""


class Watch:
    """One job that is followed. ``http`` sends the key by itself."""

    __slots__ = (
        "_attempts",
        "_has_place",
        "_heard",
        "_http",
        "_lost_at",
        "_patience",
        "_places",
        "_rests",
        "_statuses",
        "_streaming",
        "_ticket",
    )

    def __init__(self, http: httpx.AsyncClient, ticket: Ticket, patience: Patience, places: Places) -> None:
        self._http = http
        self._ticket = ticket
        self._patience = patience
        self._places = places
        self._statuses = Statuses()
        self._streaming = True
        self._has_place = False
        self._heard = False
        self._attempts = self._rests = 0
        self._lost_at: float | None = None

    async def updates(self) -> AsyncGenerator[Update, None]:
        """Yield every change until :class:`Completed`."""
        self._has_place = self._places.take()
        try:
            if not self._has_place:
                await self._rest(None)
            async with aclosing(self._with_repetitions()) as updates:
                async for update in updates:
                    yield update
        finally:
            if self._has_place:
                self._places.give_back()

    async def _with_repetitions(self) -> AsyncGenerator[Update, None]:
        while True:
            wait, self._heard = None, False
            opened_at = self._patience.clock()
            self._statuses.reopened()
            source = self._stream() if self._has_place and self._streaming else self._ask()
            try:
                async with aclosing(source) as statuses:
                    async for status in statuses:
                        self._heard = True
                        for update in self._statuses.updates(status):
                            if isinstance(update, Completed):
                                await _drain(statuses)
                                yield update
                                return
                            yield update
            except _Broken as broken:
                wait = broken.wait
            except _NoStream:
                self._ask_from_now_on()
                continue
            except (*BREAKS, ValueError, SSEError):
                pass  # Counts as a stream that ended.
            self._count(opened_at)
            await self._rest(wait)

    def _count(self, opened_at: float) -> None:
        now = self._patience.clock()
        if self._heard:
            self._lost_at = None
        elif self._lost_at is None:
            self._lost_at = opened_at
        if self._lost_at is not None and now - self._lost_at >= self._patience.away:
            raise ProviderUnreachable("no answer while following").billed(Charge.POSSIBLE)
        # A stream that had news once and then none for long is a quiet queue, not a broken stream.
        was_good = self._heard and now - opened_at >= self._patience.steady
        self._attempts = 1 if self._streaming and was_good else self._attempts + 1
        if self._has_place and self._streaming and self._attempts >= self._patience.streams:
            self._ask_from_now_on()

    async def _rest(self, wait: float | None) -> None:
        """Pause; without a place longer, and until there is one at most."""
        if self._has_place:
            await self._patience.sleep(self._patience.pause(self._attempts) if wait is None else wait)
            return
        seconds = max(self._places.pause(self._rests), wait or 0.0)
        self._rests += 1
        if await self._places.wait(seconds):
            self._has_place, self._attempts = True, 0

    def _ask_from_now_on(self) -> None:
        self._streaming, self._attempts = False, 0

    async def _stream(self) -> AsyncGenerator[Mapping[str, Any], None]:
        url = f"{self._ticket.status_url}/stream?logs=1"
        limits = self._patience.timeout(self._patience.silence)
        async with aconnect_sse(self._http, "GET", url, timeout=limits) as events:
            answer = events.response
            if answer.status_code != 200 or "text/event-stream" not in answer.headers.get("Content-Type", ""):
                await answer.aread()
                self._refused(answer)
            async with aclosing(events.aiter_sse()) as source:
                async for event in source:
                    if event.data:
                        yield _status(event.json())

    async def _ask(self) -> AsyncGenerator[Mapping[str, Any], None]:
        async with asyncio.timeout(self._patience.answer):
            answer = await self._http.get(self._ticket.status_url, params={"logs": 1})
        if not answer.is_success:
            self._refused(answer)
        yield _status(answer.json())

    def _refused(self, answer: httpx.Response) -> None:
        """Raise: for good where the answer will not change, else for now."""
        status = answer.status_code
        is_passing = status in _PASSING or status >= 500
        if status in _REFUSED or not (self._streaming or is_passing):
            error = of_answer(answer, f"request {self._ticket.request_id}")
            raise error.billed(Charge.POSSIBLE)
        if not is_passing:
            # No stream here (or no such request, which the status call will tell).
            raise _NoStream
        asked = retry_after(answer)
        raise _Broken(None if asked is None else min(asked, _LONGEST_WAIT))


async def _drain(statuses: AsyncGenerator[Mapping[str, Any], None]) -> None:
    """Let the stream end by itself, as fal's does here: then its connection can carry the question for the result."""
    with suppress(TimeoutError, *BREAKS, ValueError, SSEError, _Broken):
        async with asyncio.timeout(_DRAIN):
            async for _ in statuses:
                pass


def _status(body: object) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise _Broken
    return body
