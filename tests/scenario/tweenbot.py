"""The real program, started as a user starts it, in a folder and with an environment of the test's own."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
PATIENCE = 90.0


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    status: int
    out: str
    err: str


class Running:
    """A run that is under way, with its standard output read line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.lines: list[str] = []
        self._errors: list[str] = []

    async def until(self, text: str) -> None:
        """Return once a line holds this text; fail if the run ends or dawdles before."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await self._process.stdout.readline()).decode():
                self.lines.append(line.rstrip("\n"))
                if text in line:
                    return
        raise AssertionError(f"ended without {text!r}: {self.lines}")

    async def error(self, text: str) -> str:
        """Return the first line of its standard error from now on that holds this text."""
        assert self._process.stderr is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await self._process.stderr.readline()).decode():
                self._errors.append(line.rstrip("\n"))
                if text in line:
                    return line
        raise AssertionError(f"ended without {text!r}: {self._errors}")

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> None:
        """Press Ctrl-C, or send another signal."""
        self._process.send_signal(number)

    def children(self) -> list[int]:
        """Return the process ids of what it has started."""
        return [child.pid for child in psutil.Process(self._process.pid).children()]

    def stop_reading(self) -> None:
        """Close the reading end of its standard output, as ``| head`` does when it has enough."""
        assert self._process.stdout is not None
        self._process.stdout._transport.close()  # type: ignore[attr-defined]  # asyncio has no public way

    async def end(self) -> Ended:
        """Return how it ended, with all that it wrote."""
        async with asyncio.timeout(PATIENCE):
            out, err = await self._process.communicate()
        assert self._process.returncode is not None
        return Ended(
            self._process.returncode, "\n".join([*self.lines, out.decode()]), "\n".join([*self._errors, err.decode()])
        )


@asynccontextmanager
async def started(folder: Path, *arguments: str | Path, env: dict[str, str] | None = None) -> AsyncIterator[Running]:
    """Start ``tweenbot`` with these arguments in a folder; whatever happens, it is gone afterwards."""
    async with _process([sys.executable, "-m", "bot", *map(str, arguments)], folder, env or {}) as process:
        yield Running(process)


async def ended(folder: Path, *arguments: str | Path, env: dict[str, str] | None = None) -> Ended:
    """Run ``tweenbot`` to its end."""
    async with started(folder, *arguments, env=env) as running:
        return await running.end()


@asynccontextmanager
async def _process(
    command: Sequence[str], folder: Path, env: dict[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": "", **env},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
