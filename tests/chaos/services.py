"""The twins and the bots as processes of their own, and what the test says to them."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.compose.serve import EXIT_LOST

ANSWER_S = 10.0
START_S = 60.0


def free_port() -> int:
    """Return a port of loopback that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Twin:
    """A twin in a process of its own, which outlives every bot; it ends with its standard input."""

    module: str
    arguments: Sequence[str]
    log: Path
    url: str = ""

    async def start(self) -> None:
        """Start it and read its address."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", self.module, "--port", "0", *self.arguments),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(ANSWER_S):
            self.url = (await self._process.stdout.readline()).decode().strip()
        assert self.url, f"{self.module} did not start: {self.log.read_text()}"
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S))

    async def ask(self, what: str, **given: Any) -> Any:  # noqa: ANN401  # JSON
        """Call ``/_twin/<what>``: have something done, or be told where nothing is given."""
        method, body = ("POST", given) if given else ("GET", None)
        async with self._session.request(method, f"{self.url}/_twin/{what}", json=body) as response:
            response.raise_for_status()
            return await response.json()

    async def close(self) -> None:
        """End it."""
        await self._session.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._process.communicate()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@dataclass
class Bot:
    """One place where the bot's program runs, again and again: same folder, same port, same settings."""

    name: str
    role: str
    folder: Path
    environment: Mapping[str, str]
    board: str
    port: int = field(default_factory=free_port)
    _started: bool = False
    _is_ready: bool = False

    @property
    def log(self) -> Path:
        """All that its processes wrote."""
        return self.folder / "log"

    @property
    def note(self) -> Path:
        """Where a process notes the boundary at which it died."""
        return self.folder / "died-at"

    async def start(self, boundary: str | None = None, nth: int = 1) -> None:
        """Start the program, to die at the nth crossing of a boundary where one is named."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.note.unlink(missing_ok=True)
        self._has_orders = boundary is not None
        self._started = True
        self._is_ready = False
        orders = ["--die-at", boundary, "--nth", str(nth)] if boundary else []
        own = {
            "TWEENBOT_DATA_DIR": str(self.folder / "data"),
            "TWEENBOT_HTTP_PORT": str(self.port),
            "TWEENBOT_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "tests.chaos.program", "--role", self.role, "--board", self.board),
                *("--note", str(self.note), *orders),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self.environment, **own},
            )

    async def death(self, seconds: float) -> str | None:
        """Wait for it to die at its boundary, kill it when the time is over, and return where it died.

        The time of one that has a boundary begins when it is ready. None: it ended because the others took it for dead,
        and is to be started again.
        """
        if self._has_orders:
            await self._ready()
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._process.returncode == EXIT_LOST:
            return None
        assert self._process.returncode == -signal.SIGKILL, f"{self.name} ended by itself:\n{self.last_words()}"
        return self.note.read_text() if self.note.exists() else "at random"

    async def sleep(self, after: float, seconds: float) -> str:
        """Freeze it for a while, have it wake, and return what became of it.

        It ends by itself where another process was there long enough to take its jobs over; else it goes on, until it
        is killed after a few seconds.
        """
        await self._ready()
        await asyncio.sleep(after)
        self._process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        self._process.send_signal(signal.SIGCONT)
        try:
            async with asyncio.timeout(ANSWER_S):
                status = await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            return "frozen, alive"
        assert status == EXIT_LOST, f"{self.name} ended with {status} after it was frozen:\n{self.last_words()}"
        return "frozen, given up"

    async def _ready(self) -> None:
        """Wait for the line that says so, or for the end."""
        assert self._process.stdout is not None
        if not self._is_ready:
            async with asyncio.timeout(START_S):
                await self._process.stdout.readline()
            self._is_ready = True

    async def end(self, seconds: float) -> int:
        """Ask for an orderly end, and return the exit status; 0 for one that never was."""
        if not self._started:
            return 0
        # Before its first line a process is Python that imports, and ends as such.
        await self._ready()
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(seconds):
                return await self._process.wait()
        except TimeoutError:
            self._process.kill()
            return await self._process.wait()

    def last_words(self) -> str:
        """Return the end of its log."""
        return self.log.read_text(errors="replace")[-4000:]
