"""Draws a video in small as an animated GIF, for places that play none.

The palette is made of the colours of all frames, and what it lacks is dithered in a pattern that stays where it is:
Pillow's own, of the first frame's colours, loses those that come later, and noise that moves weighs more (2.9 MB
against 3.2 MB for the same 80 frames).
"""

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from adapters.media.stills import spread
from adapters.media.videos import VideoWork, opened
from bot.domain.errors import BadVideo

DEADLINE = 120.0
HEAVIEST = 2_000_000
SIDE = 320
"""Pixels of the longer side."""
RATE, MOST, LONGEST = 10, 80, 20.0
"""Frames a second, frames in all, and seconds that it plays: a longer video goes by faster."""
_RUNGS = (
    (1.0, 1.0),
    (0.8, 1.0),
    (0.65, 1.0),
    (0.65, 0.8),
    (0.5, 0.8),
    (0.5, 0.65),
    (0.35, 0.5),
    (0.2, 0.5),
    (0.1, 0.4),
)
"""Parts of the frames and of the sides that are kept, from the best to the lightest."""
_SAFE = 0.94
"""How much of the limit a prediction may fill: larger pictures compress better than smaller ones."""
_CLOCK = Fraction(1, 100)
"""GIF counts in hundredths of a second."""


class PyAVAnimations(VideoWork):
    """Animated GIFs of whole videos (:class:`bot.ports.Animations`), one at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        super().__init__("animations", deadline, "not drawn")

    async def animation(self, path: Path) -> bytes:
        """Return a GIF of 2 MB and 320 pixels at most, that shows the video from its first frame to its last.

        Ten frames a second, in the video's own time up to 20 s; where that is too heavy, fewer frames, then smaller
        ones; of a film of minutes, its key frames. Memory holds the small frames: 25 MB at most. Raises
        :class:`BadVideo`.
        """
        return await self.do(partial(_animated, path))


def _animated(path: Path, until: float) -> bytes:
    seconds = _seconds(path)
    plays = min(seconds, LONGEST)
    count = min(MOST, max(2, round(plays * RATE)))
    frames = [_small(frame) for frame in spread(path, count, until, roughly=True)]
    best: float | None = None
    for share, scale in _RUNGS:
        weight = share * scale**2
        if best is not None and best * weight > HEAVIEST * _SAFE:
            continue
        kept = _thinned(frames, share)
        data = _gif(kept, _sides(frames[0], scale), plays / len(kept))
        if len(data) <= HEAVIEST:
            return data
        best = len(data) / weight
    raise BadVideo(f"no animation of it is below {HEAVIEST} bytes")


def _seconds(path: Path) -> float:
    with opened(path) as (_, stream):
        if stream.duration and stream.time_base:
            return max(float(stream.duration * stream.time_base), 0.1)
        raise BadVideo("no playing time")


def _small(frame: VideoFrame) -> VideoFrame:
    scale = min(1.0, SIDE / max(frame.width, frame.height))
    return frame.reformat(*_sides(frame, scale), format="rgb24", interpolation="AREA")


def _sides(frame: VideoFrame, scale: float) -> tuple[int, int]:
    return max(1, round(frame.width * scale)), max(1, round(frame.height * scale))


def _thinned(frames: Sequence[VideoFrame], share: float) -> list[VideoFrame]:
    count = max(min(2, len(frames)), round(len(frames) * share))
    if count == len(frames):
        return list(frames)
    return [frames[round(place * (len(frames) - 1) / (count - 1))] for place in range(count)]


def _gif(frames: Sequence[VideoFrame], size: tuple[int, int], pause: float) -> bytes:
    """Encode the frames, each shown for ``pause`` seconds, over and over."""
    buffer, options = io.BytesIO(), {"loop": "0", "final_delay": str(round(pause / _CLOCK))}
    with av.open(buffer, "w", format="gif", options=options) as container:
        stream = container.add_stream("gif", rate=Fraction(1) / _CLOCK)
        assert isinstance(stream, VideoStream)
        (stream.width, stream.height), stream.pix_fmt = size, "pal8"
        stream.codec_context.time_base = _CLOCK
        for frame in _in_palette(frames, size, pause):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def _in_palette(frames: Sequence[VideoFrame], size: tuple[int, int], pause: float) -> Iterator[VideoFrame]:
    graph = Graph()
    given = graph.add_buffer(width=size[0], height=size[1], format=VideoFormat("rgb24"), time_base=_CLOCK)
    split, sink = graph.add("split"), graph.add("buffersink")
    palette = graph.add("palettegen", "stats_mode=full:reserve_transparent=0")
    use = graph.add("paletteuse", "dither=bayer:bayer_scale=4:diff_mode=rectangle")
    given.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    for number, frame in enumerate(frames):
        ready = frame.reformat(*size, format="rgb24", interpolation="AREA")
        ready.pts, ready.time_base = round(number * pause / _CLOCK), _CLOCK
        given.push(ready)
    given.push(None)
    while True:
        try:
            drawn = sink.pull()
        except (av.BlockingIOError, EOFError):
            return
        assert isinstance(drawn, VideoFrame)
        yield drawn
