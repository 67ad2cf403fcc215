"""Handing out a video by its link beside ``python -m http.server``: speed, CPU, and the memory that slow readers take.

    python -m bench.links [--megabytes 100] [--readers 20] [--times 5] [--quick]

Each server runs in a process of its own; the reader is a bare socket in this one. Ours serves as the bot does, from the
disk, and from a bucket, which is the tests' stand-in for S3 in a third process. The speed is the best of so many whole
downloads, one after the other; CPU is that of the server's process, a download. The slow readers ask for the whole
file at the same time and take a little of it each; the memory is what the server's process has more then than before.
The target: less than 30 MB for 20 readers of 300 MB.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import psutil

from adapters.media_store.disk import DiskStorage
from adapters.media_store.s3 import Bucket, BucketStorage
from adapters.media_store.serve import MediaServer
from adapters.media_store.storage import Storage
from adapters.web.server import Address, Health
from adapters.web.server import serve as serve_http
from bot.ports import Shelved
from tests.twins.s3 import S3Twin

ID = "0" * 40
PATH = f"/v/{ID}.mp4"
MB = 1_000_000
TARGET_MB = 30.0
WAYS = ("python -m http.server", "ours, the disk", "ours, a bucket")


@dataclass(frozen=True)
class OneFile:
    """An index of one file that never ends."""

    size: int

    async def put(self, shelved: Shelved, most: int) -> Shelved | None:  # noqa: ARG002  # nothing is put
        """Take nothing."""
        return None

    async def get(self, id_: str) -> Shelved | None:
        """Return the file."""
        return Shelved(id_, "bench", self.size, 0.0, time.time() + 3600)

    async def total(self) -> int:
        """Return its size."""
        return self.size

    async def end(self, job_id: str) -> None:
        """Do nothing."""

    async def expired(self, now: float, limit: int = 100) -> tuple[Shelved, ...]:  # noqa: ARG002  # never
        """Return none."""
        return ()

    async def removed(self, ids: Collection[str], before: float) -> None:
        """Do nothing."""


async def _serve(storage: Storage, size: int) -> None:
    """Serve one file until standard input ends."""

    async def health() -> Health:
        return Health(draining=False, carried=0, store=True)

    async with serve_http(MediaServer(OneFile(size), storage).routes(), Address(), health) as address:
        print(json.dumps(f"{address.url}{PATH}"), flush=True)
        await asyncio.to_thread(sys.stdin.read)


async def _bucket(data: bytes) -> None:
    """Be the bucket that holds a file, until standard input ends."""
    async with S3Twin(buckets={"bucket": {f"media/{ID}.mp4": data}}).running() as twin:
        print(json.dumps(twin.url), flush=True)
        await asyncio.to_thread(sys.stdin.read)


@contextlib.contextmanager
def _child(*arguments: str) -> Iterator[tuple[psutil.Process, str]]:
    """Run this program in another process; give it, and what it says first."""
    command = [sys.executable, "-m", "bench.links", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield psutil.Process(process.pid), json.loads(process.stdout.readline())
        finally:
            process.communicate("")


@contextlib.contextmanager
def _serving(way: str, file: Path) -> Iterator[tuple[psutil.Process, str]]:
    """Run a server; give its process and the file's address."""
    if way == "ours, the disk":
        with _child("--serve", str(file)) as child:
            yield child
    elif way == "ours, a bucket":
        with _child("--bucket", str(file)) as (_, s3), _child("--serve", str(file), "--from", s3) as child:
            yield child
    else:
        command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "-d", str(file.parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            assert process.stdout is not None
            port = process.stdout.readline().partition(" port ")[2].partition(" ")[0]
            try:
                yield psutil.Process(process.pid), f"http://127.0.0.1:{port}/{file.name}"
            finally:
                process.kill()


def _ask(url: str) -> socket.socket:
    parts = urlsplit(url)
    sock = socket.create_connection((parts.hostname or "", parts.port or 80))
    sock.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
    return sock


def _download(url: str) -> int:
    """Read an answer to its end; return its bytes, its head included."""
    room, got = bytearray(1 << 20), 0
    with _ask(url) as sock:
        while count := sock.recv_into(room):
            got += count
    return got


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


@dataclass(frozen=True)
class Measured:
    """One server's figures: the best seconds of a download, CPU seconds of one, bytes more with slow readers."""

    seconds: float
    cpu: float
    memory: int


def measure(way: str, file: Path, times: int, readers: int) -> Measured:
    """Measure one server."""
    size = file.stat().st_size
    with _serving(way, file) as (process, url):
        _download(url)
        cpu, took = _seconds(process), list[float]()
        for _ in range(times):
            began = time.perf_counter()
            if _download(url) < size:
                raise SystemExit(f"{way}: a download that was cut")
            took.append(time.perf_counter() - began)
        cpu = (_seconds(process) - cpu) / times
        return Measured(min(took), cpu, _slowly(process, url, readers))


def _slowly(process: psutil.Process, url: str, readers: int) -> int:
    """Return how much memory the server has more while so many readers take a little, and a little again."""
    before = most = process.memory_info().rss
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(_ask(url)) for _ in range(readers)]
        for _ in range(8):
            for sock in socks:
                sock.recv(1 << 18)
            time.sleep(0.1)
            most = max(most, process.memory_info().rss)
    return most - before


def main() -> None:
    """Measure all servers and print the table; exit 1 where ours misses the target."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--megabytes", type=int, default=100, help="the file (100)")
    parser.add_argument("--readers", type=int, default=20, help="slow readers at the same time (20)")
    parser.add_argument("--times", type=int, default=5, help="downloads (5)")
    parser.add_argument("--quick", action="store_true", help="40 MB, two downloads: a look")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--from", dest="source", help=argparse.SUPPRESS)
    parser.add_argument("--bucket", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bucket:
        asyncio.run(_bucket(given.bucket.read_bytes()))
    elif given.serve:
        in_bucket = given.source and Bucket("bucket", given.source, "us-east-1", "twin-key-id", "twin-secret")
        storage = BucketStorage(in_bucket) if in_bucket else DiskStorage(given.serve.parent)
        asyncio.run(_serve(storage, given.serve.stat().st_size))
    else:
        megabytes, times = (40, 2) if given.quick else (given.megabytes, given.times)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{ID}.mp4"
            with file.open("wb") as video:
                for number in range(megabytes):
                    video.write(Random(number).randbytes(MB))
            _table(file, times, given.readers)


def _table(file: Path, times: int, readers: int) -> None:
    megabytes = file.stat().st_size / MB
    print(f"{megabytes:.0f} MB, the best of {times}; then {readers} slow readers at the same time")
    print(f"{'':24}{'seconds':>9}{'MB/s':>8}{'CPU s':>8}{'memory MB':>11}")
    worst = 0.0
    for way in WAYS:
        it = measure(way, file, times, readers)
        row = f"{it.seconds:9.3f}{megabytes / it.seconds:8.0f}{it.cpu:8.3f}{it.memory / MB:11.1f}"
        print(f"{way:24}{row}", flush=True)
        worst = max(worst, it.memory / MB if way.startswith("ours") else 0.0)
    if worst > TARGET_MB:
        raise SystemExit(f"target missed: {TARGET_MB:.0f} MB")


if __name__ == "__main__":
    main()
