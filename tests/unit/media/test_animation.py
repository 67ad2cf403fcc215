"""An animation is the whole video in small, and never heavy."""

import io
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops, ImageSequence, ImageStat

from adapters.media.animation import HEAVIEST, PyAVAnimations
from bot.domain.errors import BadVideo
from tests.unit.media.test_last_frame import picture, written
from tests.unit.media.videos import write, write_sound


@pytest.fixture
def animations() -> Iterator[PyAVAnimations]:
    animations = PyAVAnimations()
    yield animations
    animations.close()


def frames_of(gif: bytes) -> tuple[list[Image.Image], int]:
    """Return the frames in RGB and how long they play in all, in milliseconds."""
    found, lasts = [], 0
    with Image.open(io.BytesIO(gif)) as image:
        assert (image.format, image.info["loop"]) == ("GIF", 0)
        for frame in ImageSequence.Iterator(image):
            lasts += image.info["duration"]
            found.append(frame.convert("RGB"))
    return found, lasts


def noise(path: Path, frames: int, size: tuple[int, int], rate: int) -> Path:
    """Write a video that no format makes light."""
    dice = random.Random(1)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate)
        (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
        stream.options = {"crf": "30", "preset": "ultrafast"}
        for number in range(frames):
            frame = av.VideoFrame.from_bytes(dice.randbytes(size[0] * size[1] * 4), *size, "rgba")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _difference(one: Image.Image, other: Image.Image) -> float:
    bands = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(bands) / len(bands)


async def test_an_animation_shows_the_video_from_its_first_frame_to_its_last(
    animations: PyAVAnimations, tmp_path: Path
) -> None:
    """In its own time, at ten frames a second, over and over, and in colours near to its own."""
    gif = await animations.animation(written(tmp_path / "v.mp4", 32, tagged=False))
    frames, lasts = frames_of(gif)
    assert len(frames) == 20
    assert lasts == pytest.approx(2000, abs=20)
    assert _difference(frames[0], picture(0)) < 6 < _difference(frames[0], picture(2))
    assert _difference(frames[-1], picture(31)) < 6 < _difference(frames[-1], picture(29))


@pytest.mark.parametrize(
    ("size", "expected"),
    [((640, 360), (320, 180)), ((360, 640), (180, 320)), ((96, 96), (96, 96)), ((512, 16), (320, 10))],
)
async def test_an_animation_is_small_in_the_videos_shape(
    animations: PyAVAnimations, tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    """320 pixels at most on the longer side, and none grows."""
    frames, _ = frames_of(await animations.animation(write(tmp_path / "v.mp4", 4, size)))
    assert frames[0].size == expected


async def test_a_long_video_goes_by_faster(animations: PyAVAnimations, tmp_path: Path) -> None:
    """A minute and more is seen in twenty seconds, in at most 80 frames."""
    frames, lasts = frames_of(await animations.animation(write(tmp_path / "v.mp4", 1200, (64, 48))))
    assert len(frames) == 80
    assert lasts == pytest.approx(20_000, abs=50)


async def test_noise_gets_fewer_and_smaller_frames(animations: PyAVAnimations, tmp_path: Path) -> None:
    """What is too heavy at first still shows the whole video, within the limit."""
    gif = await animations.animation(noise(tmp_path / "noise.mp4", 80, (320, 320), 10))
    frames, lasts = frames_of(gif)
    assert HEAVIEST / 4 < len(gif) <= HEAVIEST
    assert lasts == pytest.approx(8000, abs=100)
    assert len(frames) > 15


async def test_one_frame_is_enough(animations: PyAVAnimations, tmp_path: Path) -> None:
    """A video of one frame is an animation of one."""
    frames, _ = frames_of(await animations.animation(write(tmp_path / "v.mp4", 1)))
    assert len(frames) == 1


async def test_what_has_no_frames_has_no_animation(animations: PyAVAnimations, tmp_path: Path) -> None:
    """An error page, a missing file and sound alone are refused."""
    (tmp_path / "page.mp4").write_bytes(b"<html>502 Bad Gateway</html>" * 50)
    for path in (tmp_path / "page.mp4", tmp_path / "none.mp4", write_sound(tmp_path / "sound.mp4")):
        with pytest.raises(BadVideo):
            await animations.animation(path)
