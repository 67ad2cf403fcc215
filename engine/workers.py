"""The server's side of a worker process: start it, hand it an order, hear its progress, stop it.

The talk is JSON lines through pipes (see `engine.worker`), read by the event loop itself: no thread, no shared lock
that a killed worker could keep.
"""

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

START_S = 60
CANCEL_S = 2
STOP_S = 2
ROOT = Path(__file__).parent.parent
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONUTF8", "LD_LIBRARY_PATH")


class WorkerDied(Exception):
    """The worker's process ended, or had to be ended, in the middle of its work."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Reply:
    """How an order went: `detail` is the refusal of a bad image, or the name of a failure."""

    kind: Literal["done", "cancelled", "bad_image", "failed"]
    detail: Any = None


class Worker:
    """One warm process that renders one order at a time."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._job = 0
        self._stopping: asyncio.TimerHandle | None = None

    @property
    def alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    async def render(self, order: Mapping[str, Any], report: Callable[[int, int], None], limit_s: float) -> Reply:
        """Render one order; raise WorkerDied when the process does not live to answer, TimeoutError when too slow."""
        self._job += 1
        try:
            async with asyncio.timeout(limit_s):
                await self._say({"job": self._job, **order})
                while True:
                    message = await self._hear()
                    if "progress" in message:
                        report(*message["progress"])
                    else:
                        return _reply(message)
        except TimeoutError:
            # Named first: it is an OSError too.
            await self.kill()
            raise
        except (OSError, EOFError) as error:
            await self.kill()
            raise WorkerDied(f"exit status {self._process.returncode}") from error
        except BaseException:
            # Cancelled: the process is busy with an order that nobody waits for.
            await self.kill()
            raise
        finally:
            if self._stopping is not None:
                self._stopping.cancel()
                self._stopping = None

    async def cancel(self) -> None:
        """Ask the worker to drop the order in hand; one that does not listen within 2 s is ended."""
        if self._stopping is not None or not self.alive:
            return
        self._stopping = asyncio.get_running_loop().call_later(CANCEL_S, self._end)
        with contextlib.suppress(OSError):
            await self._say({"cancel": self._job})

    async def kill(self) -> None:
        """End the process now and wait until it is gone."""
        self._end()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), STOP_S)

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def _say(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        await self._process.stdin.drain()

    async def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readline()
            message: dict[str, Any] = dict(json.loads(line))
        except (TypeError, ValueError) as error:
            # It decodes strangers' files: what it says is not to be trusted either.
            raise EOFError from error
        return message

    async def warm_up(self) -> None:
        """Wait until the process has loaded its libraries; raise EOFError or TimeoutError when it does not."""
        async with asyncio.timeout(START_S):
            await self._hear()


async def start_worker(renderer: str) -> Worker:
    """Start a process and wait until its libraries are loaded; raise WorkerDied when it does not get that far."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "engine.worker", renderer), stdin=PIPE, stdout=PIPE, cwd=ROOT, env=_without_secrets()
    )
    worker = Worker(process)
    try:
        await worker.warm_up()
    except (EOFError, OSError) as error:
        await worker.kill()
        raise WorkerDied("it did not start") from error
    except BaseException:
        await worker.kill()
        raise
    return worker


def _without_secrets() -> dict[str, str]:
    """Return the environment for a process that decodes strangers' files: no keys, and no database's address."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def _reply(message: Mapping[str, Any]) -> Reply:
    if "bad_image" in message:
        return Reply("bad_image", message["bad_image"])
    if "failed" in message:
        return Reply("failed", message["failed"])
    return Reply("cancelled" if "cancelled" in message else "done")
