"""Looks into a finished video before anyone is told that it is one.

The container is forced to MP4, so that a hostile answer cannot make the library read playlists or other files.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TypeVar

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from adapters.media.aside import Aside
from adapters.media.boxes import check_claims
from bot.domain.errors import BadVideo
from bot.domain.media import Video

DEADLINE = 60.0
MAX_PIXELS = 4096 * 2304
"""Pixels of a frame: 4K. A decoder holds up to 18 of them, so 250 MB."""
LONGEST = 6 * 3600.0
"""Seconds that a video may claim to play."""
_BOUNDS = {"max_pixels": str(MAX_PIXELS)}
"""For FFmpeg's decoders: the size may change within the file."""


Made = TypeVar("Made")


class VideoWork:
    """Work on videos beside the event loop, one at a time; one that takes too long is a bad video.

    A piece of work is called with the moment of ``time.monotonic`` after which nobody waits for it; it ends itself
    then (:func:`in_time`), so that a video without an end does not hold the thread.
    """

    def __init__(self, name: str, deadline: float, late: str = "not read") -> None:
        self._aside = Aside(name, deadline)
        self._late = late

    async def do(self, work: Callable[[float], Made]) -> Made:
        """Return what the work makes; raise :class:`BadVideo` where that is not done in time."""
        try:
            return await self._aside.run(partial(work, time.monotonic() + self._aside.deadline))
        except TimeoutError as e:
            raise BadVideo(f"{self._late} within {self._aside.deadline:g} s", is_late=True) from e

    def close(self) -> None:
        """Wait for the video in hand and end the thread."""
        self._aside.close()


class PyAVVideos(VideoWork):
    """Looks into finished videos (:class:`bot.ports.Videos`), one at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        super().__init__("videos", deadline)

    async def inspect(self, path: Path) -> Video:
        """Decode the first and the last frame and count all; raise :class:`BadVideo` where that cannot be done."""
        return await self.do(partial(inspected, path))


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open an H.264 MP4 for reading; raise :class:`BadVideo` for anything else, and for what fails to decode inside."""
    try:
        check_claims(path)
        with av.open(str(path), format="mp4", options=_BOUNDS) as container:
            stream = next(iter(container.streams.video), None)
            if stream is None:
                raise BadVideo("no pictures in it")
            # PyAV types it as if there always were one: it has none for a codec that FFmpeg cannot decode.
            context: VideoCodecContext | None = stream.codec_context
            if context is None or context.name != "h264":
                raise BadVideo(f"{'another codec' if context is None else context.name} instead of h264")
            if not 0 < stream.width * stream.height <= MAX_PIXELS:
                raise BadVideo(f"{stream.width} x {stream.height} pixels")
            context.options = {**_BOUNDS}
            yield container, stream
    except FileNotFoundError as e:
        raise BadVideo("no file") from e
    except (av.FFmpegError, EOFError, ValueError) as e:
        raise BadVideo("not an MP4, or a damaged one") from e


def in_time(items: Iterable[Made], until: float) -> Iterator[Made]:
    """Yield the items; raise TimeoutError once the clock (``time.monotonic``) is past ``until``."""
    for item in items:
        if time.monotonic() > until:
            raise TimeoutError
        yield item


def first_of(path: Path, until: float) -> VideoFrame:
    """Decode the first frame that the video shows; raise :class:`BadVideo` where it has none."""
    return _one_of(path, until, at_end=False)


def last_of(path: Path, until: float) -> VideoFrame:
    """Decode the last frame that the video shows; raise :class:`BadVideo` where it has none."""
    return _one_of(path, until, at_end=True)


def counted(container: InputContainer, stream: VideoStream, until: float) -> int:
    """Count the stream's frames, decoding none."""
    return sum(1 for packet in in_time(container.demux(stream), until) if packet.size)


def _indexed(stream: VideoStream, size: int) -> int | None:
    """Count the frames by the file's own table, where that has all of them and each lies inside the file.

    Reading a file of 100 MB takes a tenth of the time that it takes to bring it here and on.
    """
    entries = stream.index_entries
    if not stream.frames or len(entries) != stream.frames:
        return None
    inside = all(entry.pos >= 0 and entry.pos + entry.size <= size for entry in entries)
    return len(entries) if inside else None


def _one_of(path: Path, until: float, *, at_end: bool) -> VideoFrame:
    with opened(path) as (container, stream):
        frame = _decoded(container, stream, until, at_end=at_end)
    if frame is None:
        raise BadVideo("no frame that can be decoded")
    return frame


def inspected(path: Path, until: float) -> Video:
    """Look into a video, as :meth:`PyAVVideos.inspect`; raise TimeoutError past ``until``, by ``time.monotonic``."""
    size = path.stat().st_size if path.is_file() else 0
    if size == 0:
        raise BadVideo("no file" if not path.is_file() else "an empty file")
    with opened(path) as (container, stream):
        packets = _indexed(stream, size) or counted(container, stream, until)
        if stream.frames and packets != stream.frames:
            raise BadVideo(f"{packets} of {stream.frames} frames")
        first = _decoded(container, stream, until, at_end=False)
        last = _decoded(container, stream, until, at_end=True)
        if first is None or last is None or last.pts is None:
            raise BadVideo("no frame that can be decoded")
        seconds = float(_seconds(stream, last, packets))
        if not 0 < seconds <= LONGEST:
            raise BadVideo(f"a playing time of {seconds:g} s")
        return Video(first.width, first.height, packets, seconds, size)


def _decoded(container: InputContainer, stream: VideoStream, until: float, *, at_end: bool) -> VideoFrame | None:
    """Return the first frame, or the last: from the last key frame on, so that a long video costs no more."""
    target = (stream.start_time or 0) + (stream.duration or 0 if at_end else 0)
    container.seek(target, stream=stream, backward=True)
    last: VideoFrame | None = None
    for frame in in_time(_frames(container.demux(stream)), until):
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
