"""A finished video is believed only after it was looked into."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.media.videos import PyAVVideos
from bot.domain.errors import BadVideo
from bot.domain.media import Video
from tests.unit.media.videos import write, write_sound


@pytest.fixture
def videos() -> Iterator[PyAVVideos]:
    videos = PyAVVideos()
    yield videos
    videos.close()


async def refusal(videos: PyAVVideos, path: Path) -> str:
    with pytest.raises(BadVideo) as caught:
        await videos.inspect(path)
    return caught.value.what


async def test_the_facts_of_a_video_are_found(videos: PyAVVideos, tmp_path: Path) -> None:
    """Size, frames and playing time come from the file itself."""
    path = write(tmp_path / "good.mp4", frames=20)
    assert await videos.inspect(path) == Video(160, 96, 20, 1.25, path.stat().st_size)


async def test_a_video_with_sound_is_taken(videos: PyAVVideos, tmp_path: Path) -> None:
    """Some models add sound; frames and playing time are those of the pictures."""
    video = await videos.inspect(write_sound(tmp_path / "sound.mp4", write(tmp_path / "good.mp4")))
    assert (video.frames, video.seconds) == (20, 1.25)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "an empty file"),
        (b"<html>502 Bad Gateway</html>" * 50, "not an MP4, or a damaged one"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", "not an MP4, or a damaged one"),
        (b"\0\0\0\x18ftypisom\0\0\2\0isommp42", "not an MP4, or a damaged one"),
    ],
)
async def test_what_is_no_video_is_refused(videos: PyAVVideos, tmp_path: Path, content: bytes, what: str) -> None:
    """An error page, a playlist or a bare header under the name of an MP4 is none."""
    path = tmp_path / "claimed.mp4"
    path.write_bytes(content)
    assert await refusal(videos, path) == what


async def test_a_missing_file_is_refused(videos: PyAVVideos, tmp_path: Path) -> None:
    """No other error than ours reaches the flow."""
    assert await refusal(videos, tmp_path / "none.mp4") == "no file"


async def test_another_codec_is_refused(videos: PyAVVideos, tmp_path: Path) -> None:
    """Only H.264 plays everywhere the bot posts to."""
    assert await refusal(videos, write(tmp_path / "old.mp4", codec="mpeg4")) == "mpeg4 instead of h264"


async def test_sound_alone_is_refused(videos: PyAVVideos, tmp_path: Path) -> None:
    """An MP4 without pictures is no video."""
    assert await refusal(videos, write_sound(tmp_path / "sound.mp4")) == "no pictures in it"


async def test_a_video_that_was_cut_short_is_refused(videos: PyAVVideos, tmp_path: Path) -> None:
    """The index stands at the front and promises 20 frames; the file ends before them."""
    path = write(tmp_path / "cut.mp4", frames=20)
    path.write_bytes(path.read_bytes()[:-600])
    assert (await refusal(videos, path)).endswith(" of 20 frames")


async def test_frames_of_garbage_are_refused(videos: PyAVVideos, tmp_path: Path) -> None:
    """A sound container around bytes that are no pictures does not decode."""
    path = write(tmp_path / "garbage.mp4")
    data = path.read_bytes()
    start = data.index(b"mdat") + 4
    path.write_bytes(data[:start] + bytes(len(data) - start))
    assert await refusal(videos, path) in {"no frame that can be decoded", "not an MP4, or a damaged one"}


async def test_looking_has_a_deadline(tmp_path: Path) -> None:
    """A file that cannot be read in time ends the wait, not the bot."""
    videos = PyAVVideos(deadline=0.05)
    hold = threading.Event()
    held = asyncio.get_running_loop().run_in_executor(videos._aside._executor, hold.wait, 10)
    try:
        assert await refusal(videos, write(tmp_path / "good.mp4")) == "not read within 0.05 s"
    finally:
        hold.set()
    assert await held
    videos.close()
