"""The painter's tools: noise, gradients, soft edges and glow, on arrays of the whole canvas.

Colours are floats, 0..1, shape (height, width, 3); masks and fields are (height, width). Places are given in points:
the canvas is 1280 x 720 points, drawn at two pixels a point.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

Field = np.ndarray[Any, Any]

SCALE = 2
WIDTH, HEIGHT = 1280 * SCALE, 720 * SCALE
X = np.broadcast_to(np.arange(WIDTH, dtype=np.float32) / SCALE, (HEIGHT, WIDTH))
Y = np.broadcast_to(np.arange(HEIGHT, dtype=np.float32)[:, None] / SCALE, (HEIGHT, WIDTH))


def rgb(*colour: float) -> Field:
    """Return a colour given in 0..255."""
    return np.array(colour, np.float32) / 255


def stretched(grid: Field, size: tuple[int, int] = (WIDTH, HEIGHT), border: float = 0.0) -> Field:
    """Return a small field, smoothly enlarged to (width, height)."""
    box = (border, border, grid.shape[1] - border, grid.shape[0] - border)
    return np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC, box=box))


@cache
def noise(seed: int, cell: tuple[float, float], octaves: int = 5, gain: float = 0.55) -> Field:
    """Return clouds of detail around 0 with a deviation of about 1; the coarsest are ``cell`` points wide and high."""
    total, weight = np.zeros((HEIGHT, WIDTH), np.float32), 0.0
    for octave in range(octaves):
        fine = 2**octave
        shape = (int(720 / cell[1] * fine) + 4, int(1280 / cell[0] * fine) + 4)
        grid = np.random.default_rng((seed, octave)).standard_normal(shape).astype(np.float32)
        total += gain**octave * stretched(grid, border=1.5)
        weight += gain ** (2 * octave)
    return total / np.float32(weight**0.5 * 0.75)


def line(points: Sequence[tuple[float, float]], seed: int = 0, rough: float = 0.0, cell: float = 60.0) -> Field:
    """Return a profile's height at every column, through ``points`` (x, y), with jags of about ``rough`` points."""
    x = X[0]
    y: Field = np.interp(x, [px for px, _ in points], [py for _, py in points])
    for octave in range(6 if rough else 0):
        count = int(1280 / cell * 2**octave) + 2
        jags = np.random.default_rng((seed, octave, 7)).standard_normal(count)
        y = y + rough * 0.5**octave * np.interp(x, np.linspace(0, 1280, count), jags)
    return y.astype(np.float32)


def below(profile: Field, soft: float = 0.5) -> Field:
    """Return 1 under a profile and 0 above it, with an edge ``soft`` points wide."""
    return np.asarray(np.clip((Y - profile) / soft + 0.5, 0, 1))


def smooth(field: Field, low: float, high: float) -> Field:
    """Return 0 below ``low`` and 1 above ``high``, with a soft step between."""
    t = np.clip((field - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def gradient(position: Field, stops: Sequence[tuple[float, Field]]) -> Field:
    """Return the colours at ``position`` between the stops (position, colour)."""
    at = [stop for stop, _ in stops]
    return np.stack([np.interp(position, at, [c[i] for _, c in stops]) for i in range(3)], -1).astype(np.float32)


def mixed(under: Field, over: Field, amount: Field | float) -> Field:
    """Return one picture or colour laid over another, by a mask or a number."""
    share = amount[..., None] if isinstance(amount, np.ndarray) and amount.ndim == 2 else amount
    return under + (over - under) * share


def lay(picture: Field, colour: Field, mask: Field, shade: Field | None = None) -> None:
    """Lay a colour into the picture where the mask says, darkened by ``shade``. Touches only that part of it."""
    rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    over = colour if shade is None else colour * shade[part][..., None]
    picture[part] = mixed(picture[part], over, mask[part])


def spot(x: float, y: float, radius: float, power: float = 2.0) -> Field:
    """Return a soft round light: 1 in its middle, falling to a third at ``radius`` points."""
    distance = np.hypot(X - np.float32(x), Y - np.float32(y)) / np.float32(radius)
    return np.exp(-(distance**power)).astype(np.float32)


def drawn(paint: Callable[[ImageDraw.ImageDraw, float], None]) -> Field:
    """Return what ``paint(draw, scale)`` drew, as a mask."""
    image = Image.new("L", (WIDTH, HEIGHT))
    paint(ImageDraw.Draw(image), SCALE)
    return np.asarray(image, np.float32) / 255


def polygon(*points: tuple[float, float]) -> Field:
    """Return a polygon's mask, with edges four times finer than the canvas."""
    xs, ys = zip(*points, strict=True)
    left, top = int(min(xs)) - 1, int(min(ys)) - 1
    size = (int(max(xs)) + 2 - left) * SCALE, (int(max(ys)) + 2 - top) * SCALE
    image = Image.new("L", (size[0] * 4, size[1] * 4))
    ImageDraw.Draw(image).polygon([((x - left) * SCALE * 4, (y - top) * SCALE * 4) for x, y in points], fill=255)
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[top * SCALE : top * SCALE + size[1], left * SCALE : left * SCALE + size[0]] = np.asarray(image.reduce(4)) / 255
    return mask


def blurred(field: Field, points: float) -> Field:
    """Return a mask with its light spread over about ``points``."""
    small = (max(2, int(1280 / points)), max(2, int(720 / points)))
    return stretched(np.asarray(Image.fromarray(field).resize(small, Image.Resampling.HAMMING)))


def relief(height: Field, toward: tuple[float, float], strength: float) -> Field:
    """Return how a surface catches light from ``toward`` (right, down): 1 on the flat, more on slopes facing it."""
    down, right = np.gradient(height)
    return np.asarray(np.clip(1 - strength * (right * toward[0] + down * toward[1]), 0.25, 1.9), np.float32)
