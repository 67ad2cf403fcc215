"""A worker process' loops, on both databases, in this process."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import pytest

from adapters.store import runtime as loops
from adapters.store.database import Database
from adapters.store.engine import Engine
from adapters.store.nodes import Nodes
from adapters.store.runtime import Driven, Runtime
from bot.domain.budget import Allowance
from bot.domain.errors import StoreAway
from bot.ports import PARKED, Ring, Terms
from tests.contract.store.waiting_jobs import change, read, running, store, store_node, until, waiting

TERMS = Terms(100, 100, 100, 100, 100, Allowance())


@dataclass
class Carrier:
    """Carries jobs to their end in two steps, where nothing is in its way; hears news, and deletes nothing.

    Between the two steps it parks the jobs named in ``parks``, until their ids are put into ``over``.
    """

    database: Database
    carried: list[str] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    faults: list[Exception] = field(default_factory=list)
    news: list[Ring] = field(default_factory=list)
    heard: asyncio.Queue[Ring] = field(default_factory=asyncio.Queue)
    threads: set[int] = field(default_factory=set)
    parks: set[str] = field(default_factory=set)
    over: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def carry(self, job_id: str) -> str | None:
        """Take one step; the second one ends the job."""
        self.threads.add(threading.get_ident())
        self.begun.set()
        await self.go.wait()
        if self.faults:
            raise self.faults.pop()
        self.carried.append(job_id)
        if self.carried.count(job_id) == 1:
            return PARKED if job_id in self.parks else "submitted"
        await change(self.database, job_id, state="delivered", concluded=True)
        return None

    async def ready(self) -> Sequence[str]:
        """Return the next job whose wait is over."""
        return [await self.over.get()]

    def parked(self, job_id: str) -> bool:
        """Whether it was carried once, and is one to park."""
        return job_id in self.parks and self.carried.count(job_id) == 1

    async def rung(self) -> Sequence[Ring]:
        """Return the news so far, once; fail where it is told to."""
        if self.faults:
            raise self.faults.pop()
        news, self.news = self.news, []
        return news

    async def purge(self) -> int:
        """Delete nothing."""
        return 0


Open = Callable[..., AbstractAsyncContextManager[Runtime]]


@pytest.fixture
def carrier(database: Database) -> Carrier:
    carrier = Carrier(database)
    carrier.go.set()
    return carrier


def runtime(database: Database, carrier: Carrier, limits: Terms = TERMS) -> Runtime:
    heard = carrier.heard.put_nowait
    driven = Driven(carrier.carry, carrier.rung, heard, carrier.purge, carrier.ready, carrier.parked)
    return Runtime(database, Nodes(database, lease_s=60), limits, 100, driven)


async def ended(database: Database) -> None:
    await until(database, lambda rows: all(row[0] for row in rows), "concluded")


async def test_a_parked_job_has_no_workflow_until_its_wait_is_over(database: Database, carrier: Carrier) -> None:
    """It is nobody's lost job while it waits, however often that is looked at; then it has a run of its own."""
    carrier.parks = {"a"}
    await store(database, waiting("a"), waiting("b"))
    async with runtime(database, carrier) as worker:
        await until(database, lambda rows: rows == [(False,), (True,)], "concluded")
        for _ in range(3):
            await worker._take_over()
        assert await read(database, "id", "run") == [("a", 1), ("b", 1)]
        assert carrier.carried.count("a") == 1
        carrier.over.put_nowait("a")
        await ended(database)
    assert sorted(carrier.carried) == ["a", "a", "b", "b"]
    assert await read(database, "id", "run") == [("a", 2), ("b", 1)]


async def test_a_parked_job_of_a_process_that_died_goes_on_in_the_next(database: Database, carrier: Carrier) -> None:
    """Its workflow had ended in peace: it gets another one."""
    carrier.parks = {"a"}
    await store(database, waiting("a"))
    async with runtime(database, carrier):
        await until(database, lambda _: carrier.carried == ["a"], "concluded")
    carrier.parks = set()
    async with runtime(database, carrier):
        await ended(database)
    assert carrier.carried == ["a", "a"]


async def test_waiting_jobs_are_carried_to_their_end_on_the_bots_own_event_loop(
    database: Database, carrier: Carrier
) -> None:
    """The engine has a thread of its own, and no job ever runs there."""
    await store(database, *(waiting(f"j{n}") for n in range(10)))
    async with runtime(database, carrier):
        await ended(database)
    assert sorted(carrier.carried) == sorted(2 * [f"j{n}" for n in range(10)])
    assert carrier.threads == {threading.get_ident()}


async def test_the_limits_are_kept_and_every_place_that_becomes_free_is_taken(
    database: Database, carrier: Carrier
) -> None:
    """One place: the jobs run one after the other, oldest first."""
    await store(database, *(waiting(f"j{n}") for n in range(4)))
    async with runtime(database, carrier, Terms(1, 100, 100, 100, 100, Allowance())):
        await ended(database)
    assert carrier.carried == ["j0", "j0", "j1", "j1", "j2", "j2", "j3", "j3"]


async def test_leaving_waits_for_no_job_and_the_next_process_carries_it_on_at_once(
    database: Database, carrier: Carrier
) -> None:
    """The one that left is dead at once, whatever its lease; the job's step is taken again, its workflow goes on."""
    await store(database, waiting("j0"))
    carrier.go.clear()
    async with runtime(database, carrier):
        await carrier.begun.wait()
    carrier.go.set()
    async with asyncio.timeout(20), runtime(database, carrier):
        await ended(database)
    assert carrier.carried == ["j0", "j0"]
    assert await read(database, "run") == [(1,)]


async def test_once_it_stops_admitting_jobs_stay_where_they_are(database: Database, carrier: Carrier) -> None:
    """Those under way go on; what waits is another process's."""
    carrier.go.clear()
    await store(database, waiting("j0"))
    async with runtime(database, carrier) as worker:
        await carrier.begun.wait()
        worker.stop_admitting()
        await store(database, waiting("j1"), running("j2", node="dead"))
        await store_node(database, "dead", dead=True)
        worker.wake()
        carrier.go.set()
        await until(database, lambda rows: rows[0][0], "concluded")
    assert carrier.carried == ["j0", "j0"]
    assert [row[0] for row in await read(database, "waiting")] == [False, True, False]


async def test_news_reach_whoever_carries_the_job_and_a_failure_ends_no_loop(
    database: Database, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop that fails is logged and goes on: a database that is away for a moment costs no stop."""
    monkeypatch.setattr(loops, "NEWS_S", 0.01)
    news = Ring("j0", stop=True, request_id=None)
    carrier.faults += [ValueError("a defect"), StoreAway("gone")]
    carrier.news.append(news)
    async with runtime(database, carrier):
        assert await asyncio.wait_for(carrier.heard.get(), 20) == news
    assert not carrier.faults


async def test_a_step_that_fails_by_a_fault_is_taken_again(database: Database, carrier: Carrier) -> None:
    """An error on the engine's record would end the workflow, and strand the job."""
    carrier.go.clear()
    await store(database, waiting("j0"))
    async with runtime(database, carrier):
        await carrier.begun.wait()
        carrier.faults.append(ValueError("a defect"))
        carrier.go.set()
        await ended(database)
    assert await read(database, "state", "run") == [("delivered", 1)]


async def test_what_a_dead_node_left_of_an_earlier_run_ends_by_itself(database: Database, carrier: Carrier) -> None:
    """A workflow that is not its job's present run takes no step, so no job is ever driven twice."""
    await store(database, running("j0", run=2, node="me", concluded=False))
    ends = asyncio.Event()

    async def current(job_id: str, workflow_id: str) -> bool:
        return (job_id, workflow_id) == ("j0", "j0/2")

    engine = Engine(database, carrier.carry, current, ends.set)
    await engine.launch("me")
    await engine.start("j0", "j0")
    await asyncio.wait_for(ends.wait(), 10)
    assert carrier.carried == []
    ends.clear()
    await engine.start("j0", "j0/2")
    await asyncio.wait_for(ends.wait(), 10)
    assert carrier.carried == ["j0", "j0"]
    await engine.close()


async def test_records_of_what_has_ended_are_deleted_and_of_nothing_else(database: Database, carrier: Carrier) -> None:
    """The engine's records would grow for ever otherwise; a workflow under way keeps its own."""
    await store(database, waiting("done"), waiting("under way"))

    ends = asyncio.Event()
    held = asyncio.Event()

    async def carry(job_id: str) -> str | None:
        if job_id == "under way":
            await held.wait()
        return None

    async def current(_: str, __: str) -> bool:
        return True

    engine = Engine(database, carry, current, ends.set)
    await engine.launch("me")
    await engine.start("under way", "under way")
    await engine.start("done", "done")
    await asyncio.wait_for(ends.wait(), 10)
    async with asyncio.timeout(10):
        while not (await engine.find(["done"]))["done"].ended:
            pass
    assert await engine.clean(0.0) == 0
    assert await engine.clean(9e9) == 1
    known = await engine.find(["done", "under way"])
    assert {job: (flow.pending, flow.executor) for job, flow in known.items()} == {"under way": (True, "me")}
    await engine.close()
