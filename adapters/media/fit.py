"""Makes a finished video light enough for a channel that takes only so many bytes.

Encoding takes whole cores for seconds and much memory, so it is done by a process of its own
(:mod:`adapters.media.fit_worker`), started anew for each video: ending it ends the work at once, whatever it does.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.domain.errors import BadVideo
from bot.domain.media import Video
from bot.ports.media import Copy

DEADLINE = 300.0
MADE = "video.mp4"
"""The name of the finished copy in the worker's folder."""
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONUTF8", "LD_LIBRARY_PATH")
"""What the worker needs of the environment: it decodes a stranger's file, and has no use for anyone's keys."""


class PyAVFitter:
    """Smaller copies of finished videos (:class:`bot.ports.Fitter`), one at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._turn = asyncio.Lock()

    async def fit(self, path: Path, to: Path, limit: int) -> Copy:
        """Write a copy of at most ``limit`` bytes, which appears at ``to`` only when it is whole.

        It is H.264 (High, yuv420p) with the same frames at the same times, and AAC of 96 kbit/s where there is sound.
        The size in pixels is kept as long as that looks better than a smaller one. Raises :class:`BadVideo` where the
        video cannot be read, does not fit even at half its size, or is not done ``deadline`` seconds after the asking.
        A call that fails or is cancelled leaves no file.
        """
        try:
            async with asyncio.timeout(self._deadline), self._turn, _folder(to) as folder:
                copy = await _answered(path, folder, limit)
                (folder / MADE).replace(to)
                return copy
        except TimeoutError as e:
            raise BadVideo(f"not made smaller within {self._deadline:g} s") from e
        except OSError as e:
            raise BadVideo(f"not made smaller: {(e.strerror or str(e)).lower()}") from e


@asynccontextmanager
async def _folder(to: Path) -> AsyncIterator[Path]:
    """Make a folder beside ``to`` for what is half done, in place of one that a loss of power has left."""
    folder = to.with_name(to.name + ".part")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _answered(path: Path, folder: Path, limit: int) -> Copy:
    """Run a worker and return what it says; it is gone, whatever happens, before its folder is."""
    process = await asyncio.create_subprocess_exec(
        *_command(path, folder, limit),
        stdin=PIPE,  # held open: when it closes, this process is gone, and so is the worker
        stdout=PIPE,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = await process.stdout.readline()
    finally:
        await _ended(process)
    return _copy(line, process.returncode)


def _command(path: Path, folder: Path, limit: int) -> tuple[str, ...]:
    # -P: a folder of the user's called adapters is not ours.
    start = (sys.executable, "-P", "-m", "adapters.media.fit_worker")
    return *start, str(path.absolute()), str(folder.absolute()), str(limit)


async def _ended(process: Process) -> None:
    # Not process.kill(): that looks first whether it has ended, and takes its status away from asyncio, which then
    # knows none.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    await process.wait()


def _copy(line: bytes, status: int | None) -> Copy:
    """Read the worker's answer: the copy's facts, or why there is none."""
    try:
        answer = json.loads(line)
    except ValueError as e:
        raise BadVideo(f"not made smaller: the encoder ended with {status}") from e
    if "bad" in answer:
        raise BadVideo(answer["bad"])
    return Copy(Video(**answer["video"]), answer["ssim"])
