"""Jobs of processes that were killed, with real processes."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.store.database import Database
from adapters.store.migrate import migrate
from tests.contract.store.waiting_jobs import change, read, running, store, store_node, until, waiting

WORKER = Path(__file__).with_name("worker.py")
LEASE_S = 2.0


class Worker:
    """A worker process, and what it says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.node = ""

    async def says(self, word: str) -> str:
        """Wait for a line that begins with this word, and return the rest of it."""
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            while line := (await self._process.stdout.readline()).decode():
                if line.split()[0] == word:
                    return line[len(word) :].strip()
        raise AssertionError(f"it ended before it said {word}")

    async def holds(self, count: int) -> set[str]:
        """Wait until it carries so many jobs, and return their ids; fail where it begins one twice."""
        held: list[str] = [await self.says("holds") for _ in range(count)]
        assert len(set(held)) == count
        return set(held)

    async def kill(self) -> None:
        """Kill it without a word."""
        self._process.kill()
        await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    async def status(self) -> int:
        """Wait for its end."""
        return await asyncio.wait_for(self._process.wait(), 30)


Launch = Callable[[], Coroutine[Any, Any, Worker]]


@asynccontextmanager
async def _launched(url: str) -> AsyncIterator[Worker]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(WORKER), url, str(LEASE_S), stdout=-1, env={"PYTHONPATH": str(Path.cwd())}
    )
    worker = Worker(process)
    worker.node = await worker.says("lives")
    yield worker
    if process.returncode is None:
        await worker.kill()


@pytest.fixture
async def launch(store_url: str) -> AsyncIterator[Launch]:
    async with AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(_launched(store_url))


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    database = Database(postgres_url)
    await migrate(database)
    yield database
    database.close()


@pytest.fixture
async def launch_on_postgres(postgres: Database, postgres_url: str) -> AsyncIterator[Launch]:
    async with AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(_launched(postgres_url))


async def test_jobs_of_a_killed_process_go_on_in_the_next_one(database: Database, launch: Launch) -> None:
    """A restart finds them where they were, takes each once, and brings them to their end."""
    await store(database, *(waiting(f"j{n}", prompt="hold") for n in range(20)))
    first = await launch()
    held = await first.holds(20)
    await first.kill()
    second = await launch()
    assert await second.holds(20) == held
    for job in held:
        await change(database, job, arrived="yes")
    await until(database, lambda rows: all(row[0] for row in rows), "concluded")
    assert set(await read(database, "state", "run", "fence")) == {("delivered", 1, 1)}


async def test_a_killed_processs_jobs_go_on_in_a_living_one_and_its_own_are_not_touched(
    postgres: Database, launch_on_postgres: Launch
) -> None:
    """They are taken over once the dead one's lease is over; the living one's are held once, and no more."""
    await store(postgres, *(waiting(f"j{n}", prompt="hold") for n in range(5)))
    first = await launch_on_postgres()
    held = await first.holds(5)
    second = await launch_on_postgres()
    await first.kill()
    assert await second.holds(5) == held
    assert set(await read(postgres, "fence")) == {(1,)}


async def test_two_living_processes_share_a_dead_ones_jobs_and_take_each_once(
    postgres: Database, launch_on_postgres: Launch
) -> None:
    """Both find them at the same time, those with a workflow and those without."""
    await store(postgres, *(waiting(f"j{n}", prompt="hold") for n in range(30)))
    first = await launch_on_postgres()
    await first.holds(30)
    living = [await launch_on_postgres() for _ in range(2)]
    await store(postgres, *(running(f"lost{n}", node=first.node, prompt="hold") for n in range(30, 60)))
    await first.kill()
    await until(postgres, lambda rows: all(row[0] != first.node for row in rows), "node")
    taken = await read(postgres, "id", "node", "fence", "run")
    for worker in living:
        mine = {row[0] for row in taken if row[1] == worker.node}
        assert await worker.holds(len(mine)) == mine
    assert {(fence, run) for _, _, fence, run in taken} == {(1, 1), (0, 2)}


async def test_a_process_that_froze_past_its_lease_is_lost_when_it_wakes(
    postgres: Database, launch_on_postgres: Launch
) -> None:
    """Its jobs are another's by then, so it says so and ends with a status of its own."""
    await store(postgres, waiting("j0", prompt="hold"))
    frozen = await launch_on_postgres()
    await frozen.holds(1)
    frozen.signal(signal.SIGSTOP)
    other = await launch_on_postgres()
    await other.holds(1)
    frozen.signal(signal.SIGCONT)
    await frozen.says("lost")
    assert await frozen.status() == 75
    assert await read(postgres, "node") == [(other.node,)]


async def test_a_job_of_this_very_process_that_lost_its_workflow_is_begun_anew(
    database: Database, launch: Launch
) -> None:
    """The answer to an admission may be lost with its connection: the job is the node's, and nothing drives it."""
    worker = await launch()
    await store(database, running("j0", node=worker.node, prompt="hold"))
    assert await worker.holds(1) == {"j0"}
    assert await read(database, "run") == [(2,)]


async def test_a_job_whose_workflow_ended_before_it_is_begun_anew(database: Database, launch: Launch) -> None:
    """What the engine recorded is not the truth: the table is."""
    await store(database, waiting("j0"))
    first = await launch()
    await first.holds(1)
    await until(database, lambda rows: rows[0][0], "concluded")
    await first.kill()
    await store_node(database, "dead", dead=True)
    await change(database, "j0", concluded=False, state="submitted", node="dead")
    second = await launch()
    assert await second.holds(1) == {"j0"}
    assert await read(database, "run") == [(2,)]
