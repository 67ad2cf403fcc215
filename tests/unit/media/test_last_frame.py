"""The last frame of a video is the one that a viewer sees last, in its own colours."""

import asyncio
import io
import math
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.video.reformatter import ColorRange
from PIL import Image, ImageChops, ImageFilter, ImageStat

from adapters.media.last_frame import PyAVLastFrames
from bot.domain.errors import BadVideo
from tests.unit.media.videos import RATE, write_sound

SIZE = (256, 144)
BT709 = 1
"""The number of its matrix, primaries and transfer (ITU-T H.273)."""


@pytest.fixture
def last_frames() -> Iterator[PyAVLastFrames]:
    last_frames = PyAVLastFrames()
    yield last_frames
    last_frames.close()


def picture(number: int) -> Image.Image:
    """Return a picture of strong colours that moves by eight pixels a frame; soft, for 4:2:0 has no sharp colours."""
    across, down = Image.linear_gradient("L").rotate(90).resize(SIZE), Image.linear_gradient("L").resize(SIZE)
    image = Image.merge("RGB", (across, down, Image.new("L", SIZE, 40)))
    left = 8 * number % 160
    image.paste((20, 200, 60), (left, 40, left + 48, 104))
    image.paste((230, 30, 30), (left + 48, 40, left + 96, 104))
    return image.filter(ImageFilter.GaussianBlur(3))


def written(path: Path, frames: int, *, tagged: bool) -> Path:
    """Write a video almost without loss: in BT.709 and named so, or in FFmpeg's own colours and without a name."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        (stream.width, stream.height), stream.pix_fmt = SIZE, "yuv420p"
        stream.options, context = {"crf": "4", "bf": "3", "g": "12"}, stream.codec_context
        if tagged:
            context.color_range, context.colorspace = ColorRange.MPEG, BT709
            context.color_primaries = context.color_trc = BT709
        for number in range(frames):
            frame = av.VideoFrame.from_bytes(picture(number).convert("RGBA").tobytes(), *SIZE, "rgba")
            if tagged:
                frame = frame.reformat(format="yuv420p", dst_colorspace="itu709", dst_color_range=ColorRange.MPEG)
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Return the PSNR in dB."""
    squares = ImageStat.Stat(ImageChops.difference(one, other)).sum2
    return 10 * math.log10(255**2 * len(squares) * one.width * one.height / sum(squares))


@pytest.mark.parametrize("tagged", [True, False])
@pytest.mark.parametrize("frames", [1, 2, 23, 24, 25, 30])
async def test_the_last_frame_is_the_one_that_was_drawn_last(
    last_frames: PyAVLastFrames, tmp_path: Path, frames: int, *, tagged: bool
) -> None:
    """Over 35 dB to the picture that went in, and far from the one before, wherever the key frames lie."""
    data = await last_frames.last_frame(written(tmp_path / "v.mp4", frames, tagged=tagged))
    with Image.open(io.BytesIO(data)) as last:
        assert (last.format, last.mode, last.size) == ("PNG", "RGB", SIZE)
        assert likeness(last, picture(frames - 1)) > 35
        assert likeness(last, picture(frames - 2)) < 30


@pytest.mark.parametrize("tagged", [True, False])
async def test_flat_colours_come_back_as_they_were(
    last_frames: PyAVLastFrames, tmp_path: Path, *, tagged: bool
) -> None:
    """The matrix and the range are those of the file: a wrong one moves red and green by ten levels and more."""
    data = await last_frames.last_frame(written(tmp_path / "v.mp4", 3, tagged=tagged))
    with Image.open(io.BytesIO(data)) as last:
        assert last.getpixel((16 + 22, 72)) == pytest.approx((20, 200, 60), abs=3)
        assert last.getpixel((16 + 48 + 24, 72)) == pytest.approx((230, 30, 30), abs=3)


async def test_what_has_no_frames_is_refused(last_frames: PyAVLastFrames, tmp_path: Path) -> None:
    """An error page, a missing file and sound alone have no last frame."""
    (tmp_path / "page.mp4").write_bytes(b"<html>502 Bad Gateway</html>" * 50)
    for path in (tmp_path / "page.mp4", tmp_path / "none.mp4", write_sound(tmp_path / "sound.mp4")):
        with pytest.raises(BadVideo):
            await last_frames.last_frame(path)


async def test_frames_of_garbage_are_refused(last_frames: PyAVLastFrames, tmp_path: Path) -> None:
    """A sound container around bytes that are no pictures gives none."""
    path = written(tmp_path / "v.mp4", 3, tagged=True)
    data = path.read_bytes()
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    path.write_bytes(data[:start] + bytes(end - start) + data[end:])
    with pytest.raises(BadVideo):
        await last_frames.last_frame(path)


async def test_taking_it_out_has_a_deadline(tmp_path: Path) -> None:
    """A file that cannot be read in time ends the wait, not the bot."""
    last_frames = PyAVLastFrames(deadline=0.05)
    hold = threading.Event()
    held = asyncio.get_running_loop().run_in_executor(last_frames._aside._executor, hold.wait, 10)
    try:
        with pytest.raises(BadVideo, match=r"not read within 0\.05 s"):
            await last_frames.last_frame(tmp_path / "v.mp4")
    finally:
        hold.set()
    assert await held
    last_frames.close()
