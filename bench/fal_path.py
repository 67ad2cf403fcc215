"""Our way to fal beside ``fal_client.subscribe_async`` and bare aiohttp: requests, client CPU and delay of the result.

    python -m bench.fal_path [--jobs 500] [--seconds 20] [--quick]

All jobs are in flight at the same time, against the fal twin in a process of its own; each way runs in a process of
its own too, and one after the other. CPU is that of the client's process alone, from the first submit to the last
result. The delay of a job runs from the moment at which the twin had finished it until its result is in the client's
hands. The targets: a twentieth of the CPU of ``subscribe_async``, 0.5 s at p99.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import fal_client

from adapters.fal.credentials import Credentials
from adapters.fal.provider import FalProvider
from bot.domain.model import Value
from tests.twins.fal import KEY

ENDPOINT = "fal-ai/wan-flf2v"
ARGUMENTS: dict[str, Value] = {
    "prompt": "the door opens",
    "start_image_url": "https://v3.fal.media/files/start.png",
    "end_image_url": "https://v3.fal.media/files/end.png",
}
TARGET_CPU = 20
TARGET_DELAY_S = 0.5
OneJob = Callable[[], Awaitable[str]]
"""Does one job up to its result, and returns its request id."""


@dataclass(frozen=True)
class Measured:
    """One way's figures: requests and client CPU seconds of all jobs, delays of each in seconds."""

    requests: int
    cpu: float
    delays: list[float]

    def p(self, percent: int) -> float:
        """The delay that so many percent of the jobs stay below."""
        return statistics.quantiles(self.delays, n=100, method="inclusive")[percent - 1]


async def _subscribe(url: str, _: AsyncExitStack) -> OneJob:
    # Its hosts are constants; https is fixed in them.
    fal_client.client.QUEUE_URL_FORMAT = url + "/"
    client = fal_client.AsyncClient(key=KEY)

    async def job() -> str:
        ids: list[str] = []
        await client.subscribe(
            ENDPOINT, dict(ARGUMENTS), with_logs=True, on_enqueue=ids.append, on_queue_update=_ignore
        )
        return ids[0]

    return job


def _ignore(_: object) -> None:
    pass


async def _ours(url: str, stack: AsyncExitStack) -> OneJob:
    provider = await stack.enter_async_context(FalProvider(Credentials("the benchmark", KEY), url))

    async def job() -> str:
        ticket = await provider.submit(ENDPOINT, ARGUMENTS)
        async for _ in provider.follow(ticket):
            pass
        await provider.result(ticket)
        return ticket.request_id

    return job


async def _bare(url: str, stack: AsyncExitStack) -> OneJob:
    """What the protocol costs at least, in Python: no retries, no fallback, no checks."""
    connector = aiohttp.TCPConnector(limit=0)
    headers = {"Authorization": f"Key {KEY}"}
    http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector, headers=headers))

    async def job() -> str:
        async with http.post(f"{url}/{ENDPOINT}", json=ARGUMENTS) as answer:
            ticket = await answer.json()
        accept = {"Accept": "text/event-stream"}
        async with http.get(f"{ticket['status_url']}/stream?logs=1", headers=accept) as events:
            async for line in events.content:
                if line.startswith(b"data: ") and json.loads(line[6:])["status"] == "COMPLETED":
                    break
        async with http.get(ticket["response_url"]) as answer:
            await answer.json()
        return str(ticket["request_id"])

    return job


WAYS = {"fal_client.subscribe_async": _subscribe, "ours": _ours, "bare aiohttp": _bare}


async def _client(way: str, url: str, jobs: int) -> dict[str, Any]:
    """Run all jobs of one way in this process; return its CPU seconds and when each result was known."""
    known: dict[str, float] = {}

    async def timed(job: OneJob) -> None:
        request_id = await job()
        known[request_id] = time.monotonic()

    async with AsyncExitStack() as stack:
        job = await WAYS[way](url, stack)
        cpu = time.process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(jobs):
                group.create_task(timed(job))
        return {"cpu": time.process_time() - cpu, "known": known}


def measure(way: str, jobs: int, seconds: float) -> Measured:
    """Run one way in a process of its own against a twin in another one."""
    twin = [sys.executable, "-m", "tests.twins.fal", "--seconds", str(seconds)]
    with subprocess.Popen(twin, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as fal:
        assert fal.stdout is not None
        url = fal.stdout.readline().strip()
        client = [sys.executable, "-m", "bench.fal_path", "--way", way, "--url", url, "--jobs", str(jobs)]
        try:
            told = subprocess.run(client, capture_output=True, text=True, check=True, timeout=seconds * 5 + 120).stdout
        finally:
            heard, _ = fal.communicate("")
    ours, theirs = json.loads(told), json.loads(heard)
    if theirs["violations"] or len(theirs["done"]) != jobs:
        raise SystemExit(f"{way}: {len(theirs['done'])} jobs, violations {theirs['violations'][:3]}")
    delays = [known - theirs["done"][request_id] for request_id, known in ours["known"].items()]
    return Measured(sum(theirs["requests"].values()), ours["cpu"], delays)


def main() -> None:
    """Measure all ways and print the table; exit 1 where ours misses a target."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--jobs", type=int, default=500, help="jobs in flight (500)")
    parser.add_argument("--seconds", type=float, default=20, help="how long each job takes (20)")
    parser.add_argument("--quick", action="store_true", help="50 jobs of 3 s: a look, no judgement")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(asyncio.run(_client(given.way, given.url, given.jobs))))
        return
    jobs, seconds = (50, 3.0) if given.quick else (given.jobs, given.seconds)
    print(f"{jobs} jobs of {seconds:g} s in flight at the same time")
    print(f"{'':28}{'requests/job':>13}{'CPU s':>8}{'CPU ms/job':>12}{'p50 s':>8}{'p99 s':>8}")
    measured = {}
    for way in WAYS:
        measured[way] = it = measure(way, jobs, seconds)
        row = f"{it.requests / jobs:13.1f}{it.cpu:8.2f}{it.cpu / jobs * 1000:12.1f}{it.p(50):8.2f}{it.p(99):8.2f}"
        print(f"{way:28}{row}", flush=True)
    _judge(measured["fal_client.subscribe_async"], measured["ours"], is_binding=not given.quick)


def _judge(naive: Measured, ours: Measured, *, is_binding: bool) -> None:
    ratio = naive.cpu / ours.cpu
    print(f"ours: 1/{ratio:.0f} of the CPU of subscribe_async, results known after {ours.p(99):.2f} s at p99")
    if is_binding and (ratio < TARGET_CPU or ours.p(99) > TARGET_DELAY_S):
        raise SystemExit(f"target missed: 1/{TARGET_CPU} of the CPU, {TARGET_DELAY_S} s at p99")


if __name__ == "__main__":
    main()
