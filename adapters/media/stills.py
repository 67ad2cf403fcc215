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
LONG = 2_000_000_000
"""Pixels of all frames, from which a video takes long: a thousand frames of 1920 x 1080, half a minute of CPU."""
FEWEST = 12
"""Key frames that are enough to tell what happens."""


@dataclass(frozen=True)
class _Index:
    """When each frame is shown, and when each key frame is, in the order to show them."""

    shown: "array[int]" = field(default_factory=lambda: array("q"))
    keys: list[int] = field(default_factory=list)


def chosen(frames: int, count: int) -> list[int]:
    """Return ``count`` frame numbers, evenly spaced, the first and the last among them."""
    if count == 1 or frames == 1:
        return [0]
    return sorted({round(place * (frames - 1) / (count - 1)) for place in range(count)})


def spread(path: Path, count: int, until: float, *, roughly: bool = False) -> Iterator[VideoFrame]:
    """Yield ``count`` evenly spaced frames, from the very first to the very last; all where there are fewer.

    ``roughly``: of a video that takes long to decode, key frames do, and there may be fewer of them; the last one is
    still the very last.

    Raises :class:`BadVideo` where none can be decoded, and TimeoutError once ``time.monotonic`` is past ``until``. The
    frames are counted, for what the file says of them may be wrong.
    """
    found = False
    with opened(path) as (container, stream):
        stream.codec_context.thread_count, stream.codec_context.thread_type = THREADS, "AUTO"
        index = _indexed(container, stream, until)
        weight = len(index.shown) * stream.width * stream.height
        moments = _moments(index, count, keys=roughly and weight > LONG and len(index.keys) >= FEWEST)
        for frame in _taken(container, stream, _stops(index, moments), until):
            found = True
            yield frame
    if not found:
        raise BadVideo("no frame that can be decoded")


def _moments(index: _Index, count: int, *, keys: bool) -> list[int]:
    """Return when the wanted frames are shown."""
    if not index.shown:
        return []
    among = index.keys if keys else index.shown
    found = [among[number] for number in chosen(len(among), count)]
    return [*found[: count - 1], index.shown[-1]] if keys else found


def _indexed(container: InputContainer, stream: VideoStream, until: float) -> _Index:
    index = _Index()
    for packet in in_time(container.demux(stream), until):
        if packet.size and packet.pts is not None and not packet.is_discard:
            index.shown.append(packet.pts)
            if packet.is_keyframe:
                index.keys.append(packet.pts)
    index.keys.sort()
    return _Index(array("q", sorted(index.shown)), index.keys)


def _stops(index: _Index, moments: list[int]) -> Iterator[tuple[int, int | None]]:
    """Yield each moment with where to jump to before it: None where going on is as short."""
    last = -1
    for moment in moments:
        key = bisect_right(index.keys, moment) - 1
        yield moment, index.keys[key] if key > last else None
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
