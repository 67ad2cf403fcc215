"""Whoever floods a fetch with what is dear to read holds up the fetch, and nothing else that the bot does."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator

import pytest

from adapters.links.fetch import Patience
from tests.contract.links.conftest import OPEN, Net

PATIENT = 0.03
"""Seconds of work between two turns of what else is going on; eight links are read at the same time."""
QUICK = Patience(connect=30.0, silence=30.0, total=1.5)


@contextlib.asynccontextmanager
async def flooding(head: bytes, drop: bytes) -> AsyncIterator[str]:
    """Run a host, beside the loop that reads, that says the same again and again."""

    def flood() -> None:
        with contextlib.suppress(OSError):
            taken, _ = listening.accept()
            with taken:
                taken.recv(4096)
                taken.sendall(head)
                while True:
                    taken.sendall(drop * 10_000)

    with socket.create_server((OPEN, 0)) as listening:
        thread = threading.Thread(target=flood, daemon=True)
        thread.start()
        yield f"http://{OPEN}:{listening.getsockname()[1]}/a.png"
        await asyncio.to_thread(thread.join, 30)


@contextlib.asynccontextmanager
async def watched() -> AsyncIterator[list[float]]:
    """Give how long this thread works between two turns of a task; a machine that is busy adds nothing to it."""
    worked: list[float] = []

    async def watch() -> None:
        while True:
            began = time.thread_time()
            await asyncio.sleep(0)
            worked.append(time.thread_time() - began)

    watching = asyncio.create_task(watch())
    try:
        yield worked
    finally:
        watching.cancel()


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n" + b"Link: a\r\n" * 100 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    ],
)
async def test_a_flood_of_small_things_leaves_turns_to_others(net: Net, head: bytes, drop: bytes) -> None:
    """256 KiB of them are what asyncio reads at once, and take a tenth of a second."""
    net.links = await net.open(f"{OPEN}/32", patience=QUICK)
    async with flooding(head, drop) as url, watched() as worked:
        await net.refused(url, 10_000_000)
    # A collection of garbage is not theirs.
    assert sorted(worked)[-5] < PATIENT
