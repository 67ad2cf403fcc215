"""Animations are drawn by a process of their own, which leaves nothing behind."""

import asyncio
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from adapters.media import animation_worker, fit_worker, look_worker
from adapters.media.animation import PyAVAnimations
from adapters.media.apart import AnimationsApart
from adapters.media.worker import running
from bot.domain.errors import BadVideo
from tests.heavy_videos import MB, write_heavy


async def test_it_is_the_same_animation(tmp_path: Path) -> None:
    """Byte for byte as it would be drawn in the bot itself."""
    video = write_heavy(tmp_path / "video.mp4", 3 * MB)
    with closing(PyAVAnimations()) as here:
        assert await AnimationsApart().animation(video) == await here.animation(video)


async def test_what_is_no_video_is_told_in_the_same_words(tmp_path: Path) -> None:
    """The worker's reason, not that of a process that failed."""
    (tmp_path / "video.mp4").write_bytes(b"not a video")
    with pytest.raises(BadVideo, match="not an MP4, or a damaged one"):
        await AnimationsApart().animation(tmp_path / "video.mp4")


async def test_nothing_runs_on(tmp_path: Path) -> None:
    """Neither after its deadline, nor after whoever wanted it is gone."""
    video = write_heavy(tmp_path / "video.mp4", 60 * MB, wild=True)
    with pytest.raises(BadVideo, match="not drawn within"):
        await AnimationsApart(deadline=0.5).animation(video)
    drawing = asyncio.create_task(AnimationsApart().animation(video))
    await asyncio.sleep(0.5)
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing
    assert [child for child in psutil.Process().children() if "animation_worker" in " ".join(child.cmdline())] == []


async def test_the_worker_ends_in_order(tmp_path: Path) -> None:
    """Its picture is out, and no complaint of Python's about a thread that still reads."""
    video = write_heavy(tmp_path / "video.mp4", 3 * MB)
    async with running("adapters.media.animation_worker", video) as process:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            assert await process.stdout.read()
            assert await process.wait() == 0


@pytest.mark.parametrize(
    ("module", "arguments", "memory"),
    [
        ("adapters.media.animation_worker", [], animation_worker.MEMORY),
        ("adapters.media.fit_worker", [Path("/nowhere"), 10_000_000, 60], fit_worker.MEMORY),
        ("adapters.media.look_worker", [60], look_worker.MEMORY),
    ],
)
async def test_each_has_a_limit_of_memory(
    tmp_path: Path, module: str, arguments: list[Path | int], memory: int
) -> None:
    """A file that is good at a glance may claim more once all of it is read."""
    video = write_heavy(tmp_path / "video.mp4", 60 * MB, wild=True)
    given = arguments if "look" in module else [video, *arguments]
    async with running(module, *given) as process, asyncio.timeout(60):
        look = psutil.Process(process.pid)
        while look.rlimit(psutil.RLIMIT_DATA) != (memory, memory):  # noqa: ASYNC110  # another process's
            await asyncio.sleep(0.001)
