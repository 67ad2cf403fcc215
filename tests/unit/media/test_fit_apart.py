"""A copy is made by a process of its own, which leaves nothing behind, whatever ends it."""

import asyncio
import os
import sys
from pathlib import Path

import psutil
import pytest

from adapters.media.fit import PyAVFitter
from bot.domain.errors import BadVideo
from tests.unit.media.noisy import FRAMES


def workers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "adapters.media.fit_worker" in child.cmdline()]


async def until_it_works(folder: Path) -> None:
    """Wait until a worker has begun to write."""
    async with asyncio.timeout(30):
        while not any(folder.glob("*.part/*")):  # noqa: ASYNC110  # another process cannot set an event
            await asyncio.sleep(0.01)


async def test_a_cancelled_fit_leaves_neither_a_file_nor_a_process(
    fitter: PyAVFitter, heavy: Path, tmp_path: Path
) -> None:
    """Ending the wait ends the work; another can begin at once."""
    fitting = asyncio.create_task(fitter.fit(heavy, tmp_path / "copy.mp4", 300_000))
    await until_it_works(tmp_path)
    [worker] = workers()
    worker.suspend()  # one that cannot hear anything
    fitting.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait([fitting])
    assert fitting.cancelled()
    assert (list(tmp_path.iterdir()), worker.is_running()) == ([], False)


async def test_fitting_has_a_deadline(heavy: Path, tmp_path: Path) -> None:
    """A video that takes too long is given up, and leaves nothing."""
    with pytest.raises(BadVideo, match=r"not made smaller within 0\.2 s"):
        await PyAVFitter(deadline=0.2).fit(heavy, tmp_path / "copy.mp4", 300_000)
    assert (list(tmp_path.iterdir()), workers()) == ([], [])


@pytest.mark.looptime
async def test_the_deadline_begins_with_ones_turn(heavy: Path, tmp_path: Path) -> None:
    """A video that waits for others is not refused for that: it would be the worse for who has paid for it."""
    fitter = PyAVFitter()
    async with fitter._turn:
        waiting = asyncio.create_task(fitter.fit(heavy, tmp_path / "copy.mp4", 300_000))
        await asyncio.sleep(3600)
        assert not waiting.done()
        waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert list(tmp_path.iterdir()) == []


async def test_a_signal_to_end_is_the_bots_to_hear(fitter: PyAVFitter, heavy: Path, tmp_path: Path) -> None:
    """A service's manager sends it to all processes at once: it is no reason to say that there can be no copy."""
    fitting = asyncio.create_task(fitter.fit(heavy, tmp_path / "copy.mp4", 300_000))
    await until_it_works(tmp_path)
    [worker] = workers()
    worker.terminate()
    assert (await fitting).video.frames == FRAMES


async def test_a_worker_that_dies_is_named(fitter: PyAVFitter, heavy: Path, tmp_path: Path) -> None:
    """A machine short of memory may end it: that costs the copy, not the bot."""
    fitting = asyncio.create_task(fitter.fit(heavy, tmp_path / "copy.mp4", 300_000))
    await until_it_works(tmp_path)
    [worker] = workers()
    worker.kill()
    with pytest.raises(BadVideo, match="the encoder ended with -9"):
        await fitting
    assert list(tmp_path.iterdir()) == []


async def test_a_worker_ends_with_the_bot(heavy: Path, tmp_path: Path) -> None:
    """When the pipe to the bot closes, as it does at a kill -9, the worker takes its files with it."""
    folder = tmp_path / "copy.mp4.part"
    folder.mkdir()
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "adapters.media.fit_worker", heavy, folder, "300000", "60"),
        stdin=asyncio.subprocess.PIPE,
        env=os.environ,
    )
    assert worker.stdin is not None
    await until_it_works(tmp_path)
    worker.stdin.close()
    async with asyncio.timeout(10):
        assert await worker.wait() == 1
    assert list(tmp_path.iterdir()) == []


async def test_what_a_loss_of_power_left_is_replaced(fitter: PyAVFitter, heavy: Path, tmp_path: Path) -> None:
    """A folder of half-made files under the same name does not stand in the way."""
    (tmp_path / "copy.mp4.part").mkdir()
    (tmp_path / "copy.mp4.part" / "video.mp4").write_bytes(b"half")
    video = (await fitter.fit(heavy, tmp_path / "copy.mp4", 200_000)).video
    assert video.bytes == (tmp_path / "copy.mp4").stat().st_size
    assert [path.name for path in tmp_path.iterdir()] == ["copy.mp4"]
