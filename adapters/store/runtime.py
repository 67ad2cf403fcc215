"""What a worker process does all the time: live as a node, admit jobs, hear their news, take over from the dead."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
import structlog

from adapters.store.database import Database
from adapters.store.dbos_setup import sqlite_of
from adapters.store.engine import Carry, Engine
from adapters.store.errors import unusable
from adapters.store.nodes import Nodes
from adapters.store.takeover import Takeover
from adapters.store.waiting import Waiting
from bot.domain.errors import StoreAway
from bot.ports import Ring, Terms

log = structlog.get_logger()

ADMIT_S = 0.5
NEWS_S = 1.0
OWN_S = 30.0
"""How often this process' own jobs are looked through for one that lost its workflow: there may be thousands."""
CLEAN_S = 3600.0
KEPT_S = 3600.0
"""How long the engine's records of what has ended are kept: they answer nobody's question."""
SHARE = 20
"""Looking for jobs to admit takes a twentieth of the time at most, however many wait."""
LONGEST_PAUSE_S = 5.0


@dataclass(frozen=True)
class Driven:
    """What the runtime drives: a job by a step, its news to its carrier, and the deletion of what has had its time.

    ``ready`` waits for parked jobs that can be taken further; ``parked`` is whether a job is one that cannot, yet.
    """

    carry: Carry
    rung: Callable[[], Awaitable[Sequence[Ring]]]
    ring: Callable[[Ring], None]
    purge: Callable[[], Awaitable[int]]
    ready: Callable[[], Awaitable[Sequence[str]]]
    parked: Callable[[str], bool]


class Runtime:
    """A worker process' loops, as a context: everything runs while it is open.

    ``room`` is how many jobs this process carries at most. Leaving waits for no job: those under way are taken over by
    another process at once, or go on at the next start.
    """

    def __init__(self, database: Database, nodes: Nodes, terms: Terms, room: int, driven: Driven) -> None:
        self._nodes = nodes
        self._terms = terms
        self._room = room
        self._driven = driven
        self._engine_store = str(sqlite_of(database).url) if database.is_sqlite else database.name
        self._waiting = Waiting(database)
        self._engine = Engine(database, driven.carry, self._is_current, self.wake)
        self._takeover = Takeover(database, self._engine, nodes.id, driven.parked)
        self._wake = asyncio.Event()
        self._admitting = True
        self._own_next = 0.0
        # A job between its admission and its workflow looks like one that lost its workflow.
        self._beginning = asyncio.Lock()
        self._loops: list[asyncio.Task[None]] = []

    @property
    def lost(self) -> asyncio.Event:
        """Set once this node has been buried: the process must end, with a status that has it started again."""
        return self._nodes.lost

    def wake(self) -> None:
        """Look for jobs to admit at once: one was accepted here, or one has ended."""
        self._wake.set()

    def stop_admitting(self) -> None:
        """Leave what waits, and what dead nodes left, to other processes or to the next start."""
        self._admitting = False

    async def __aenter__(self) -> Self:
        """Begin; raises :class:`DatabaseInUse`, :class:`StoreAway`, or :class:`StoreUnusable`."""
        await self._nodes.register()
        try:
            self._spawn("heartbeat", self._nodes.keep_renewing())
            await self._launch()
        except BaseException:
            await self._close()
            raise
        self._spawn("takeover", self._every(self._nodes.lease_s / 4, self._take_over))
        self._spawn("admission", self._admission())
        self._spawn("parked", self._go_on())
        self._spawn("news", self._every(NEWS_S, self._news))
        self._spawn("cleaning", self._cleaning())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._close()

    async def _launch(self) -> None:
        try:
            await self._engine.launch(self._nodes.id)
        except sa.exc.DBAPIError as error:
            raise unusable(self._engine_store, error) from error

    async def _close(self) -> None:
        self.stop_admitting()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self._engine.close()
        await self._nodes.leave()

    def _spawn(self, name: str, loop: Coroutine[Any, Any, None]) -> None:
        self._loops.append(asyncio.create_task(loop, name=name))

    async def _admission(self) -> None:
        while True:
            self._wake.clear()
            began = time.monotonic()
            admitted = await self._tried("admission", self._admit)
            if admitted:
                continue
            pause = max(ADMIT_S, SHARE * (time.monotonic() - began))
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _admit(self) -> int:
        async with self._beginning:
            if not self._admitting or not self._nodes.holds():
                return 0
            starts = await self._waiting.admit(self._nodes.id, self._terms, self._room)
            return await self._takeover.begin(starts)

    async def _go_on(self) -> None:
        while True:
            job_ids = await self._driven.ready()
            # Nobody else looks after what is parked here, until this process has ended.
            again = partial(self._resumed, job_ids)
            while self._admitting and await self._tried("going_on", again) is None:  # noqa: ASYNC110  # attempts
                await asyncio.sleep(ADMIT_S)

    async def _resumed(self, job_ids: Sequence[str]) -> int:
        async with self._beginning:
            return await self._takeover.go_on(job_ids)

    async def _take_over(self) -> int:
        buried = await self._nodes.bury()
        if buried:
            log.info("dead_nodes_with_jobs", nodes=buried)
        async with self._beginning:
            if not self._admitting or not self._nodes.holds():
                return 0
            own = time.monotonic() >= self._own_next
            if own:
                self._own_next = time.monotonic() + OWN_S
            return await self._takeover.adopt(own=own)

    async def _news(self) -> int:
        news = await self._driven.rung()
        for each in news:
            self._driven.ring(each)
        return len(news)

    async def _cleaning(self) -> None:
        while True:
            await asyncio.sleep(CLEAN_S)
            await self._tried("cleaning", self._clean)

    async def _clean(self) -> int:
        purged = await self._driven.purge()
        ended = await self._takeover.clean(time.time() - KEPT_S)
        await self._nodes.forget_the_dead()
        log.info("cleaned", jobs=purged, workflows=ended)
        return purged + ended

    async def _is_current(self, job_id: str, workflow_id: str) -> bool:
        return await self._takeover.is_current(job_id, workflow_id)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[int]]) -> None:
        name = work.__name__.strip("_")
        pause = seconds
        while True:
            done = await self._tried(name, work)
            pause = seconds if done is not None else min(2 * pause, LONGEST_PAUSE_S)
            await asyncio.sleep(pause)

    async def _tried(self, name: str, work: Callable[[], Awaitable[int]]) -> int | None:
        """Do it, and return None where it failed: no loop ends with one failure."""
        try:
            return await work()
        except StoreAway:
            pass  # the store logs that it is away, once for all
        except Exception:
            log.exception("loop_failed", loop=name)
        return None
