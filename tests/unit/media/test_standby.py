"""What opens strangers' videos is a process beside the bot: its end is the fate of one file, and not of the bot."""

import asyncio
import signal
import struct
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from adapters.media.apart import LastFramesApart, PostersApart, VideosApart
from adapters.media.last_frame import PyAVLastFrames
from adapters.media.look_worker import MEMORY
from adapters.media.poster import PyAVPosters
from adapters.media.standby import Standby
from adapters.media.videos import PyAVVideos
from bot.domain.errors import BadVideo
from tests.unit.media.videos import write

NAME = "adapters.media.look_worker"


@pytest.fixture
def videos() -> Iterator[VideosApart]:
    with closing(VideosApart()) as videos:
        yield videos
    assert workers() == []


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "good.mp4")


def workers(of: psutil.Process | None = None) -> list[psutil.Process]:
    """Return the processes that run, but for those that have ended and are not asked after."""
    children = (of or psutil.Process()).children()
    return [each for each in children if each.status() != psutil.STATUS_ZOMBIE and NAME in each.cmdline()]


async def another(than: psutil.Process | None = None) -> psutil.Process:
    """Wait until a process runs that is not this one."""
    async with asyncio.timeout(30):
        while True:
            for each in workers():
                if than is None or each.pid != than.pid:
                    return each
            await asyncio.sleep(0.001)  # another process cannot set an event


async def test_what_is_found_is_the_same(videos: VideosApart, good: Path) -> None:
    """Facts and pictures, byte for byte, as they would be found in the bot itself; one process for many videos."""
    with closing(PyAVVideos()) as here:
        assert await videos.inspect(good) == await here.inspect(good)
    [worker] = workers()
    assert await videos.inspect(good) == await videos.inspect(good)
    assert workers() == [worker]
    with closing(PostersApart()) as posters, closing(PyAVPosters()) as here_:
        assert await posters.poster(good) == await here_.poster(good)
        assert await posters.posters(good, 3) == await here_.posters(good, 3)
    with closing(LastFramesApart()) as frames, closing(PyAVLastFrames()) as here__:
        assert await frames.last_frame(good) == await here__.last_frame(good)


async def test_a_bad_video_is_refused_in_the_same_words(videos: VideosApart, good: Path, tmp_path: Path) -> None:
    """And the process that has met it takes the next."""
    (tmp_path / "page.mp4").write_bytes(b"<html>502 Bad Gateway</html>" * 50)
    for name, what in (("page.mp4", "not an MP4, or a damaged one"), ("none.mp4", "no file")):
        with pytest.raises(BadVideo) as caught:
            await videos.inspect(tmp_path / name)
        assert caught.value.what == what
    [worker] = workers()
    assert (await videos.inspect(good)).frames == 20
    assert workers() == [worker]


async def test_a_process_that_was_killed_is_not_the_videos_fault(videos: VideosApart, good: Path) -> None:
    """In the middle of a video, and between two: another one looks into it."""
    await videos.inspect(good)
    [first] = workers()
    first.suspend()
    looking = asyncio.create_task(videos.inspect(good))
    await asyncio.sleep(0)
    first.kill()
    assert (await looking).frames == 20
    [second] = workers()
    second.kill()
    second.wait(30)
    assert (await videos.inspect(good)).frames == 20


async def test_a_video_that_ends_two_processes_is_a_bad_one(videos: VideosApart, good: Path) -> None:
    """It costs that one video; the next is looked into by a third process."""
    looking = asyncio.create_task(videos.inspect(good))
    first = await another()
    first.send_signal(signal.SIGSEGV)
    (await another(first)).send_signal(signal.SIGSEGV)
    with pytest.raises(BadVideo, match="what decodes it ended with SIGSEGV"):
        await looking
    assert (await videos.inspect(good)).frames == 20


async def test_a_process_that_hangs_is_ended(good: Path) -> None:
    """At the deadline of the video in hand. Those that wait have theirs from their own turn on."""
    with closing(VideosApart(deadline=1.5)) as videos:
        looking = asyncio.create_task(videos.inspect(good))
        held = await another()
        held.suspend()
        waiting = asyncio.create_task(videos.inspect(good))
        with pytest.raises(BadVideo, match=r"not read within 1\.5 s") as hung:
            await looking
        assert hung.value.is_late
        assert not held.is_running()
        assert (await waiting).frames == 20


async def test_what_takes_too_long_ends_itself(good: Path) -> None:
    """The process says that it is late, and stays."""
    with closing(Standby("videos", 60)) as standby:
        await standby.ask("inspect", good)
        [worker] = workers()
        standby._deadline = 0.0
        with pytest.raises(BadVideo, match="not read within 0 s") as late:
            await standby.ask("inspect", good)
        assert late.value.is_late
        assert workers() == [worker]


async def test_closing_waits_for_nothing(good: Path) -> None:
    """A bot that ends has ten seconds for all of it."""
    videos = VideosApart()
    looking = asyncio.create_task(videos.inspect(good))
    held = await another()
    held.suspend()
    looking.cancel()
    async with asyncio.timeout(10):
        await asyncio.to_thread(videos.close)
    assert not held.is_running()
    with pytest.raises(asyncio.CancelledError):
        await looking


async def test_a_signal_to_end_is_the_bots_to_hear(videos: VideosApart, good: Path) -> None:
    """A service's manager sends it to all processes at once: the video in hand is looked into all the same."""
    await videos.inspect(good)
    [worker] = workers()
    worker.terminate()
    assert (await videos.inspect(good)).frames == 20
    assert workers() == [worker]


async def test_a_process_without_work_gives_its_memory_back(good: Path) -> None:
    """It ends itself after a pause, and the next video starts another."""
    standby = Standby("videos", 60, idle=0.0)
    with closing(standby):
        await standby.ask("inspect", good)
        async with asyncio.timeout(30):
            while workers():  # noqa: ASYNC110  # another process cannot set an event
                await asyncio.sleep(0.01)
        assert (await standby.ask("inspect", good)).facts["frames"] == 20


async def test_what_gets_past_the_claims_meets_a_limit_of_memory(good: Path, tmp_path: Path) -> None:
    """FFmpeg cuts a box that is too long for its place, and so reads this list of notes, of 2 GB."""
    path, keys = tmp_path / "hidden.mp4", struct.pack(">I4sII", 0x20202020, b"keys", 0, 0x0FFF_FF00)
    handler = struct.pack(">I4sII4s", 33, b"hdlr", 0, 0, b"mdta") + bytes(13)
    notes = struct.pack(">I4sI", 12 + len(handler) + len(keys), b"meta", 0) + handler + keys
    path.write_bytes(good.read_bytes() + notes)
    with closing(VideosApart()) as videos:
        with pytest.raises(BadVideo):
            await videos.inspect(path)
        [worker] = workers()
        status = Path(f"/proc/{worker.pid}/status").read_text("ascii")
    [peak] = [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")]
    assert peak < MEMORY / 4


ASKING = """
import asyncio, sys
from pathlib import Path
from adapters.media.apart import VideosApart

async def main():
    videos = VideosApart()
    await videos.inspect(Path(sys.argv[1]))
    print("looked", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_it_ends_with_the_bot(good: Path) -> None:
    """When the bot is killed, nothing of it runs on."""
    bot = await asyncio.create_subprocess_exec(sys.executable, "-c", ASKING, good, stdout=asyncio.subprocess.PIPE)
    assert bot.stdout is not None
    assert await bot.stdout.readline() == b"looked\n"
    [worker] = workers(psutil.Process(bot.pid))
    bot.kill()
    await bot.wait()
    await asyncio.to_thread(worker.wait, 30)


async def test_the_bot_itself_loads_no_decoder() -> None:
    """Whatever a running bot is put together of, no part of it decodes a video in the bot's own process."""
    parts = "assembly", "discord", "ladder", "local", "moderation", "outside", "run", "serve", "slack"
    code = f"import sys, {', '.join(f'bot.compose.{part}' for part in parts)}; print('av' in sys.modules)"
    python = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    out, _ = await python.communicate()
    assert out == b"False\n"
