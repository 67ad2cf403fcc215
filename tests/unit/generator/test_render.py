"""A whole order, through the real encoder and back through a real decoder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
import numpy.typing as npt
import pytest

from bench.generator import psnr
from bench.generator_scenes import Scene
from engine.generator import Cancelled, Order, Rendered
from engine.generator.pixels import from_rgb
from engine.generator.render import pictures, render

Picture: TypeAlias = npt.NDArray[Any]
Ordering: TypeAlias = Callable[..., Order]


def _rendered(order: Order) -> Rendered:
    return render(order, lambda _done, _total: None, lambda: False)


def _decoded(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def _rgb(frame: av.VideoFrame) -> Picture:
    return np.asarray(frame.to_ndarray(format="rgb24", src_colorspace="ITU709"))


def _luma(frame: av.VideoFrame) -> Picture:
    return np.asarray(frame.to_ndarray(format="yuv420p"))[: frame.height]


def test_the_first_and_last_frames_are_the_pictures(zoom: Scene, order: Ordering) -> None:
    """After encoding and decoding, both ends match their picture: RGB at least 30 dB, luma at least 45 dB."""
    asked = order(zoom.at(0, 832, 480), zoom.at(1, 832, 480), num_frames=21)
    done = _rendered(asked)
    start, end = pictures(asked)
    shown = _decoded(asked.output)
    assert done == Rendered(832, 480, 21, 21 / 16)
    assert len(shown) == 21
    for frame, picture in ((shown[0], start), (shown[-1], end)):
        assert psnr(_rgb(frame), picture) >= 30
        assert psnr(_luma(frame), from_rgb(picture).luma) >= 45


def test_the_file_plays_everywhere(zoom: Scene, order: Ordering) -> None:
    """H.264 High, 4:2:0, BT.709 signalled, even timing at the rate asked, the index in front."""
    asked = order(zoom.at(0, 832, 480), zoom.at(1, 832, 480), num_frames=7, frames_per_second=24)
    _rendered(asked)
    with av.open(str(asked.output)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (int(context.colorspace), int(context.color_range)) == (1, 1)
        assert stream.average_rate == 24
        assert [float(packet.time or 0) for packet in container.decode(video=0)] == pytest.approx(
            [index / 24 for index in range(7)]
        )
    data = asked.output.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")


def test_the_options_change_the_video(zoom: Scene, order: Ordering) -> None:
    """Resolution, aspect ratio, frame count and rate all arrive in the file."""
    asked = order(
        zoom.at(0, 640, 360),
        zoom.at(1, 640, 360),
        resolution="720p",
        aspect_ratio="9:16",
        num_frames=3,
        frames_per_second=5,
    )
    assert _rendered(asked) == Rendered(720, 1280, 3, 0.6)
    shown = _decoded(asked.output)
    assert (len(shown), shown[0].width, shown[0].height) == (3, 720, 1280)


def test_two_frames_are_the_two_pictures(zoom: Scene, order: Ordering) -> None:
    """The shortest video has no middle."""
    asked = order(zoom.at(0, 416, 240), zoom.at(1, 416, 240), num_frames=2)
    _rendered(asked)
    shown = _decoded(asked.output)
    assert [psnr(_rgb(frame), picture) > 30 for frame, picture in zip(shown, pictures(asked), strict=True)] == [
        True
    ] * 2


def test_every_frame_is_reported(zoom: Scene, order: Ordering) -> None:
    """The counts run from 1 to the total, and nothing but the video is left."""
    asked = order(zoom.at(0, 208, 112), zoom.at(1, 208, 112), num_frames=9)
    seen: list[tuple[int, int]] = []
    render(asked, lambda done, total: seen.append((done, total)), lambda: False)
    assert seen == [(done, 9) for done in range(1, 10)]
    assert list(asked.output.parent.iterdir()) == [asked.output]


@pytest.mark.parametrize("asks", [1, 2, 4, 9])
def test_a_cancelled_order_leaves_no_file(zoom: Scene, order: Ordering, asks: int) -> None:
    """Whether it is cancelled before, while planning or while drawing: Cancelled at the next look, and no file."""
    asked = order(zoom.at(0, 208, 112), zoom.at(1, 208, 112), num_frames=30)
    reports: list[int] = []
    looks = 0

    def cancelled() -> bool:
        nonlocal looks
        looks += 1
        return looks >= asks

    with pytest.raises(Cancelled):
        render(asked, lambda done, _total: reports.append(done), cancelled)
    assert looks == asks
    assert len(reports) < 30
    assert list(asked.output.parent.iterdir()) == []


def test_an_order_cancelled_late_leaves_no_half_file(zoom: Scene, order: Ordering) -> None:
    """Once the encoder has begun to write, cancelling removes what it wrote."""
    asked = order(zoom.at(0, 208, 112), zoom.at(1, 208, 112), num_frames=60)
    begun: list[int] = []

    def report(done: int, _total: int) -> None:
        if asked.part.exists():
            begun.append(done)

    with pytest.raises(Cancelled):
        render(asked, report, lambda: bool(begun))
    assert begun[0] < 60
    assert list(asked.output.parent.iterdir()) == []


def test_a_report_that_fails_leaves_no_half_file(zoom: Scene, order: Ordering) -> None:
    """Whatever ends the work, the part is gone."""
    asked = order(zoom.at(0, 208, 112), zoom.at(1, 208, 112))

    def broken(_done: int, _total: int) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        render(asked, broken, lambda: False)
    assert list(asked.output.parent.iterdir()) == []
