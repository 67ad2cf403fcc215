"""Small videos for the tests of this room, encoded as a provider would."""

from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream
from PIL import Image, ImageDraw

RATE = 16


def write(path: Path, frames: int = 20, size: tuple[int, int] = (160, 96), codec: str = "libx264") -> Path:
    """Write a video whose frame ``i`` of ``n`` is gray of level 40 + 160 * i / (n - 1), with a moving bar."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for index in range(frames):
            image = Image.new("RGB", size, (level(index, frames),) * 3)
            ImageDraw.Draw(image).rectangle((index * 2, 0, index * 2 + 3, size[1] // 4), fill="orange")
            container.mux(stream.encode(av.VideoFrame.from_bytes(image.convert("RGBA").tobytes(), *size, "rgba")))
        container.mux(stream.encode(None))
    return path


def level(index: int, frames: int) -> int:
    """Return the gray of a frame."""
    return 40 + 160 * index // max(1, frames - 1)


def write_sound(path: Path, picture: Path | None = None) -> Path:
    """Write a second of silence as an MP4, beside the pictures of another where given."""
    with av.open(str(path), "w", format="mp4") as container:
        sound = container.add_stream("aac", rate=48_000)
        if picture is not None:
            with av.open(str(picture)) as source:
                copy = container.add_stream_from_template(source.streams.video[0])
                for packet in source.demux(video=0):
                    if packet.size:
                        packet.stream = copy
                        container.mux(packet)
        for index in range(47):
            frame = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            frame.sample_rate, frame.pts, frame.time_base = 48_000, index * 1024, Fraction(1, 48_000)
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return path
