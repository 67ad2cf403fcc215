#!/usr/bin/env python
"""Draws the two example frames, first.png and last.png: a lighthouse at dusk, and at night from a little nearer.

The scene is painted once for each hour on a canvas of twice the size, and then seen by a camera that moves in: so the
land matches between the frames as in a real shot, while the sun has set and the boat and the clouds have moved on.
Needs numpy and Pillow; ``python docs/examples/draw.py [FOLDER]`` draws the same on every machine.
"""

import sys
from pathlib import Path

import land
import numpy as np
import sea
from paint import SCALE, Field, X, Y, blurred, mixed, rgb, smooth
from PIL import Image

SIZE = (1280, 720)
CAMERA = {"first": (640.0, 360.0, 1.0), "last": (668.0, 347.0, 1.12)}
"""What the camera looks at, in points, and how near it is."""
HOUR = {"first": 0.0, "last": 0.72}


def painted(night: float) -> Field:
    """Return the whole canvas at an hour: 0 dusk, 1 night."""
    picture = sea.far_shore(sea.sky(night), night)
    picture = mixed(picture, sea.water(picture, night), (Y >= sea.HORIZON).astype(np.float32))
    picture = sea.with_boat(picture, night)
    earth, mask = land.earth()
    near = smooth(Y, 330, 720)
    sun = sea.between(rgb(262, 206, 172), rgb(98, 116, 168), night)
    dim = sea.between(rgb(196, 150, 150), rgb(66, 80, 128), night)
    lit = earth * mixed(sun, dim, near * 0.8)
    haze = sea.between(rgb(236, 176, 158), rgb(84, 92, 138), night)
    lit = mixed(lit, haze, (1 - smooth(Y, 330, 520)) * 0.12)
    picture = mixed(picture, lit, mask) + land.lights(night)
    return finished(picture)


def finished(picture: Field) -> Field:
    """Return the picture with a little glow around what is bright, darker corners, and highlights rolled off."""
    bright = np.clip(picture - 0.72, 0, 1)
    glow = np.stack([blurred(np.ascontiguousarray(bright[..., i]), 14) for i in range(3)], -1)
    corners = 1 - 0.26 * smooth(np.hypot((X - 660) / 760, (Y - 350) / 470), 0.55, 1.25)
    picture = (picture + 0.45 * glow) * corners[..., None]
    return np.where(picture < 0.8, picture, 1 - 0.2 * np.exp(-(picture - 0.8) / 0.2))


def seen(canvas: Field, x: float, y: float, zoom: float) -> Image.Image:
    """Return what the camera sees of the canvas."""
    image = Image.fromarray((np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8))
    half = (640 / zoom, 360 / zoom)
    box = ((x - half[0]) * SCALE, (y - half[1]) * SCALE, (x + half[0]) * SCALE, (y + half[1]) * SCALE)
    return lighter(image.resize(SIZE, Image.Resampling.LANCZOS, box=box))


def lighter(image: Image.Image) -> Image.Image:
    """Return the picture in coarser steps of colour where texture hides them, so that its PNG is half the size."""
    exact = np.asarray(image, np.float32)
    even = np.asarray(image.reduce(8).resize(SIZE, Image.Resampling.BICUBIC), np.float32)
    rough = np.abs(exact - even).mean(-1)
    coarse = Image.fromarray(rough).resize((160, 90), Image.Resampling.BOX).resize(SIZE, Image.Resampling.BICUBIC)
    step = np.where(np.asarray(coarse) > 2.0, 6, np.where(even.max(-1) < 80, 1, 2))[..., None]
    return Image.fromarray(np.clip(np.round(exact / step) * step, 0, 255).astype(np.uint8))


def main() -> None:
    """Draw both frames into the folder given, else beside this file."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, night in HOUR.items():
        seen(painted(night), *CAMERA[name]).save(folder / f"{name}.png", compress_level=7)


if __name__ == "__main__":
    main()
