"""Encodes a video anew, in another size and with fewer bits, and weighs beforehand what that can give.

x264 goes over the frames twice: measured on clips of 81 frames and 2 to 9 MB, what comes out is then within 4 % of what
was asked for, where one pass held by a buffer misses by up to 8 %; at 0.5 MB it is 14 % against 33 %.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from adapters.media.videos import opened
from bot.domain.media import Video

COARSEST = 45
"""The coarsest quantiser of x264's 51: with a coarser one nothing but blocks is left, so a video that needs it does
not fit."""
_PLACES, _RUN = 4, 8
"""Where the video is looked at beforehand: in so many places, so many frames each."""
_GROUP = 250
"""Frames from one key frame to the next, x264's own choice."""
_SOUND_RATE = 96_000
_THREADS = 2
_STATS = "x264.log"


@dataclass(frozen=True)
class Source:
    """What a copy keeps of the video: ``tags`` say how its colours are stored (range, matrix, primaries, transfer)."""

    path: Path
    video: Video
    rate: Fraction
    time_base: Fraction
    tags: tuple[int, int, int, int]
    sound: bool


@dataclass(frozen=True)
class Order:
    """One copy to make: its size in pixels and the bits a second of its pictures."""

    size: tuple[int, int]
    bit_rate: int


@dataclass(frozen=True)
class Outlook:
    """What a size will weigh at the least, in bytes of pictures, and the seconds that a pass takes where it is idle."""

    least: float
    seconds: float


def source_of(path: Path, video: Video) -> Source:
    """Return what is to be kept of a video that was inspected."""
    with opened(path) as (container, stream):
        context = stream.codec_context
        return Source(
            path,
            video,
            stream.average_rate or Fraction(video.frames) / Fraction(video.seconds),
            stream.time_base or Fraction(1, 90_000),
            (context.color_range, context.colorspace, context.color_primaries, context.color_trc),
            bool(container.streams.audio),
        )


def outlook(source: Source, size: tuple[int, int]) -> Outlook:
    """Encode a few frames from all parts of the video as coarsely as is allowed, and reckon from them."""
    # By the work, and not by the clock: how busy the machine is now tells little about how busy it will be.
    began, packets, count = time.process_time(), [], 0
    with _written(None) as container:
        pictures = _pictures(container, source, size, {"qp": str(COARSEST)})
        for count, (frame, first) in enumerate(_sampled(source), 1):
            ready = _prepared(frame, size)
            ready.pts, ready.time_base = count, 1 / source.rate
            if first:
                ready.pict_type = PictureType.I
            packets += pictures.encode(ready)
        packets += pictures.encode(None)
    keys, others = _mean(packets, key=True), _mean(packets, key=False)
    frames = source.video.frames
    groups = 1 + frames // _GROUP
    took = (time.process_time() - began) / min(_THREADS, os.cpu_count() or 1)
    return Outlook(groups * keys + max(0, frames - groups) * others, took * frames / max(1, count))


def encoded(source: Source, order: Order, folder: Path, made: Path | None) -> None:
    """Go over the video once: the first time (``made`` is None) only to learn where the bits are needed."""
    run = {"qmax": str(COARSEST), "flags": f"+pass{1 if made is None else 2}", "stats": str(folder / _STATS)}
    with _written(made) as container:
        pictures = _pictures(container, source, order.size, run)
        pictures.bit_rate = order.bit_rate
        sound = _sound(container) if source.sound and made is not None else None
        for frame in _frames(source.path, sound=sound is not None):
            if isinstance(frame, VideoFrame):
                container.mux(pictures.encode(_prepared(frame, order.size)))
            elif sound is not None:
                container.mux(sound.encode(frame))
        for stream in (pictures, sound):
            if stream is not None:
                container.mux(stream.encode(None))


def _written(made: Path | None) -> OutputContainer:
    if made is None:
        return av.open(os.devnull, "w", format="null")
    return av.open(str(made), "w", format="mp4", options={"movflags": "+faststart"})


def _pictures(
    container: OutputContainer, source: Source, size: tuple[int, int], options: dict[str, str]
) -> VideoStream:
    stream = container.add_stream("libx264", rate=source.rate)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = source.time_base
    context.thread_count = _THREADS
    context.color_range, context.colorspace, context.color_primaries, context.color_trc = source.tags
    stream.options = {"preset": "medium", "profile": "high", **options}
    return stream


def _sound(container: OutputContainer) -> AudioStream:
    stream = container.add_stream("aac", rate=48_000, layout="stereo")
    stream.bit_rate = _SOUND_RATE
    return stream


def _frames(path: Path, *, sound: bool) -> Iterator[VideoFrame | AudioFrame]:
    """Yield the frames in the file's order, so that pictures and sound stay near each other in the copy too."""
    with opened(path) as (container, stream):
        stream.codec_context.thread_count, stream.codec_context.thread_type = _THREADS, "AUTO"
        streams = [stream, container.streams.audio[0]] if sound else [stream]
        for frame in container.decode(*streams):
            if isinstance(frame, (VideoFrame, AudioFrame)):
                yield frame


def _sampled(source: Source) -> Iterator[tuple[VideoFrame, bool]]:
    """Yield frames from a few places, evenly spaced, and whether each is the first of its place."""
    with opened(source.path) as (container, stream):
        start = stream.start_time or 0
        for place in range(_PLACES):
            ahead = source.video.seconds * place / _PLACES / source.time_base
            container.seek(start + round(ahead), stream=stream)
            for number, frame in enumerate(islice(container.decode(stream), _RUN)):
                yield frame, number == 0


def _prepared(frame: VideoFrame, size: tuple[int, int]) -> VideoFrame:
    """Scale the frame where it has another size, in the colours that it has; x264 chooses the key frames anew."""
    ready = frame.reformat(*size, format="yuv420p", interpolation="LANCZOS")
    ready.pts, ready.time_base, ready.pict_type = frame.pts, frame.time_base, 0
    return ready


def _mean(packets: "list[Packet[VideoStream]]", *, key: bool) -> float:
    """Return the mean bytes of the key frames, or of the others; 0 where there are none."""
    sizes = [packet.size for packet in packets if packet.is_keyframe is key]
    return sum(sizes) / max(1, len(sizes))
