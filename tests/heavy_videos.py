"""Videos of a chosen weight: real H.264 in real MP4 files, quickly made.

A few frames of noise are encoded, each for itself, and written over and over: every one of them can be played.
"""

from itertools import cycle, islice
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

MB = 1_000_000
RATE = 16
_DISTINCT = 6
"""Pictures that a wild video shows in turn; a calm one is a single picture, which any copy keeps nearly for nothing."""
_SHAPES = ((20 * MB, 480, 272, 24), (100 * MB, 832, 480, 20), (10_000 * MB, 832, 480, 1))
"""Up to which weight a video has which size in pixels and quantiser: so that it has a hundred frames or two."""


def write_heavy(path: Path, weight: int, *, wild: bool = False) -> Path:
    """Write a video of exactly ``weight`` bytes, of which an empty box at the end is a few percent at most."""
    width, height, quantiser = next(shape[1:] for shape in _SHAPES if weight <= shape[0])
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "ultrafast", "qp": str(quantiser), "g": "1"}
        packets = _noise(stream, _DISTINCT if wild else 1)
        heaviest = max(len(data) for data in packets)
        for number, data in enumerate(islice(cycle(packets), int(weight * 0.999 / heaviest))):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, stream.codec_context.time_base
            packet.pts = packet.dts = number
            packet.duration, packet.is_keyframe = 1, True
            container.mux(packet)
    padded(path, weight)
    return path


def padded(path: Path, weight: int) -> None:
    """Append an empty box, which every reader passes over."""
    room = weight - path.stat().st_size
    with path.open("ab") as file:
        file.write(room.to_bytes(4, "big") + b"free")
        file.truncate(weight)


def _noise(stream: VideoStream, pictures: int) -> list[bytes]:
    dice = np.random.default_rng(0)
    packets = []
    for number in range(pictures):
        noise = dice.integers(0, 256, (stream.height * 3 // 2, stream.width), dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(noise, format="yuv420p")
        frame.pts = number
        packets += stream.encode(frame)
    return [bytes(packet) for packet in (*packets, *stream.encode(None))]
