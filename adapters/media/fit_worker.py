"""The process behind :mod:`adapters.media.fit`: makes a copy of a video that weighs at most so many bytes.

Run as ``python -m adapters.media.fit_worker VIDEO FOLDER LIMIT SECONDS``; answers with one line of JSON. What cannot
work, or not in that time, is known from a few frames before the video is encoded; a size that can is encoded twice at
most.
"""

import asyncio
import contextlib
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import av

from adapters.media.encode import Order, Outlook, Source, encoded, outlook, source_of
from adapters.media.fit import MADE
from adapters.media.likeness import likeness
from adapters.media.videos import PyAVVideos
from adapters.media.worker import begun
from bot.domain.errors import BadVideo
from bot.domain.media import Video
from bot.ports.media import Copy

STEPS = (1.0, 0.75, 0.5)
"""The sides of the copy, as parts of the video's."""
FLOOR = 0.02
"""Bits a pixel. Measured: with fewer, the copy at the next step is nearer to the video (PSNR and SSIM)."""
_TRIES = 2
_AIM, _NEAR = 0.98, 1.25
"""The part of the bytes that is asked for at first; up to which miss another try in the same size is worth it. What
misses by more has met the coarsest quantiser, and would again."""
_DOUBT = 1.15
"""By how much a few frames may mislead about the weight of all."""
_PASSES = 2.4
"""How long both passes and the comparison take, in passes of the outlook."""
_SOUND_BYTES = 12_800
"""A second of sound, its share of the file's tables included."""
_TABLE, _ROW = 1536, 16
"""Bytes of an MP4 that are no pictures, and how many more a frame adds."""
MEMORY = 4 * 2**30
"""Bytes. Measured: 1.7 GB for a video of 4K, most of it the frames that x264 looks ahead at."""
_NICENESS = 5

Weigh = Callable[[Source, tuple[int, int], int, Path], int | None]


def weighed(source: Source, size: tuple[int, int], bit_rate: int, folder: Path) -> int | None:
    """Make the copy, in both passes, and return its bytes; None where x264 sees that it cannot do with so few bits."""
    order, made = Order(size, bit_rate), folder / MADE
    try:
        encoded(source, order, folder, None)
        encoded(source, order, folder, made)
    except av.error.ExternalError:
        return None
    return made.stat().st_size


def fitted(path: Path, folder: Path, limit: int, seconds: float, weigh: Weigh = weighed) -> Copy:
    """Write the copy into the folder; raise :class:`BadVideo` where it is unfit, does not fit, or not in time."""
    source, made = source_of(path, _inspected(path)), folder / MADE
    pictures = _bytes_of_pictures(source, limit)
    sizes = list(promising(source, pictures, seconds)) if pictures > 0 else []
    share = _AIM
    for _ in range(_TRIES):
        if not sizes:
            break
        weight = weigh(source, sizes[0], int(pictures * share * 8 / source.video.seconds), folder)
        if weight is not None and weight <= limit:
            copy = _inspected(made)
            if copy.frames != source.video.frames:
                raise BadVideo(f"{copy.frames} of {source.video.frames} frames in the smaller copy")
            return Copy(copy, likeness(path, made, copy.frames))
        if weight is not None and weight <= limit * _NEAR:
            share *= _AIM * limit / weight
        else:
            sizes, share = sizes[1:], _AIM
    raise BadVideo(f"does not fit into {limit} bytes")


def promising(
    source: Source, pictures: float, seconds: float, foretell: Callable[[Source, tuple[int, int]], Outlook] = outlook
) -> Iterator[tuple[int, int]]:
    """Yield the sizes in which the video may fit, the largest that can be made in time first."""
    for step in STEPS:
        size = _stepped(source, step)
        if step != STEPS[-1] and pictures * 8 / (source.video.frames * size[0] * size[1]) < FLOOR:
            continue
        expected = foretell(source, size)
        if expected.least > pictures * _DOUBT:
            continue
        if expected.seconds * _PASSES > seconds:
            if step != STEPS[-1]:
                continue
            raise BadVideo(f"not made smaller within {seconds:g} s: it would take {expected.seconds * _PASSES:.0f} s")
        yield size


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


def _end_with_the_bot(folder: Path) -> None:
    """Read stdin until it closes, which says that the bot is gone, even by kill -9; then nobody wants the copy."""
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def main() -> None:
    """Make the copy and say how it went; what is not ours to name ends the process with a traceback."""
    path, folder, limit, seconds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    answers = begun(MEMORY)
    threading.Thread(target=_end_with_the_bot, args=(folder,), daemon=True).start()
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    try:
        answer: dict[str, object] = asdict(fitted(path, folder, limit, seconds))
    except BadVideo as bad:
        answer = {"bad": bad.what}
    except (av.FFmpegError, OSError) as e:  # a full disk
        answer = {"bad": f"not made smaller: {(e.strerror or type(e).__name__).lower()}"}
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()
    os._exit(0)  # in an orderly end, Python would trip over the thread that still reads


if __name__ == "__main__":
    main()
