"""Gives many hostile files to a few processes, watches them, and keeps every file that broke something."""

import asyncio
import json
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.fuzz.targets import FITTED, Kind
from tests.fuzz.worker import item


@dataclass(frozen=True)
class Limits:
    """What a file may take, in seconds: of the processor, for the machine may have other work; of the clock at most.

    ``more`` is on top, for the first file of a process, which has to start, and for one that is also fitted.
    """

    cpu: float
    wall: float
    more: float


LIMITS = Limits(5.0, 60.0, 30.0)
MEGABYTES: dict[Kind, float] = {"image": 500.0, "video": 500.0}
"""Peak of the whole process while one file is worked on; it has 100 MB before."""
_LOOK_S, _STARTED_S = 1.0, 0.5
"""How often a process is looked at; a younger one, in seconds of CPU, has yet to start."""
_TOLD = 1000
"""After so many files it is told how it goes."""


@dataclass(frozen=True)
class Finding:
    """A file that did what none may, and where it lies."""

    number: int
    what: str
    file: Path


@dataclass
class Tally:
    """What a campaign has seen so far. ``slowest`` is (CPU seconds, number), ``largest`` is (MB, number)."""

    kind: Kind
    seconds: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, -1)
    largest: tuple[float, int] = (0.0, -1)
    findings: list[Finding] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return the figures in words."""
        count = sum(self.ends.values())
        ends = ", ".join(f"{number} {end}" for end, number in self.ends.most_common())
        return [
            f"{count} {self.kind}s in {self.seconds:.0f} s ({count / max(self.seconds, 0.001):.0f} a second): {ends}",
            f"  slowest: {self.slowest[0]:.2f} s of CPU (number {self.slowest[1]})",
            f"  most memory: {self.largest[0]:.0f} MB (number {self.largest[1]})",
            *(f"  FOUND: number {it.number}: {it.what}\n  {_replay(self.kind, it.file)}" for it in self.findings),
        ]


def _replay(kind: Kind, file: Path) -> str:
    return f"python -m tests.fuzz --replay {file} --as {kind}"


class Campaign:
    """So many files of one kind and seed, by ``workers`` processes; what breaks is kept in ``keep``."""

    def __init__(self, kind: Kind, seed: int, workers: int, keep: Path, limits: Limits = LIMITS) -> None:
        self._kind, self._seed, self._workers, self._keep = kind, seed, workers, keep
        self._limits = limits
        self.tally = Tally(kind)
        self._began = 0.0

    async def run(self, count: int) -> Tally:
        """Take the files 0..count-1 and return what was seen."""
        self._began, numbers = time.monotonic(), iter(range(count))
        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(self._through(numbers))
        self.tally.seconds = time.monotonic() - self._began
        return self.tally

    async def _through(self, numbers: Iterator[int]) -> None:
        process: Process | None = None
        try:
            for number in numbers:
                process = process or await self._started()
                if number and number % _TOLD == 0:
                    self.tally.seconds = time.monotonic() - self._began
                    sys.stderr.write("\n".join(self.tally.lines()) + "\n")
                if not await self._given(process, number):
                    await _ended(process)
                    process = None
        finally:
            if process is not None:
                await _ended(process)

    async def _started(self) -> Process:
        # Of what a library has to say of a hostile file, nothing is of interest.
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fuzz.worker", self._kind, str(self._seed)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
        )

    async def _given(self, process: Process, number: int) -> bool:
        """Give one file to a worker; return whether the worker can take another."""
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{number}\n".encode())
        answer = await self._answer(process, asyncio.ensure_future(process.stdout.readline()), number)
        if answer is None:
            self._found(number, "held", f"no end after {self._limits.cpu:g} s of CPU or {self._limits.wall:g} s")
            return False
        if not answer:
            status = await process.wait()
            self._found(number, "crashed", signal.Signals(-status).name if status < 0 else f"exit status {status}")
            return False
        self._noted(number, json.loads(answer))
        return True

    async def _answer(self, process: Process, line: "asyncio.Future[bytes]", number: int) -> bytes | None:
        """Wait for the worker's line: empty where it has died; None where the file takes too much time."""
        look = psutil.Process(process.pid)
        before, until = _cpu(look), time.monotonic() + self._limits.wall
        more = self._limits.more if before < _STARTED_S or number % FITTED == 0 else 0.0
        while not (await asyncio.wait([line], timeout=_LOOK_S))[0]:
            if _cpu(look) - before > self._limits.cpu + more or time.monotonic() > until + more:
                line.cancel()
                return None
        return line.result()

    def _noted(self, number: int, answer: dict[str, object]) -> None:
        cpu, megabytes, how = answer["cpu"], answer["megabytes"], str(answer["how"])
        assert isinstance(cpu, float)
        assert isinstance(megabytes, float)
        self.tally.slowest = max(self.tally.slowest, (cpu, number))
        self.tally.largest = max(self.tally.largest, (megabytes, number))
        if how == "broke":
            self._found(number, how, str(answer["what"]))
        elif megabytes > MEGABYTES[self._kind]:
            self._found(number, "too much memory", f"{megabytes:.0f} MB")
        else:
            self.tally.ends[how] += 1

    def _found(self, number: int, how: str, what: str) -> None:
        self.tally.ends[how] += 1
        self._keep.mkdir(parents=True, exist_ok=True)
        file = self._keep / f"{self._kind}-{self._seed}-{number}.bin"
        file.write_bytes(item(self._kind, self._seed, number))
        self.tally.findings.append(Finding(number, f"{how}: {what}", file))


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:  # it has ended, as its answer will say
        return 0.0
    return times.user + times.system


async def _ended(process: Process) -> None:
    if process.returncode is None:
        psutil.Process(process.pid).kill()
    await process.wait()
