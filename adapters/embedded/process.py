"""Starts the embedded engine for as long as it is needed, and leaves neither a process nor a file behind."""

import asyncio
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import EngineFailed

START_DEADLINE = 60.0
STOP_DEADLINE = 10.0
LEFTOVER_AGE = 86_400.0
"""Seconds; no job takes a day."""
PREFIX = "engine-"
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONUTF8", "LD_LIBRARY_PATH")
_READY = re.compile(r"^engine ready on (http://\S+)$")


@dataclass(frozen=True)
class Engine:
    """Where a running engine listens, and the key that it takes."""

    url: str
    key: str


@asynccontextmanager
async def running(data_dir: Path) -> AsyncIterator[Engine]:
    """Run an engine on a free port of loopback, with its files in a folder under ``data_dir`` that goes when it ends.

    Raises :class:`EngineFailed` where it does not come up. It ends with this process, also when that is killed.
    """
    await asyncio.to_thread(_tidied, data_dir)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=data_dir, ignore_cleanup_errors=True) as room:
        async with _running(Path(room), secrets.token_urlsafe(24)) as engine:
            yield engine


@asynccontextmanager
async def lasting(room: Path) -> AsyncIterator[Engine]:
    """Run an engine as :func:`running` does, in a folder that stays: the next one goes on with the jobs of this one."""
    key = await asyncio.to_thread(_key, room)
    async with _running(room, key) as engine:
        yield engine


@asynccontextmanager
async def _running(room: Path, key: str) -> AsyncIterator[Engine]:
    process, log = await _started(room, key)
    try:
        yield Engine(await _ready(process, log), key)
    finally:
        await _stopped(process)


def _key(room: Path) -> str:
    """Make the folder, and return the key that was made with it."""
    room.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = room / "key"
    if not path.exists():
        part = room / "key.part"
        part.touch(mode=0o600)
        part.write_text(secrets.token_urlsafe(24), "ascii")
        part.replace(path)
    return path.read_text("ascii")


def _tidied(data_dir: Path) -> None:
    """Make the folder, and drop what runs that were killed have left there."""
    data_dir.mkdir(parents=True, exist_ok=True)
    for room in data_dir.glob(f"{PREFIX}*"):
        if time.time() - room.stat().st_mtime > LEFTOVER_AGE:
            shutil.rmtree(room, ignore_errors=True)


async def _started(room: Path, key: str) -> tuple[asyncio.subprocess.Process, Path]:
    log = room / "log"
    # A session of its own: Ctrl-C reaches the bot alone, which then cancels the job instead of losing it.
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            # -P: a file of the user's called engine.py is not ours.
            *(sys.executable, "-P", "-m", "engine", "--port", "0", "--workers", "1", "--data-dir", str(room / "data")),
            "--stop-on-stdin-eof",
            env=_environment(key),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    return process, log


def _environment(key: str) -> dict[str, str]:
    """Return what the engine needs of the environment: it has no use for anyone's keys but its own."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"TWEENBOT_ENGINE_KEY": key}


async def _ready(process: asyncio.subprocess.Process, log: Path) -> str:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_DEADLINE):
            line = (await process.stdout.readline()).decode().strip()
    except TimeoutError:
        line = ""
    ready = _READY.match(line)
    if ready is None:
        said = (await asyncio.to_thread(log.read_text, "utf-8", "replace")).strip().splitlines()
        raise EngineFailed(said[-1][:300] if said else line or "nothing")
    return ready[1]


async def _stopped(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(STOP_DEADLINE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
