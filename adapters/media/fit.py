"""Makes a finished video light enough for a channel that takes only so many bytes.

Encoding takes whole cores for seconds and much memory, so it is done by a process of its own
(:mod:`adapters.media.fit_worker`), started anew for each video: ending it ends the work at once, whatever it does.

Measured for 10 MiB, in seconds of CPU on two cores: 12 MB of 193 grainy frames of 1280 x 720 take 30 (SSIM 0.927, both
passes, the look ahead and the comparison); 300 MB of 7200 frames of 1920 x 1080 are given up after 3.
"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil
from pathlib import Path

from adapters.media.worker import running
from bot.domain.errors import BadVideo
from bot.domain.media import Video
from bot.ports.media import Copy

DEADLINE = 300.0
MADE = "video.mp4"
"""The name of the finished copy in the worker's folder."""


class PyAVFitter:
    """Smaller copies of finished videos (:class:`bot.ports.Fitter`), one at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._turn = asyncio.Lock()

    async def fit(self, path: Path, to: Path, limit: int) -> Copy:
        """Write a copy of at most ``limit`` bytes, which appears at ``to`` only when it is whole.

        It is H.264 (High, yuv420p) with the same frames at the same times, and AAC of 96 kbit/s where there is sound.
        The size in pixels is kept as long as that looks better than a smaller one. Raises :class:`BadVideo` where the
        video cannot be read, does not fit even at half its size, or is not done ``deadline`` seconds after its turn has
        come; what can be told from a few frames is refused at once. A call that fails or is cancelled leaves no file.
        """
        try:
            # Its time begins with its turn: it is what the worker's forecast is held against, and that others are under
            # way makes no video one that cannot be fitted.
            async with self._turn, asyncio.timeout(self._deadline), _folder(to) as folder:
                copy = await _answered(path, folder, limit, ceil(self._deadline))
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


async def _answered(path: Path, folder: Path, limit: int, seconds: int) -> Copy:
    """Run a worker and return what it says; it is gone, whatever happens, before its folder is."""
    async with running("adapters.media.fit_worker", path, folder, limit, seconds) as process:
        assert process.stdout is not None
        line = await process.stdout.readline()
    return _copy(line, process.returncode)


def _copy(line: bytes, status: int | None) -> Copy:
    """Read the worker's answer: the copy's facts, or why there is none."""
    try:
        answer = json.loads(line)
    except ValueError as e:
        raise BadVideo(f"not made smaller: the encoder ended with {status}") from e
    if "bad" in answer:
        raise BadVideo(answer["bad"])
    return Copy(Video(**answer["video"]), answer["ssim"])
