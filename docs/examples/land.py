"""What stands still: the headland with its cliff and meadow, the path, the house, the lighthouse and their lamps."""

from functools import cache

import numpy as np
from paint import (
    HEIGHT,
    SCALE,
    WIDTH,
    Field,
    X,
    Y,
    below,
    blurred,
    drawn,
    lay,
    line,
    mixed,
    noise,
    polygon,
    relief,
    rgb,
    smooth,
    spot,
)
from PIL import Image, ImageDraw

TOWER, FOOT, LAMP = 884.0, 344.0, 136.0
_TOP = (
    (540, 470),
    (566, 446),
    (590, 424),
    (640, 388),
    (720, 362),
    (800, 348),
    (884, 340),
    (960, 338),
    (1080, 322),
    (1280, 296),
)
_EDGE = (
    (540, 470),
    (590, 432),
    (640, 402),
    (720, 386),
    (790, 398),
    (850, 432),
    (900, 480),
    (960, 540),
    (1010, 610),
    (1050, 720),
)
_SHORE = ((530, 466), (560, 472), (620, 492), (700, 506), (780, 538), (840, 580), (890, 630), (930, 720))
_FRONT = ((0, 668), (150, 648), (330, 652), (520, 684), (700, 700), (840, 668), (960, 612), (1100, 588), (1280, 560))


@cache
def earth() -> tuple[Field, Field]:
    """Return all that stands still in its own colours, as under white light, and its mask."""
    picture, mask = _ground()
    picture = _with_path(picture)
    for colour, shade, where in (*_house(), *_tower()):
        lay(picture, rgb(*colour), where, shade)
        mask = np.maximum(mask, where)
    return picture, mask


def _ground() -> tuple[Field, Field]:
    """Return the land without what was built on it, and its mask."""
    top, edge = line(_TOP, 5, 2.2, 70), line(_EDGE, 6, 5, 46)
    shore, front = line(_SHORE, 8, 4, 30), line(_FRONT, 9, 3, 120)
    shore = np.where(X[0] < 930, shore, 2000).astype(np.float32)
    rock = below(top) * (1 - below(shore, 1.5)) * (X[0] > 536)
    meadow_mask = np.maximum(below(top) * (1 - below(edge, 2)) * (X[0] > 540), below(top) * (X[0] > 1050))
    front_mask = below(front)
    colours = mixed(_rock(), _meadow(), np.clip(meadow_mask + front_mask, 0, 1))
    colours = colours * (1 - 0.45 * _shade_under(front))[..., None]
    return colours, np.clip(rock + meadow_mask + front_mask, 0, 1)


def _shade_under(front: Field) -> Field:
    """Return the dark hem just behind the nearest slope, which sets it off from what lies behind."""
    return np.clip(1 - (front - Y) / 26, 0, 1) * (front > Y)


def _rock() -> Field:
    cracks = 1 - np.abs(noise(14, (30, 84), 6, 0.62))
    layers = np.sin((Y + 0.18 * X + 9 * noise(15, (120, 60), 4)) / 5.2).astype(np.float32)
    height = 9 * cracks + 1.1 * layers + 2.4 * noise(16, (13, 10), 4, 0.7)
    light = relief(height, (0.9, 0.35), 0.42)
    tint = smooth(noise(17, (150, 70), 4), -1, 1.4)
    stone = mixed(rgb(126, 104, 96), rgb(186, 150, 120), tint)
    wet = smooth(Y - line(_SHORE), -26, 2) * (X < 930)
    buttress = 0.92 + 0.26 * np.sin(X / 23 + Y / 90 + noise(18, (160, 120), 3)).astype(np.float32)
    light = light * (0.86 + 0.14 * layers) * (1 - 0.5 * wet) * buttress * (1.12 - 0.4 * smooth(X + 0.4 * Y, 760, 1180))
    return np.asarray(stone * light[..., None])


def _meadow() -> Field:
    """Return grass: tens of thousands of blades, short in the distance and long in front, with flowers."""
    patch = smooth(noise(30, (170, 46), 5), -1.3, 1.5)
    base = (
        mixed(rgb(74, 88, 52), rgb(146, 134, 72), patch)
        * relief(7 * noise(31, (110, 44), 4), (0.8, 0.5), 0.5)[..., None]
    )
    image = Image.fromarray((np.clip(base, 0, 1) * 255).astype(np.uint8))
    draw, random = ImageDraw.Draw(image), np.random.default_rng(32)
    xs, ys = random.random(52_000) * 1280, 300 + 425 * random.random(52_000) ** 0.8
    order = np.argsort(ys)
    lean, tone, kind = random.normal(0.16, 0.22, xs.size), random.normal(0, 1, xs.size), random.random(xs.size)
    for i in order:
        x, y = float(xs[i]), float(ys[i])
        size = 1.8 + 15 * max(0.0, (y - 330) / 390) ** 1.5
        under = base[min(HEIGHT - 1, int(y * SCALE)), min(WIDTH - 1, int(x * SCALE))]
        colour = tuple(int(v) for v in np.clip(under * (1 + 0.24 * tone[i]) * 255, 12, 235))
        end = (x + lean[i] * size, y - size * (0.7 + 0.3 * kind[i]))
        draw.line((x * SCALE, y * SCALE, end[0] * SCALE, end[1] * SCALE), fill=colour, width=max(1, round(size / 6)))
        if kind[i] > 0.972 and patch[min(HEIGHT - 1, int(y * SCALE)), min(WIDTH - 1, int(x * SCALE))] < 0.62:
            _flower(draw, end, size, int(i))
    return np.asarray(image, np.float32) / 255


def _flower(draw: ImageDraw.ImageDraw, place: tuple[float, float], size: float, pick: int) -> None:
    colour = ((244, 226, 214), (236, 150, 172), (246, 206, 98), (200, 160, 226))[pick % 4]
    radius = (0.5 + size / 9) * SCALE * 0.8
    x, y = place[0] * SCALE, place[1] * SCALE
    draw.ellipse((x - radius, y - radius * 0.8, x + radius, y + radius * 0.8), fill=colour)


def _with_path(picture: Field) -> Field:
    """Wind the path from the front up to the tower, with the posts of a fence beside it."""
    spine = [
        (1150, 726),
        (1128, 660),
        (1064, 590),
        (1032, 530),
        (1050, 470),
        (1018, 420),
        (950, 384),
        (900, 356),
        (886, 344),
    ]
    widths = [62, 48, 34, 25, 18, 13, 9, 6, 4]
    steps = np.linspace(0, len(spine) - 1, 140)
    xs = np.interp(steps, range(len(spine)), [p[0] for p in spine])
    ys = np.interp(steps, range(len(spine)), [p[1] for p in spine])
    xs = np.convolve(np.pad(xs, 8, mode="edge"), np.ones(17) / 17, "valid")
    wide = np.interp(steps, range(len(spine)), widths)

    def paint(draw: ImageDraw.ImageDraw, scale: float) -> None:
        for x, y, w in zip(xs, ys, wide, strict=True):
            draw.ellipse([v * scale for v in (x - w, y - w * 0.3, x + w, y + w * 0.3)], fill=255)

    gravel = rgb(206, 178, 138) * (1 + 0.10 * noise(51, (9, 4), 4, 0.75))[..., None]
    worn = drawn(paint)
    edge = np.clip(blurred(worn, 3) * 1.5 - 0.25 + 0.22 * noise(52, (16, 7), 4), 0, 1) * (worn > 0)
    picture = mixed(picture, gravel, edge * np.float32(0.9))
    return mixed(
        mixed(picture, rgb(70, 56, 48), _posts(xs, ys, wide)), rgb(232, 206, 172), _posts(xs, ys, wide, bright=True)
    )


def _posts(xs: Field, ys: Field, wide: Field, *, bright: bool = False) -> Field:
    def paint(draw: ImageDraw.ImageDraw, scale: float) -> None:
        tops = []
        for k in range(6, 132, 9):
            x, y, w = xs[k] - wide[k] * 1.35 - 3, ys[k], wide[k]
            tall, thick = 5 + w * 0.95, 0.7 + w * 0.05
            right = x - thick * 0.2 if bright else x + thick
            draw.rectangle([v * scale for v in (x - thick, y - tall, right, y)], fill=255)
            tops.append((x * scale, (y - tall * 0.72) * scale))
        if not bright:
            draw.line(tops, fill=200, width=max(1, round(0.8 * scale)))

    return drawn(paint)


def _box(left: float, top: float, right: float, bottom: float) -> Field:
    return polygon((left, top), (right, top), (right, bottom), (left, bottom))


Layer = tuple[tuple[float, float, float], Field, Field]
"""A colour, how light falls on it, and its mask."""


def _house() -> list[Layer]:
    """Return the house, from back to front."""
    wall = 1 + 0.035 * noise(61, (10, 6), 4, 0.7)
    tiles = 1 + 0.06 * np.sign(np.sin(Y * 2.1)) + 0.10 * noise(62, (5, 3), 3)
    return [
        ((195, 185, 171), wall, _box(926, 306, 1004, 344)),
        ((243, 231, 212), wall, polygon((906, 344), (906, 308), (926, 284), (946, 308), (946, 344))),
        ((141, 70, 55), tiles, polygon((926, 280), (996, 280), (1010, 309), (947, 309))),
        ((93, 46, 36), tiles, polygon((926, 280), (901, 312), (905, 313), (926, 287), (947, 311), (950, 309))),
        ((119, 76, 60), wall, _box(968, 266, 979, 284)),
    ]


def _tower() -> list[Layer]:
    """Return the lighthouse, from back to front."""

    def half(y: float) -> float:
        return 15.5 + 10.5 * (y - 164) / (FOOT - 164)

    def ring(top: float, bottom: float, extra: float = 0.0) -> Field:
        a, b = half(top) + extra, half(bottom) + extra
        return polygon((TOWER - a, top), (TOWER + a, top), (TOWER + b, bottom), (TOWER - b, bottom))

    across = np.clip((X - np.float32(TOWER)) / 24, -1.1, 1.1)
    curve = 1.06 - 0.36 * smooth(across, -0.35, 1.1) - 0.10 * smooth(-across, 0.55, 1.1)
    stained = curve * (1 + 0.05 * noise(63, (5, 60), 5) + 0.025 * noise(64, (6, 6), 3))
    white, red, iron, stone = (246, 238, 226), (188, 62, 50), (58, 52, 58), (176, 160, 146)
    body = [(white, stained, ring(164, FOOT)), *((red, stained, ring(top, top + 30)) for top in (184, 242, 300))]
    plinth = (stone, stained, ring(332, FOOT + 3, 4))
    windows = [(iron, curve, _box(TOWER - 5, y, TOWER + 1, y + 10)) for y in (222, 282)]
    bars = [(iron, curve, _box(TOWER + x - 0.7, 124, TOWER + x + 0.7, 152)) for x in (-11, -4, 4, 11)]
    rail = [(iron, curve, _box(TOWER - 23 + 4.2 * k - 0.5, 151, TOWER - 23 + 4.2 * k + 0.5, 162)) for k in range(12)]
    dome = ((TOWER - 16, 125), (TOWER - 10, 114), (TOWER, 108), (TOWER + 10, 114), (TOWER + 16, 125))
    head = [
        (iron, curve, polygon((TOWER - 24, 161), (TOWER + 24, 161), (TOWER + 17, 170), (TOWER - 17, 170))),
        (iron, curve, _box(TOWER - 24, 150, TOWER + 24, 151.4)),
        ((240, 216, 172), np.ones_like(curve), _box(TOWER - 12, 124, TOWER + 12, 161)),
        ((169, 56, 45), stained, polygon(*dome)),
        (iron, curve, _box(TOWER - 1, 96, TOWER + 1, 109)),
    ]
    return [*body, plinth, *windows, *head, *bars, *rail]


def lights(night: float) -> Field:
    """Return what shines of itself: the lantern, its beams, the windows."""
    panes = _box(915, 316, 923, 328) + _box(929, 316, 937, 328)
    panes = panes + _box(958, 318, 967, 330) + _box(980, 318, 989, 330) + 0.8 * _box(TOWER - 4, 223, TOWER, 231)
    warm = (panes * 0.9 + blurred(panes, 12) * 0.9 + blurred(panes, 40) * 0.7)[..., None] * rgb(255, 176, 84)
    lamp = spot(TOWER, LAMP, 9) * 1.3 + spot(TOWER, LAMP, 30, 1.1) * 0.8 + spot(TOWER, LAMP, 120, 1.0) * 0.28
    beams = sum(_beam(angle, reach) for angle, reach in ((187.0, 620.0), (4.0, 420.0)))
    return warm * np.float32(0.35 + 0.5 * night) + ((lamp * (0.5 + 0.5 * night)) + beams * (0.05 + 0.34 * night))[
        ..., None
    ] * rgb(255, 226, 164)


def _beam(angle: float, reach: float) -> Field:
    """Return a cone of light from the lantern, ``angle`` in degrees, clockwise from the right."""
    turn = np.deg2rad(angle)
    dx, dy = X - np.float32(TOWER), Y - np.float32(LAMP)
    along = dx * np.cos(turn) + dy * np.sin(turn)
    across = -dx * np.sin(turn) + dy * np.cos(turn)
    width = 3 + np.clip(along, 0, None) * 0.085
    cone: Field = np.exp(-((across / width) ** 2)) * np.exp(-along / reach) * smooth(along, 0, 14)
    return cone
