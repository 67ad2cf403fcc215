"""The process behind :mod:`adapters.media.fit`: encodes a video so that it weighs at most so many bytes.

Run as ``python -m adapters.media.fit_worker VIDEO FOLDER LIMIT``; answers with one line of JSON. x264 goes over the
frames twice: measured on clips of 81 frames and 2 to 9 MB, what comes out is then within 4 % of what was asked for,
where one pass held by a buffer misses by up to 8 %; at 0.5 MB it is 14 % against 33 %.
"""

import asyncio
import contextlib
import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from adapters.media.fit import MADE
from adapters.media.likeness import likeness
from adapters.media.videos import PyAVVideos, opened
from bot.domain.errors import BadVideo
from bot.domain.media import Video
from bot.ports.media import Copy

STEPS = (1.0, 0.75, 0.5)
"""The sides of the copy, as parts of the video's."""
FLOOR = 0.02
"""Bits a pixel. Measured: with fewer, the copy at the next step is nearer to the video (PSNR and SSIM)."""
COARSEST = 45
"""The coarsest quantiser of x264's 51: with a coarser one nothing but blocks is left, so a video that needs it does
not fit."""
_AIM, _NEAR = 0.98, 1.25
"""The part of the bytes that is asked for at first; up to which miss a second try is worth it. What misses by more has
met the coarsest quantiser, and would again."""
_SOUND_RATE = 96_000
_SOUND_BYTES = 12_800
"""A second of sound, its share of the file's tables included."""
_TABLE, _ROW = 1536, 16
"""Bytes of an MP4 that are no pictures, and how many more a frame adds."""
_THREADS, _NICENESS = 2, 5
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


def fitted(path: Path, folder: Path, limit: int) -> Copy:
    """Write the copy into the folder; raise :class:`BadVideo` where the video is unfit or does not fit."""
    source = _source(path)
    made = folder / MADE
    pictures = _bytes_of_pictures(source, limit)
    for step in STEPS if pictures > 0 else ():
        size = _stepped(source, step)
        if step != STEPS[-1] and pictures * 8 / (source.video.frames * size[0] * size[1]) < FLOOR:
            continue
        if _tried(source, size, folder, limit):
            copy = _inspected(made)
            if copy.frames != source.video.frames:
                raise BadVideo(f"{copy.frames} of {source.video.frames} frames in the smaller copy")
            return Copy(copy, likeness(path, made, copy.frames))
    raise BadVideo(f"does not fit into {limit} bytes")


def _source(path: Path) -> Source:
    video = _inspected(path)
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


def _inspected(path: Path) -> Video:
    videos = PyAVVideos()
    try:
        return asyncio.run(videos.inspect(path))
    finally:
        videos.close()


def _bytes_of_pictures(source: Source, limit: int) -> float:
    """Return how many bytes are left for the pictures; no more than the video has now."""
    sound = _SOUND_BYTES * source.video.seconds if source.sound else 0
    return min(limit - _TABLE - _ROW * source.video.frames - sound, source.video.bytes)


def _stepped(source: Source, step: float) -> tuple[int, int]:
    """Return the size of a step, in even numbers: the colours are stored at half of it."""
    width, height = (max(2, round(side * step / 2) * 2) for side in (source.video.width, source.video.height))
    return width, height


def _tried(source: Source, size: tuple[int, int], folder: Path, limit: int) -> bool:
    """Make the copy in this size, twice at most; return whether it fits."""
    made, share = folder / MADE, _AIM
    bits = _bytes_of_pictures(source, limit) * 8 / source.video.seconds
    try:
        _encoded(source, Order(size, int(bits * share)), folder, None)
        for _ in range(2):
            _encoded(source, Order(size, int(bits * share)), folder, made)
            weight = made.stat().st_size
            if weight <= limit:
                return True
            if weight > limit * _NEAR:
                return False
            share *= _AIM * limit / weight
    except av.error.ExternalError:  # x264 sees beforehand that it cannot do with so few bits, and does not begin
        return False
    return False


def _encoded(source: Source, order: Order, folder: Path, made: Path | None) -> None:
    """Go over the video once: the first time (``made`` is None) only to learn where the bits are needed."""
    with _written(made) as container:
        pictures = _pictures(container, source, order, f"+pass{1 if made is None else 2}", folder / _STATS)
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


def _pictures(container: OutputContainer, source: Source, order: Order, run: str, stats: Path) -> VideoStream:
    stream = container.add_stream("libx264", rate=source.rate)
    stream.width, stream.height = order.size
    stream.pix_fmt = "yuv420p"
    stream.bit_rate = order.bit_rate
    context = stream.codec_context
    context.time_base = source.time_base
    context.thread_count = _THREADS
    context.color_range, context.colorspace, context.color_primaries, context.color_trc = source.tags
    stream.options = {
        "preset": "medium",
        "profile": "high",
        "qmax": str(COARSEST),
        "flags": run,
        "stats": str(stats),
    }
    return stream


def _sound(container: OutputContainer) -> AudioStream:
    stream = container.add_stream("aac", rate=48_000, layout="stereo")
    stream.bit_rate = _SOUND_RATE
    return stream


def _frames(path: Path, *, sound: bool) -> Iterator[VideoFrame | AudioFrame]:
    """Yield the frames in the file's order, so that pictures and sound stay near each other in the copy too."""
    with opened(path) as (container, stream):
        streams = [stream, container.streams.audio[0]] if sound else [stream]
        for frame in container.decode(*streams):
            if isinstance(frame, (VideoFrame, AudioFrame)):
                yield frame


def _prepared(frame: VideoFrame, size: tuple[int, int]) -> VideoFrame:
    """Scale the frame where it has another size, in the colours that it has; x264 chooses the key frames anew."""
    ready = frame.reformat(*size, format="yuv420p", interpolation="LANCZOS")
    ready.pts, ready.time_base, ready.pict_type = frame.pts, frame.time_base, 0
    return ready


def _end_with_the_bot(folder: Path) -> None:
    """Read stdin until it closes, which says that the bot is gone, even by kill -9; then nobody wants the copy."""
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def main() -> None:
    """Make the copy and say how it went; what is not ours to name ends the process with a traceback."""
    path, folder, limit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    threading.Thread(target=_end_with_the_bot, args=(folder,), daemon=True).start()
    # Libraries may print: what they say must not mix with the answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    try:
        answer: dict[str, object] = asdict(fitted(path, folder, limit))
    except BadVideo as bad:
        answer = {"bad": bad.what}
    except (av.FFmpegError, OSError) as e:  # a full disk
        answer = {"bad": f"not made smaller: {(e.strerror or type(e).__name__).lower()}"}
    print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
