"""Pictures that move under noise: what a copy has to leave something of out."""

import random
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageChops

from tests.unit.media.videos import RATE

SIZE, FRAMES = (480, 272), 24


def noisy(path: Path, noise_part: float) -> Path:
    dice = random.Random(1)
    ground = Image.radial_gradient("L").resize(SIZE).convert("RGB")
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        (stream.width, stream.height), stream.pix_fmt = SIZE, "yuv420p"
        stream.options, stream.codec_context.color_range = {"crf": "8", "preset": "ultrafast"}, 1
        stream.codec_context.colorspace = stream.codec_context.color_primaries = stream.codec_context.color_trc = 1
        for number in range(FRAMES):
            noise = Image.frombytes("RGB", SIZE, dice.randbytes(3 * SIZE[0] * SIZE[1]))
            image = Image.blend(ImageChops.offset(ground, 5 * number, 0), noise, noise_part).convert("RGBA")
            frame = av.VideoFrame.from_bytes(image.tobytes(), *SIZE, "rgba")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
