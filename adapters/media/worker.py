"""Processes of their own for work on videos: ending one ends its work at once, and its memory is not the bot's."""

import asyncio
import contextlib
import os
import resource
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONUTF8", "LD_LIBRARY_PATH")
"""What a worker needs of the environment: it decodes a stranger's file, and has no use for anyone's keys."""


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of ours."""
    # -P: a folder of the user's called adapters is not ours.
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """Return the environment of a worker."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def begun(memory: int) -> BinaryIO:
    """Make this process a worker, of so many bytes of memory at most; return where its answers go."""
    # A service's manager may send it to every process of the bot, which ends its workers itself.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with contextlib.suppress(OSError, ValueError):  # where the system has no such limit, or a lower one
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    # Libraries may print: what they say must not mix with the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


@asynccontextmanager
async def running(module: str, *arguments: Path | int) -> AsyncIterator[Process]:
    """Run a module of ours as a process whose answer can be read; it is gone afterwards, whatever happens.

    Its stdin is held open: when that closes, this process is gone, and so should the worker be.
    """
    process = await asyncio.create_subprocess_exec(
        *command(module, *map(_spelled, arguments)),
        stdin=PIPE,
        stdout=PIPE,
        env=environment(),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        await _ended(process)


def _spelled(argument: Path | int) -> str:
    return str(argument.absolute() if isinstance(argument, Path) else argument)


async def _ended(process: Process) -> None:
    # Not process.kill(): that looks first whether it has ended, and takes its status away from asyncio, which then
    # knows none.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    await process.wait()
