"""What the generator is held against: a plain cross-dissolve, ffmpeg's minterpolate, and the encoder alone.

minterpolate comes out of the libavfilter inside PyAV, so no ffmpeg program is needed; where that build lacks it, an
ffmpeg on the path takes over, and else a line says that it is missing.
"""

import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import av.filter
import numpy as np
import numpy.typing as npt

from engine.generator.encode import Encoder
from engine.generator.pixels import from_rgb

Picture: TypeAlias = npt.NDArray[Any]
_LEAD = 2  # copies of either picture, so that the filter has neighbours to look at


def where_minterpolate_is() -> str | None:
    """Say which minterpolate there is: "PyAV", "ffmpeg", or None."""
    if "minterpolate" in av.filter.filters_available:
        return "PyAV"
    return "ffmpeg" if shutil.which("ffmpeg") else None


def dissolve(start: Picture, end: Picture, t: float) -> Picture:
    """Give the plain mix of two RGB pictures at time t."""
    return np.asarray(start * (1 - t) + end * t + 0.5).astype(np.uint8)


def minterpolate(start: Picture, end: Picture, steps: int) -> list[Picture]:
    """Give the luma planes at the times 0, 1/steps … (steps - 1)/steps between two RGB pictures, by ffmpeg."""
    first = (_LEAD - 1) * steps
    frames = list(_minterpolated([start] * _LEAD + [end] * _LEAD, steps))
    return frames[first : first + steps]


def minterpolate_to_and_fro(start: Picture, end: Picture, steps: int) -> int:
    """Let ffmpeg interpolate from start to end and back again and again; give how many frames it made."""
    return sum(1 for _ in _minterpolated([start, end, start, end], steps))


def encode_only(drawn: list[Picture], path: Path) -> None:
    """Encode frames that are already drawn (packed NV12): the floor of any renderer's cost."""
    rows, width = drawn[0].shape
    with Encoder(path, (width, rows * 2 // 3), 16, len(drawn)) as encoder:
        for packed in drawn:
            encoder.write(packed)


def _minterpolated(pictures: list[Picture], steps: int) -> Iterator[Picture]:
    height, width = pictures[0].shape[:2]
    made = _by_pyav if where_minterpolate_is() == "PyAV" else _by_program
    return made([from_rgb(picture).packed() for picture in pictures], (width, height), steps)


def _options(steps: int) -> str:
    return f"fps={steps}:mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1:scd=none"


def _by_pyav(inputs: list[Picture], size: tuple[int, int], steps: int) -> Iterator[Picture]:
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=size[0], height=size[1], format=av.VideoFormat("yuv420p", *size), time_base=Fraction(1)
    )
    interpolate = graph.add("minterpolate", _options(steps))
    sink = graph.add("buffersink")
    source.link_to(interpolate)
    interpolate.link_to(sink)
    graph.configure()
    for index, packed in enumerate(inputs):
        frame = av.VideoFrame.from_ndarray(packed, format="nv12").reformat(format="yuv420p")
        frame.pts, frame.time_base = index, Fraction(1)
        graph.push(frame)
    graph.push(None)
    while True:
        try:
            made = graph.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return
        assert isinstance(made, av.VideoFrame)
        yield made.to_ndarray(format="yuv420p")[: size[1]]


def _by_program(inputs: list[Picture], size: tuple[int, int], steps: int) -> Iterator[Picture]:
    shape = f"{size[0]}x{size[1]}"
    raw = ["-f", "rawvideo", "-pix_fmt"]
    command = ["ffmpeg", "-v", "error", *raw, "nv12", "-s", shape, "-r", "1", "-i", "-"]
    command += ["-vf", f"minterpolate={_options(steps)}", *raw, "gray", "-"]
    sent = b"".join(packed.tobytes() for packed in inputs)
    out = subprocess.run(command, input=sent, stdout=subprocess.PIPE, check=True, timeout=600).stdout
    planes = np.frombuffer(out, np.uint8).reshape(-1, size[1], size[0])
    yield from planes
