"""Looks into a finished video before anyone is told that it is one.

The container is forced to MP4, so that a hostile answer cannot make the library read playlists or other files.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from adapters.media.aside import Aside
from bot.domain.errors import BadVideo
from bot.domain.media import Video

DEADLINE = 60.0


class PyAVVideos:
    """Looks into finished videos (:class:`bot.ports.Videos`), one at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._aside = Aside("videos", deadline)

    async def inspect(self, path: Path) -> Video:
        """Decode the first and the last frame and count all; raise :class:`BadVideo` where that cannot be done."""
        try:
            return await self._aside.run(partial(_inspected, path))
        except TimeoutError as e:
            raise BadVideo(f"not read within {self._aside.deadline:g} s") from e

    def close(self) -> None:
        """Wait for the video in hand and end the thread."""
        self._aside.close()


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open an H.264 MP4 for reading; raise :class:`BadVideo` for anything else, and for what fails to decode inside."""
    try:
        with av.open(str(path), format="mp4") as container:
            stream = next(iter(container.streams.video), None)
            if stream is None:
                raise BadVideo("no pictures in it")
            if stream.codec_context.name != "h264":
                raise BadVideo(f"{stream.codec_context.name} instead of h264")
            yield container, stream
    except (av.FFmpegError, EOFError, ValueError) as e:
        raise BadVideo("not an MP4, or a damaged one") from e


def first_of(path: Path) -> VideoFrame:
    """Decode the first frame that the video shows; raise :class:`BadVideo` where it has none."""
    return _one_of(path, at_end=False)


def last_of(path: Path) -> VideoFrame:
    """Decode the last frame that the video shows; raise :class:`BadVideo` where it has none."""
    return _one_of(path, at_end=True)


def _one_of(path: Path, *, at_end: bool) -> VideoFrame:
    with opened(path) as (container, stream):
        frame = _decoded(container, stream, at_end=at_end)
    if frame is None:
        raise BadVideo("no frame that can be decoded")
    return frame


def _inspected(path: Path) -> Video:
    size = path.stat().st_size if path.is_file() else 0
    if size == 0:
        raise BadVideo("no file" if not path.is_file() else "an empty file")
    with opened(path) as (container, stream):
        packets = _counted(container, stream)
        if stream.frames and packets != stream.frames:
            raise BadVideo(f"{packets} of {stream.frames} frames")
        first, last = _decoded(container, stream, at_end=False), _decoded(container, stream, at_end=True)
        if first is None or last is None or last.pts is None:
            raise BadVideo("no frame that can be decoded")
        return Video(first.width, first.height, packets, float(_seconds(stream, last, packets)), size)


def _counted(container: InputContainer, stream: VideoStream) -> int:
    return sum(1 for packet in container.demux(stream) if packet.size)


def _decoded(container: InputContainer, stream: VideoStream, *, at_end: bool) -> VideoFrame | None:
    """Return the first frame, or the last: from the last key frame on, so that a long video costs no more."""
    target = (stream.start_time or 0) + (stream.duration or 0 if at_end else 0)
    container.seek(target, stream=stream, backward=True)
    last: VideoFrame | None = None
    for frame in _frames(container.demux(stream)):
        if not at_end:
            return frame
        last = frame
    return last


def _frames(packets: "Iterator[Packet[VideoStream]]") -> Iterator[VideoFrame]:
    for packet in packets:
        for frame in packet.decode():
            assert isinstance(frame, VideoFrame)
            yield frame


def _seconds(stream: VideoStream, last: VideoFrame, frames: int) -> Fraction:
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    rate = stream.average_rate or Fraction(16)
    return Fraction(frames) / rate if last.time_base is None else Fraction(last.time or 0.0) + 1 / rate
