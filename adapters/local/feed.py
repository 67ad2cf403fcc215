"""All jobs of this channel as one stream of server-sent events: for pages that show them all.

One task looks for everybody who reads: at once at what this process is told, and once a second at a mark of each job
under way, since another process may carry it. A job is loaded and told only where its mark has changed, so thousands
that wait cost one small query. A slow reader is told the newest of each job, and never makes another one wait.

An event's id is a moment, in milliseconds, and grows with each event. A reader that comes back, to this process or the
next one, is told how every job under way stands, and what has ended since that moment.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress

import structlog
from aiohttp import hdrs, web

from adapters.local.board import Changes
from adapters.local.form import ME
from adapters.local.guard import Handler
from adapters.local.replies import text_of
from adapters.local.service import Service
from bot.domain.errors import TweenError

log = structlog.get_logger()

LOOK_S = 1.0
"""Seconds between two looks at the marks, and at whether a reader is still there."""
PACE_S = 0.1
"""Seconds between two rounds of telling: a hundred jobs that render change many times a second."""
ALIVE_S = 15.0
"""Seconds after which a silent stream says that it is alive."""
BEFORE_S = 60.0
"""A page asks for the list of jobs, and for this: what ended in between, or while the store took it, is told too."""
BACK_MS = 1000
"""How soon a browser comes back to a stream that broke."""


class Reader:
    """What one reader has not been told yet: the newest event of each job, in the order of their ids."""

    def __init__(self) -> None:
        self._events: dict[str, str] = {}
        self._any = asyncio.Event()

    def put(self, job_id: str, event: str) -> None:
        """Put an event in the place of what was to be told of that job."""
        self._events.pop(job_id, None)
        self._events[job_id] = event
        self._any.set()

    async def take(self, seconds: float) -> str:
        """Return all that is new; nothing where there was no news for so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._any.wait()
        except TimeoutError:
            return ""
        events, self._events = self._events, {}
        self._any.clear()
        return "".join(events.values())


class Feed:
    """The route ``/v1/events``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._readers: set[Reader] = set()
        self._looking: asyncio.Task[None] | None = None
        # What is told is told in order: whoever comes in between is told how things stand first.
        self._telling = asyncio.Lock()
        self._marks: Mapping[str, str] = {}
        self._told: dict[str, bytes] = {}
        self._last_id = 0

    def streams(self) -> list[tuple[str, Handler]]:
        """Return path and handler of each stream of events."""
        return [("/v1/events", self._events)]

    async def _events(self, request: web.Request) -> web.StreamResponse:
        since = self._since(request.headers.get("Last-Event-ID", ""))
        async with self._reading() as reader:
            await self._catch_up(reader, since)
            response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream", "X-Accel-Buffering": "no"})
            await response.prepare(request)
            await response.write(f"retry: {BACK_MS}\n\n".encode())
            silent_since = time.monotonic()
            while request.transport is not None and not request.transport.is_closing():
                news = await reader.take(LOOK_S)
                if not news and time.monotonic() - silent_since >= ALIVE_S:
                    news = ": alive\n\n"
                if news:
                    await response.write(news.encode())
                    silent_since = time.monotonic()
        return response

    def _since(self, last_id: str) -> float:
        """Return the moment from which on a reader does not know what has ended."""
        now = self._service.clock()
        known = int(last_id) / 1000 if last_id.isascii() and last_id.isdigit() and len(last_id) < 16 else now
        return min(known, now) - BEFORE_S

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Reader]:
        """Give a reader; somebody looks for news as long as there is one."""
        reader = Reader()
        try:
            yield reader
        finally:
            self._readers.discard(reader)
            if not self._readers and self._looking is not None:
                looking, self._looking = self._looking, None
                looking.cancel()
                with suppress(asyncio.CancelledError):
                    await looking

    async def _catch_up(self, reader: Reader, since: float) -> None:
        """Tell a new reader how the jobs under way stand and what has ended since; then it hears what all hear."""
        desk = self._service.desk
        async with self._telling:
            marks = await desk.under_way(ME, since)
            texts = {job.id: text_of(await self._service.tell(job)) for job in await desk.found(marks, ME)}
            for job_id, text in texts.items():
                reader.put(job_id, self._event("job", text))
            self._readers.add(reader)
            if self._looking is None:
                self._marks, self._told = marks, {job_id: _digest(text) for job_id, text in texts.items()}
                self._looking = asyncio.create_task(self._look(), name="look for news of all jobs")

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        with self._service.board.followed() as changes:
            next_look = loop.time()
            while True:
                try:
                    await changes.wait(next_look - loop.time())
                    await self._heed(changes)
                    if loop.time() >= next_look:
                        next_look = loop.time() + LOOK_S
                        await self._compare()
                except TweenError as error:
                    log.warning("jobs_not_looked_at", error=str(error))
                except Exception:
                    log.exception("jobs_not_looked_at")
                await asyncio.sleep(PACE_S)

    async def _heed(self, changes: Changes) -> None:
        """Tell of the jobs that this process has heard of."""
        job_ids = changes.take()
        try:
            await self._tell(job_ids)
        except TweenError:
            for job_id in job_ids:
                changes.note(job_id)
            raise

    async def _compare(self) -> None:
        """Tell of the jobs that are not as they were, or not under way any more."""
        before, marks = self._marks, await self._service.desk.under_way(ME)
        changed = {job_id for job_id, mark in marks.items() if before.get(job_id) != mark}
        await self._tell(changed | (before.keys() - marks.keys()))
        self._marks = marks
        self._told = {job_id: digest for job_id, digest in self._told.items() if job_id in marks or job_id in before}

    async def _tell(self, job_ids: Collection[str]) -> None:
        if not job_ids:
            return
        async with self._telling:
            found = {job.id: job for job in await self._service.desk.found(job_ids, ME)}
            for job_id in job_ids:
                job = found.get(job_id)
                kind, body = ("gone", {"id": job_id}) if job is None else ("job", await self._service.tell(job))
                text = text_of(body)
                if self._told.get(job_id) != _digest(text):
                    self._told[job_id] = _digest(text)
                    event = self._event(kind, text)
                    for reader in self._readers:
                        reader.put(job_id, event)

    def _event(self, kind: str, text: str) -> str:
        self._last_id = max(self._last_id + 1, int(self._service.clock() * 1000))
        return f"event: {kind}\nid: {self._last_id}\ndata: {text}\n\n"


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
