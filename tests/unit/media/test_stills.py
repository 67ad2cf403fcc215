"""Which frames of a video are taken, where all of them would be too many to decode."""

from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path

import av
import pytest
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from adapters.media.stills import FEWEST, LONG, spread
from tests.unit.media.videos import RATE

SIZE = (2560, 1440)
GROUP = 46
"""Frames from one key frame to the next: so a dozen of them are just long enough."""
FRAMES = FEWEST * GROUP


def written(path: Path, frames: int, group: int) -> Path:
    """Write so many frames, one group of them over and over: each group can be decoded by itself."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        (stream.width, stream.height), stream.pix_fmt = SIZE, "yuv420p"
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(group), "sc_threshold": "0"}
        drawn = [(bytes(packet), packet.is_keyframe) for packet in _encoded(stream, group)]
        assert [is_key for _, is_key in drawn] == [True] + [False] * (group - 1)
        for number, (data, is_key) in enumerate(islice(cycle(drawn), frames)):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, Fraction(1, RATE)
            packet.pts = packet.dts = number
            packet.duration, packet.is_keyframe = 1, is_key
            container.mux(packet)
    return path


def _encoded(stream: VideoStream, count: int) -> "list[av.Packet[VideoStream]]":
    packets = []
    for number in range(count):
        frame = VideoFrame(*SIZE, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        packets += stream.encode(frame)
    return [*packets, *stream.encode(None)]


def numbers(path: Path, count: int, *, roughly: bool) -> list[int]:
    """Return the numbers of the frames that are taken."""
    frames = spread(path, count, float("inf"), roughly=roughly)
    return [round((frame.time or 0.0) * RATE) for frame in frames]


def test_of_a_long_video_key_frames_do(tmp_path: Path) -> None:
    """Evenly, from the first; and the last frame, which is none, is the last here too. There may be fewer."""
    assert (FRAMES - GROUP) * SIZE[0] * SIZE[1] < LONG < FRAMES * SIZE[0] * SIZE[1]
    path = written(tmp_path / "long.mp4", FRAMES, GROUP)
    assert numbers(path, 4, roughly=True) == [0, 4 * GROUP, 7 * GROUP, FRAMES - 1]
    every = [GROUP * number for number in range(FEWEST)]
    assert numbers(path, 100, roughly=True) == [*every, FRAMES - 1]


@pytest.mark.parametrize(
    ("frames", "group", "roughly"),
    [(FRAMES, GROUP, False), (FRAMES, GROUP + 5, True), (FRAMES - GROUP, GROUP - 4, True)],
    ids=["exact", "too few key frames", "not that long"],
)
def test_else_frames_are_taken_where_they_are(tmp_path: Path, frames: int, group: int, *, roughly: bool) -> None:
    """Evenly spaced among all of them, key frame or not."""
    path = written(tmp_path / "video.mp4", frames, group)
    assert numbers(path, 4, roughly=roughly) == [round(place * (frames - 1) / 3) for place in range(4)]
