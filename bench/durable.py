"""What durability costs: a burst of accepts, a job's share of CPU, and thousands of jobs that wait in one process.

    python -m bench.durable [--jobs 500] [--waiting 10000] [--quick]

Each part runs in a process of its own, on an empty SQLite file.

* *burst*: 200 commands at the same instant, each of another author, through the desk; how long until each is accepted.
* *share*: jobs through store, runtime and flow, with a provider and a channel that answer at once and cost nothing: CPU
  of the process a job, SQL statements a job on our tables and on the engine's, and recorded steps a job.
* *waiting*: jobs in flight at a fal twin in another process, which never finishes them, with webhooks: memory and CPU
  while nothing happens. Beside it the same process without any job.

The targets: 500 ms at p99; 30 ms of CPU; 5 % of a core and 400 MB.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
from sqlalchemy import event

from adapters.fal.credentials import Credentials
from adapters.store.database import Database, url_of
from adapters.store.jobs import Jobs
from adapters.store.migrate import migrate
from bench.faceless import TERMS, command, worker
from bench.quiet import OneUpload
from bot.domain.errors import StoreAway
from bot.domain.request import Author, Command
from bot.flow.card import CardMaker
from bot.flow.desk import Desk
from config import catalogue
from tests.fakes import FakeProvider
from tests.twins.fal import KEY

BURST = 200
TARGET_BURST_S = 0.5
TARGET_CPU_MS = 30.0
TARGET_IDLE_PERCENT = 5.0
TARGET_MB = 400.0
PATIENCE_S = 1800.0


async def burst(url: str, _: Path, __: argparse.Namespace) -> Mapping[str, float]:
    """Accept 200 commands at the same instant, by a process that takes commands alone."""
    database = Database(url)
    await migrate(database)
    models = catalogue.load()
    jobs = Jobs(database, models, None)
    desk = Desk(jobs, models[catalogue.DEFAULT_ENDPOINT], TERMS, CardMaker(charges=True), time.time, lambda: None)
    times: list[float] = []

    async def one(number: int, began: float) -> None:
        each = replace(command(number), author=Author("bench", f"u{number}", "s"))
        await desk.accept(each, {"channel": "c"})
        times.append(time.perf_counter() - began)

    await desk.accept(command(10_000), {})
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(BURST):
            group.create_task(one(number, began))
    database.close()
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {"p50_ms": cuts[49] * 1000, "p99_ms": cuts[98] * 1000}


async def share(url: str, folder: Path, given: argparse.Namespace) -> Mapping[str, float]:
    """Run jobs to their end, with an outside that costs nothing."""
    counted: dict[str, int] = {}

    def count(connection: sa.Connection, *_: object) -> None:
        name = str(connection.engine.url.database or "")
        kind = "engine" if name.endswith("dbos.sqlite") else "ours"
        counted[kind] = counted.get(kind, 0) + 1

    event.listen(sa.Engine, "before_cursor_execute", count)
    async with worker(url, FakeProvider(), folder, webhooks=False) as bench:
        for number in range(20):
            await bench.desk.accept(command(100_000 + number), {})
        await _until(lambda: len(bench.ended) == 20)
        await asyncio.sleep(2)
        counted.clear()
        began, cpu = time.perf_counter(), time.process_time()
        for number in range(given.jobs):
            await bench.desk.accept(command(number), {})
        await _until(lambda: len(bench.ended) == 20 + given.jobs)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        # The engine writes a step down after it is done.
        await asyncio.sleep(3)
        return {
            "cpu_ms": cpu * 1000 / given.jobs,
            "jobs_a_second": given.jobs / wall,
            "statements_ours": counted.get("ours", 0) / given.jobs,
            "statements_engine": counted.get("engine", 0) / given.jobs,
            "steps": _steps(folder) / (20 + given.jobs),
        }


def _steps(folder: Path) -> int:
    """Return how many steps the engine has recorded."""
    engine = sa.create_engine(f"sqlite:///{folder / 'dbos.sqlite'}")
    with engine.connect() as connection:
        steps = connection.scalar(sa.text("SELECT count(*) FROM operation_outputs"))
    engine.dispose()
    return int(steps or 0)


async def waiting(url: str, folder: Path, given: argparse.Namespace) -> Mapping[str, float]:
    """Have thousands of jobs in flight, and look at the process while nothing happens."""
    process = psutil.Process()
    arguments = [sys.executable, "-m", "tests.twins.fal", "--seconds", "86400"]
    with subprocess.Popen(  # noqa: ASYNC220  # before anything is measured
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as fal:
        assert fal.stdout is not None
        address = fal.stdout.readline().strip()
        provider = OneUpload(Credentials("bench", KEY), address, webhook_base="http://127.0.0.1:9", stops_orphans=False)
        try:
            async with provider, worker(url, provider, folder, webhooks=True) as bench:
                await asyncio.sleep(3)
                empty = await _idle(process, given.seconds)
                began = time.perf_counter()
                for number in range(given.waiting):
                    await _accepted(bench.desk, command(number))
                await _until(lambda: bench.runner.carried == given.waiting)
                await _until_submitted(url, given.waiting)
                started = time.perf_counter() - began
                await asyncio.sleep(given.settle)
                full = await _idle(process, given.seconds)
        finally:
            fal.kill()
    return {
        "empty_percent": empty[0],
        "empty_mb": empty[1],
        "percent": full[0],
        "mb": full[1],
        "seconds_to_start": started,
    }


async def _idle(process: psutil.Process, seconds: float) -> tuple[float, float]:
    cpu = time.process_time()
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    percent = 100 * (time.process_time() - cpu) / (time.perf_counter() - began)
    return percent, process.memory_info().rss / 1e6


async def _accepted(desk: Desk, wanted: Command) -> None:
    while True:
        try:
            await desk.accept(wanted, {})
        except StoreAway:
            await asyncio.sleep(1)
        else:
            return


async def _until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not reached():  # noqa: ASYNC110  # a benchmark may look now and then
            await asyncio.sleep(0.05)


async def _until_submitted(url: str, jobs: int) -> None:
    database = Database(url)
    query = sa.text("SELECT count(*) FROM jobs WHERE state = 'submitted'")
    async with asyncio.timeout(PATIENCE_S):
        while await database.run(lambda connection: connection.scalar(query), patience=None) != jobs:  # noqa: ASYNC110  # another process may have to say so
            await asyncio.sleep(5)
    database.close()


PARTS: Mapping[str, Callable[[str, Path, argparse.Namespace], Coroutine[Any, Any, Mapping[str, float]]]] = {
    "burst": burst,
    "share": share,
    "waiting": waiting,
}


def measure(part: str, given: argparse.Namespace) -> Mapping[str, float]:
    """Run one part in a process of its own, on an empty database."""
    rest = [f"--{name}={getattr(given, name)}" for name in ("jobs", "waiting", "seconds", "settle")]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.durable", "--part", part, "--folder", folder, *rest]
        told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    figures: Mapping[str, float] = json.loads(told.splitlines()[-1])
    return figures


def report(given: argparse.Namespace) -> bool:
    """Measure everything, print it, and return whether the targets are met."""
    bursts, shares, waits = (measure(part, given) for part in PARTS)
    rows = [
        (f"{BURST} accepts at once: p50", f"{bursts['p50_ms']:.0f} ms", ""),
        ("                       p99", f"{bursts['p99_ms']:.0f} ms", f"target {TARGET_BURST_S * 1000:.0f} ms"),
        (f"a job's share of CPU ({given.jobs} jobs)", f"{shares['cpu_ms']:.1f} ms", f"target {TARGET_CPU_MS:.0f} ms"),
        ("  statements, ours + engine's", f"{shares['statements_ours']:.1f} + {shares['statements_engine']:.1f}", ""),
        ("  recorded steps", f"{shares['steps']:.1f}", ""),
        ("  jobs a second", f"{shares['jobs_a_second']:.0f}", ""),
        ("no job: idle CPU, memory", f"{waits['empty_percent']:.1f} %, {waits['empty_mb']:.0f} MB", ""),
        (
            f"{given.waiting} jobs waiting",
            f"{waits['percent']:.1f} %, {waits['mb']:.0f} MB",
            f"target {TARGET_IDLE_PERCENT:.0f} %, {TARGET_MB:.0f} MB",
        ),
        ("  all submitted after", f"{waits['seconds_to_start']:.0f} s", ""),
    ]
    for name, value, target in rows:
        print(f"{name:<36}{value:>20}   {target}")
    return (
        bursts["p99_ms"] <= TARGET_BURST_S * 1000
        and shares["cpu_ms"] <= TARGET_CPU_MS
        and waits["percent"] <= TARGET_IDLE_PERCENT
        and waits["mb"] <= TARGET_MB
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or run one part of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=30, help="how long the idle process is looked at")
    parser.add_argument("--settle", type=float, default=15, help="how long it is left alone before")
    parser.add_argument("--quick", action="store_true", help="a few jobs: a look, no judgement")
    given: Any = parser.parse_args(arguments)
    if given.quick:
        given.jobs, given.waiting, given.seconds, given.settle = 30, 60, 1.0, 0.0
    if given.part is None:
        return 0 if report(given) or given.quick else 1
    figures = asyncio.run(PARTS[given.part](url_of(given.folder), given.folder, given))
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
