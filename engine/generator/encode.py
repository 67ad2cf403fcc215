"""The MP4: H.264 as every browser and chat client plays it, written as it is drawn.

PyAV's wheels carry x264, which is under the GPL: whoever passes an image of this program on passes x264 on.
"""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from engine.generator.arrays import Array

_QUALITY = "16"
_BT709 = 1
_LIMITED = 1
_TAIL = 10
_FIRST_BITS, _TAIL_BITS = 2.0, (1.3, 2.6)


class Encoder:
    """Writes one video to `path`; a context manager that closes the file whatever happens."""

    def __init__(self, path: Path, size: tuple[int, int], rate: int, num_frames: int) -> None:
        self._container: OutputContainer = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self._stream = _stream(self._container, size, rate, num_frames)
        self._rate = rate
        self._count = 0

    def write(self, nv12: Array) -> None:
        """Encode one packed NV12 frame, uint8 (height * 3/2, width)."""
        frame = av.VideoFrame.from_ndarray(nv12, format="nv12")
        frame.pts = self._count
        frame.time_base = Fraction(1, self._rate)
        self._count += 1
        self._container.mux(self._stream.encode(frame))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()


def _stream(container: OutputContainer, size: tuple[int, int], rate: int, num_frames: int) -> VideoStream:
    stream = container.add_stream("libx264", rate=rate)
    stream.width, stream.height = size
    stream.pix_fmt = "nv12"
    stream.codec_context.thread_count = 2
    stream.codec_context.color_range = _LIMITED
    stream.codec_context.colorspace = _BT709
    stream.codec_context.color_primaries = _BT709
    stream.codec_context.color_trc = _BT709
    stream.options = {
        "preset": "veryfast",
        "crf": _QUALITY,
        "profile": "high",
        "x264-params": f"zones={_zones(num_frames)}",
    }
    return stream


def _zones(num_frames: int) -> str:
    """Give the two pictures themselves more bits: the first frame, and a ramp over the last ten.

    A forced key frame at the end would be as sharp, and a visible pop.
    """
    zones = [f"0,0,b={_FIRST_BITS}"]
    low, high = _TAIL_BITS
    first = max(1, num_frames - _TAIL)
    for index in range(first, num_frames):
        bits = low + (high - low) * (index - first + 1) / (num_frames - first)
        zones.append(f"{index},{index},b={bits:.2f}")
    return "/".join(zones)
