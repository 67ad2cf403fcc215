"""The durable engine, DBOS, in a thread and an event loop of its own; nothing else knows of it.

A job's workflow does nothing but take the job one step further until nothing is left to do, and records the names of
the states it went through. What the steps do happens on the event loop of the bot, by our own table. So a workflow of
an older version runs on under a newer one, and DBOS' records may be lost without losing a job.

DBOS replaces the default executor of the loop it is launched in, and its calls block: hence the thread.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any, TypeVar

import structlog
from dbos import DBOS, SetWorkflowID

from adapters.store.bridge import Crossing
from adapters.store.database import Database
from adapters.store.dbos_setup import Log, config_of, sqlite_of
from bot.domain.errors import StoreAway
from bot.ports import PARKED

log = structlog.get_logger()
T = TypeVar("T")
Carry = Callable[[str], Awaitable[str | None]]
"""Takes a job one step further, and returns the name of its state; None once nothing is left to do.

``PARKED`` ends the workflow too: the job waits for the provider, without one, and has another begun when there is news.
"""
Current = Callable[[str, str], Awaitable[bool]]
"""Whether a job is unfinished, and the workflow of that id is its present run; of (job id, workflow id)."""

ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
BATCH = 500
ATTEMPTS = 1_000_000
"""How often a workflow is taken over before DBOS gives it up: never, in practice."""
PAUSES = (1.0, 5.0, 15.0, 60.0)
"""Seconds before a step that failed by a fault is taken again."""
AWAY_PAUSE_S = 2.0


@dataclass(frozen=True)
class Workflow:
    """What DBOS knows of one run of a job.

    ``pending``: the node ``executor`` runs it, or ran it when it died. One that is neither pending nor ended is queued,
    and runs in the next process with a free hand.
    """

    pending: bool
    ended: bool
    executor: str


class Engine:
    """DBOS, launched as the node ``executor`` on the file beside ours, or in a schema of our Postgres database."""

    def __init__(self, database: Database, carry: Carry, current: Current, ended: Callable[[], None]) -> None:
        """``ended`` is called on the bot's loop whenever a workflow has come to its end."""
        self._database = database
        self._carry = carry
        self._current = current
        self._ended = ended
        self._main: asyncio.AbstractEventLoop
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._start: Callable[[str], Coroutine[Any, Any, object]]
        self._thread: threading.Thread | None = None
        self._running: set[str] = set()

    @property
    def running(self) -> Collection[str]:
        """The ids of the workflows that run in this process."""
        return self._running

    async def launch(self, executor: str) -> None:
        """Begin; raises what DBOS raises where its database cannot be opened."""
        self._main = asyncio.get_running_loop()
        launched: Future[None] = Future()
        self._thread = threading.Thread(target=self._live, args=(executor, launched), name="dbos", daemon=True)
        self._thread.start()
        await asyncio.wrap_future(launched)

    async def close(self, seconds: float = 5.0) -> None:
        """End, without waiting for jobs; their steps are cancelled, and nothing of that is recorded."""
        if self._thread is None or not self._thread.is_alive():
            return
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        # A launch that failed may have closed its loop, and its thread not have ended yet.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop.set)
        ended = asyncio.Event()

        def wait() -> None:
            if self._thread is not None:
                self._thread.join(seconds)
            self._main.call_soon_threadsafe(ended.set)

        threading.Thread(target=wait, name="dbos end", daemon=True).start()
        await ended.wait()

    async def start(self, job_id: str, workflow_id: str) -> None:
        """Begin a workflow; one of that id that is there already is not begun again."""

        async def begin() -> None:
            with SetWorkflowID(workflow_id):
                await self._start(job_id)

        await self._there(begin())

    async def find(self, workflow_ids: Sequence[str]) -> Mapping[str, Workflow]:
        """Return what DBOS knows of these workflows; those it does not know are left out."""

        async def look() -> dict[str, Workflow]:
            found: dict[str, Workflow] = {}
            for first in range(0, len(workflow_ids), BATCH):
                batch = list(workflow_ids[first : first + BATCH])
                for each in await DBOS.list_workflows_async(workflow_ids=batch, load_input=False, load_output=False):
                    found[each.workflow_id] = Workflow(
                        each.status == "PENDING", each.status in ENDED, each.executor_id or ""
                    )
            return found

        return await self._there(look())

    async def executors(self) -> Collection[str]:
        """Return the nodes that workflows without an end belong to."""

        async def look() -> set[str]:
            pending = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
            return {each.executor_id or "" for each in pending}

        return await self._there(look())

    async def recover(self, executors: Sequence[str]) -> int:
        """Have the unfinished workflows of dead nodes run on, here or in another living process; return how many.

        Safe when two processes do it at once: a workflow is queued only while it still belongs to one of
        ``executors``, in one statement (DBOS 3.4, ``reenqueue_for_recovery``).
        """

        async def recover() -> int:
            # DBOS.resume_workflows, the public way, would also take a workflow that another process resumed just now.
            recovering = DBOS._recover_pending_workflows  # noqa: SLF001  # see above
            return len(await asyncio.to_thread(recovering, list(executors)))

        return await self._there(recover())

    async def clean(self, older_than: float) -> int:
        """Delete the records of workflows that ended before ``older_than`` (epoch seconds); returns how many."""
        before = datetime.fromtimestamp(older_than, UTC).isoformat()

        async def batch() -> int:
            ended = await DBOS.list_workflows_async(
                status=ENDED,
                completed_before=before,
                limit=BATCH,
                load_input=False,
                load_output=False,
            )
            if ended:
                await DBOS.delete_workflows_async([each.workflow_id for each in ended])
            return len(ended)

        deleted = 0
        while done := await self._there(batch()):
            deleted += done
        return deleted

    async def _there(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def _live(self, executor: str, launched: "Future[None]") -> None:
        try:
            asyncio.run(self._life(executor, launched))
        except Exception as error:  # it is the launching coroutine's to raise
            if launched.done():
                log.exception("dbos_ended")
            else:
                launched.set_exception(error)

    async def _life(self, executor: str, launched: "Future[None]") -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        engine = sqlite_of(self._database) if self._database.is_sqlite else None
        logger = logging.getLogger("dbos")
        # In the place of its own, and of the root's, which write whole statements, with what they hold.
        logger.handlers, logger.propagate = [Log()], False
        try:
            DBOS(config=config_of(self._database, executor, engine))
            self._register()
            DBOS.launch()
            launched.set_result(None)
            await self._stop.wait()
            await _cancel_all()
        finally:
            DBOS.destroy(destroy_registry=True)
            if engine is not None:
                engine.dispose()

    def _register(self) -> None:
        """Write down the workflow and its one step. Their names are in the records: they stay what they are."""

        @DBOS.step(name="advance")
        async def advance(job_id: str) -> str | None:
            return await Crossing[str | None](self._main).carry(self._further(job_id, DBOS.workflow_id or job_id))

        @DBOS.workflow(name="job", max_recovery_attempts=ATTEMPTS)
        async def job(job_id: str) -> None:
            workflow_id = DBOS.workflow_id or job_id
            try:
                while await advance(job_id) not in (None, PARKED):
                    pass
            finally:
                self._main.call_soon_threadsafe(self._end, workflow_id)

        async def start(job_id: str) -> object:
            return await DBOS.start_workflow_async(job, job_id)

        self._start = start

    async def _further(self, job_id: str, workflow_id: str) -> str | None:
        """Take the job further; a fault is logged and tried again, for an error on record would end its workflow.

        A workflow that this process has not run before may be what a dead node left of an earlier run: it ends.
        """
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            try:
                if workflow_id not in self._running and not await self._current(job_id, workflow_id):
                    return None
                self._running.add(workflow_id)
                return await self._carry(job_id)
            except StoreAway:
                await asyncio.sleep(AWAY_PAUSE_S)  # the store logs that it is away, once for all jobs
            except Exception:
                log.exception("job_not_carried", job_id=job_id, again_in_s=pause)
                await asyncio.sleep(pause)
        return None

    def _end(self, workflow_id: str) -> None:
        self._running.discard(workflow_id)
        self._ended()


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
