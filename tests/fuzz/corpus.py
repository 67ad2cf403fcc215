"""The good files that hostile ones are made of: small, and of every kind that is taken or refused."""

import tempfile
from collections.abc import Callable
from fractions import Fraction
from functools import cache, partial
from pathlib import Path

import av
from av.video.stream import VideoStream
from PIL import Image

from tests.bad_images import IMAGES, noise, plain, saved, scene
from tests.unit.media.videos import write, write_sound

_LIGHT = 40_000
"""Bytes of a seed: heavier ones are the same structures around more pixels, and slow."""


@cache
def images() -> tuple[bytes, ...]:
    """Return small images of all formats, those of :mod:`tests.bad_images` among them."""
    small = (48, 32)
    more: list[Callable[[], bytes]] = [
        *(partial(plain, "TIFF", small, compression=name) for name in ("raw", "tiff_deflate", "packbits", "jpeg")),
        lambda: saved(scene(small).convert("1"), "TIFF", compression="group4"),
        lambda: saved(scene(small).convert("RGBA"), "TIFF"),
        *(partial(_in_mode, mode, kind) for mode in ("1", "L", "P") for kind in ("BMP", "GIF", "PNG", "TIFF")),
        *(partial(plain, "JPEG", small, quality=40, restart_marker_blocks=number) for number in (0, 1, 4)),
        lambda: saved(noise(small), "JPEG", quality=60, progressive=True),
        lambda: saved(noise(small), "PNG"),
        lambda: saved(noise(small), "WEBP", quality=50),
        lambda: saved(noise(small), "WEBP", lossless=True),
        lambda: saved(noise(small).convert("RGBA"), "WEBP", quality=30, method=0),
        lambda: saved(noise(small), "AVIF", quality=50, speed=10),
        lambda: saved(noise(small).convert("RGBA"), "AVIF", quality=50, speed=10),
        lambda: saved(scene(small), "AVIF", save_all=True, append_images=[noise(small)], speed=10),
        lambda: saved(noise(small), "GIF", interlace=1),
        *(partial(plain, kind, small) for kind in ("ICO", "PPM", "TGA", "JPEG2000", "PCX", "DDS", "SGI", "QOI")),
    ]
    made = [sample.make() for sample in IMAGES.values()]
    return tuple(data for data in (*made, *(make() for make in more)) if len(data) <= _LIGHT)


def _in_mode(mode: str, kind: str) -> bytes:
    return saved(scene((48, 32)).convert(mode), kind)


@cache
def videos() -> tuple[bytes, ...]:
    """Return small MP4s: plain, with sound, fragmented, with B-frames and edit lists, in other codecs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain_one = write(folder / "plain.mp4", 8, (64, 48))
        paths = [
            plain_one,
            write_sound(folder / "sound.mp4", plain_one),
            write_sound(folder / "only-sound.mp4"),
            write(folder / "one.mp4", 1, (32, 32)),
            write(folder / "mpeg4.mp4", 4, (64, 48), codec="mpeg4"),
            _encoded(folder / "fragmented.mp4", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}, {"g": "4"}),
            _encoded(folder / "dash.mp4", {"movflags": "dash+global_sidx"}, {"g": "4"}),
            _encoded(folder / "late.mp4", {"movflags": "faststart"}, {"bf": "3", "g": "6"}, first=40),
            _encoded(folder / "negative.mp4", {"use_editlist": "1"}, {"bf": "2"}, first=-3),
            _encoded(folder / "intra.mp4", {"movflags": "faststart"}, {"g": "1", "crf": "40"}),
            _encoded(folder / "lossless.mp4", {}, {"qp": "0"}),
        ]
        return tuple(path.read_bytes() for path in paths)


def _encoded(path: Path, container_options: dict[str, str], options: dict[str, str], first: int = 0) -> Path:
    with av.open(str(path), "w", format="mp4", options=container_options) as container:
        stream = container.add_stream("libx264", rate=16)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.options = 64, 48, "yuv420p", {**options}
        for number in range(10):
            image = Image.new("RGBA", (64, 48), (20 * number, 90, 200 - 20 * number, 255))
            frame = av.VideoFrame.from_bytes(image.tobytes(), 64, 48, "rgba")
            frame.pts, frame.time_base = first + number, Fraction(1, 16)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
