"""Evenly spaced frames of a video, without decoding all that lies between them.

A frame needs those from its key frame on; where another key frame comes before the next frame that is wanted, what lies
between is skipped.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from adapters.media.videos import in_time, opened
from bot.domain.errors import BadVideo

THREADS = 2


@dataclass(frozen=True)
class _Index:
    """When each frame is shown, in the order to show them; of key frames also when they are decoded."""

    shown: "array[int]" = field(default_factory=lambda: array("q"))
    keys: list[tuple[int, int]] = field(default_factory=list)


def chosen(frames: int, count: int) -> list[int]:
    """Return ``count`` frame numbers, evenly spaced, the first and the last among them."""
    if count == 1 or frames == 1:
        return [0]
    return sorted({round(place * (frames - 1) / (count - 1)) for place in range(count)})


def spread(path: Path, count: int, until: float) -> Iterator[VideoFrame]:
    """Yield ``count`` evenly spaced frames, from the very first to the very last; all where there are fewer.

    Raises :class:`BadVideo` where none can be decoded, and TimeoutError once ``time.monotonic`` is past ``until``. The
    frames are counted, for what the file says of them may be wrong.
    """
    found = False
    with opened(path) as (container, stream):
        stream.codec_context.thread_count, stream.codec_context.thread_type = THREADS, "AUTO"
        index = _indexed(container, stream, until)
        moments = [index.shown[number] for number in chosen(len(index.shown), count)] if index.shown else []
        for frame in _taken(container, stream, _stops(index, moments), until):
            found = True
            yield frame
    if not found:
        raise BadVideo("no frame that can be decoded")


def _indexed(container: InputContainer, stream: VideoStream, until: float) -> _Index:
    index = _Index()
    for packet in in_time(container.demux(stream), until):
        if packet.size and packet.pts is not None and packet.dts is not None and not packet.is_discard:
            index.shown.append(packet.pts)
            if packet.is_keyframe:
                index.keys.append((packet.pts, packet.dts))
    index.keys.sort()
    return _Index(array("q", sorted(index.shown)), index.keys)


def _stops(index: _Index, moments: list[int]) -> Iterator[tuple[int, int | None]]:
    """Yield each moment with where to jump to before it: None where going on is as short."""
    last = -1
    for moment in moments:
        key = bisect_right(index.keys, moment, key=lambda each: each[0]) - 1
        yield moment, index.keys[key][1] if key > last else None
        last = max(key, last)


def _taken(
    container: InputContainer, stream: VideoStream, stops: Iterator[tuple[int, int | None]], until: float
) -> Iterator[VideoFrame]:
    container.seek(stream.start_time or 0, stream=stream)
    frames = in_time(container.decode(stream), until)
    for moment, jump in stops:
        if jump is not None:
            container.seek(jump, stream=stream)
            frames = in_time(container.decode(stream), until)
        frame = next((frame for frame in frames if frame.pts is not None and frame.pts >= moment), None)
        if frame is not None:
            yield frame
