"""Pictures whose true in-between is known: drawn landscapes seen by a moving camera, and cut-outs that move over them.

Nothing is downloaded and nothing is pure noise: hills with texture, houses with windows, trees and clouds have the
edges, the flat parts and the fine detail that a photograph has.
"""

import cmath
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, degrees, radians, sin
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Picture: TypeAlias = npt.NDArray[Any]
_WIDTH, _HEIGHT = 2200, 1400


@dataclass(frozen=True)
class Scene:
    """A named motion: `at(t, width, height)` draws the true RGB uint8 frame at time t, 0..1."""

    name: str
    kind: str  # "camera" or "layers"
    at: Callable[[float, int, int], Picture]


@dataclass(frozen=True)
class Pose:
    """Where the camera looks: centre (pixels of the landscape), width of its view, turn in degrees."""

    x: float
    y: float
    width: float
    turn: float = 0.0

    def towards(self, other: "Pose", t: float) -> "Pose":
        """Give the pose at time t of a steady camera: one that makes the same small move in every frame.

        Steadily turning and zooming about a fixed place of the picture is a logarithmic spiral of the poses.
        """
        here, there = _spiral(self), _spiral(other)
        ratio = there[0] / here[0]
        if abs(ratio - 1) < 1e-9:
            return self._moved(here[0], here[1] + (there[1] - here[1]) * t)
        fixed = (there[1] - ratio * here[1]) / (1 - ratio)
        part = cmath.exp(cmath.log(ratio) * t)
        return self._moved(here[0] * part, fixed + part * (here[1] - fixed))

    @staticmethod
    def _moved(size: complex, at: complex) -> "Pose":
        return Pose(at.real, at.imag, abs(size), degrees(cmath.phase(size)))


def _spiral(pose: Pose) -> tuple[complex, complex]:
    return cmath.rect(pose.width, radians(pose.turn)), complex(pose.x, pose.y)


def clouds(shape: tuple[int, int], seed: int, octaves: int = 6, coarse: float = 220.0) -> Picture:
    """Give fractal noise, float32 with mean 0 and deviation 1."""
    chance = np.random.default_rng(seed)
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        size = max(coarse / 2**octave, 1.0)
        small = (int(shape[1] / size) + 3, int(shape[0] / size) + 3)
        noise = chance.standard_normal((small[1], small[0]), np.float32)
        total += cv2.resize(noise, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC) * np.float32(0.62**octave)
    return np.asarray((total - total.mean()) / total.std())


def landscape(seed: int = 1, width: int = _WIDTH, height: int = _HEIGHT) -> Picture:
    """Draw a landscape, RGB uint8: sky with clouds, three ranges of hills, houses, trees, a meadow."""
    chance = np.random.default_rng(seed)
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky = np.array([92, 150, 214], np.float32) * (1 - y) + np.array([238, 222, 196], np.float32) * y
    cover = np.clip(clouds((height, width), seed + 1) * 0.5 + 0.1, 0, 1)[..., None]
    picture = sky * (1 - cover) + np.float32(246) * cover
    cv2.circle(picture, (int(width * 0.72), int(height * 0.17)), height // 18, (255, 240, 200), -1, cv2.LINE_AA)
    colours = ([118, 134, 156], [86, 118, 96], [92, 128, 62])
    for depth, colour in enumerate(colours):
        _hill(picture, 0.38 + 0.16 * depth, colour, seed + 10 * depth)
    for _ in range(16):
        x, size = int(chance.uniform(0.02, 0.95) * width), chance.uniform(0.05, 0.11) * height
        _house(picture, x, int(height * chance.uniform(0.66, 0.86)), size, chance)
    for _ in range(60):
        x, size = int(chance.uniform(0, 1) * width), chance.uniform(0.03, 0.09) * height
        _tree(picture, x, int(height * chance.uniform(0.62, 0.97)), size, chance)
    grain = clouds((height, width), seed + 7, 4, 9.0)[..., None] * 5
    return np.asarray(np.clip(picture + grain, 0, 255).astype(np.uint8))


def seen(picture: Picture, pose: Pose, width: int, height: int) -> Picture:
    """Give the camera's view of a landscape at a pose, RGB uint8 of the size asked."""
    scale = pose.width / width
    c, s = cos(radians(pose.turn)) * scale, sin(radians(pose.turn)) * scale
    shift_x = pose.x - c * (width - 1) / 2 + s * (height - 1) / 2
    shift_y = pose.y - s * (width - 1) / 2 - c * (height - 1) / 2
    move = np.array([[c, -s, shift_x], [s, c, shift_y]])
    fine = cv2.GaussianBlur(picture, (0, 0), 0.45 * scale) if scale > 1.15 else picture
    how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(fine, move, (width, height), flags=how, borderMode=cv2.BORDER_REFLECT_101)


def _hill(picture: Picture, level: float, colour: list[int], seed: int) -> None:
    height, width = picture.shape[:2]
    ridge = clouds((8, width), seed + 3, 5, 500.0)[0] * height * 0.045 + height * level
    texture = clouds((height, width), seed + 5, 6, 90.0)[..., None]
    light = np.linspace(1.15, 0.75, height, dtype=np.float32)[:, None, None]
    ground = np.array(colour, np.float32) * light * (1 + np.float32(0.16) * texture)
    mask = np.clip(np.arange(height, dtype=np.float32)[:, None] - ridge[None, :], 0, 1)[..., None]
    picture[:] = picture * (1 - mask) + ground * mask


def _house(picture: Picture, x: int, y: int, size: float, chance: np.random.Generator) -> None:
    wide, tall = int(size * chance.uniform(0.9, 1.6)), int(size)
    wall = tuple(float(v) for v in chance.uniform(150, 235, 3))
    roof = (float(chance.uniform(120, 190)), float(chance.uniform(50, 90)), 60.0)
    cv2.rectangle(picture, (x, y - tall), (x + wide, y), wall, -1)
    corners = np.array([[x - 6, y - tall], [x + wide + 6, y - tall], [x + wide // 2, int(y - tall * 1.6)]])
    cv2.fillPoly(picture, [corners.astype(np.int32)], roof, cv2.LINE_AA)
    pane = max(tall // 5, 3)
    for row in range(2):
        for column in range(max(wide // (2 * pane) - 1, 1)):
            left, top = x + pane + column * 2 * pane, y - tall + pane // 2 + row * 2 * pane
            shade = float(chance.uniform(40, 110))
            cv2.rectangle(picture, (left, top), (left + pane, top + pane), (shade, shade, shade + 20), -1)


def _tree(picture: Picture, x: int, y: int, size: float, chance: np.random.Generator) -> None:
    trunk = int(size * 0.12) + 1
    cv2.rectangle(picture, (x - trunk // 2, int(y - size)), (x + trunk // 2, y), (82.0, 60.0, 44.0), -1)
    for _ in range(26):
        where = (int(x + chance.normal(0, size * 0.28)), int(y - size * 1.2 + chance.normal(0, size * 0.3)))
        green = float(chance.uniform(70, 150))
        cv2.circle(picture, where, int(size * chance.uniform(0.1, 0.22)), (green * 0.5, green, 40.0), -1, cv2.LINE_AA)


def _cutout(radius: int, seed: int) -> tuple[Picture, Picture]:
    """Give a striped, textured disc and its mask (float32 0..1)."""
    side = 2 * radius + 8
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) - np.float32(side / 2)
    texture = clouds((side, side), seed, 5, radius / 1.5)
    stripes = np.sign(np.sin(x / (radius / 7) + texture * 0.6))
    base = np.random.default_rng(seed).uniform(60, 200, 3).astype(np.float32)
    colour = base + stripes[..., None] * 28 + texture[..., None] * 22
    mask = np.clip(radius - np.hypot(x, y) + 0.5, 0, 1)
    return np.clip(colour, 0, 255).astype(np.float32), mask.astype(np.float32)


def _pasted(frame: Picture, cutout: tuple[Picture, Picture], x: float, y: float, size: float) -> Picture:
    colour, mask = cutout
    scale = size / colour.shape[0]
    move = np.array([[scale, 0, x - size / 2], [0, scale, y - size / 2]])
    area = (frame.shape[1], frame.shape[0])
    soft = cv2.warpAffine(mask, move, area, flags=cv2.INTER_AREA)[..., None]
    return frame * (1 - soft) + cv2.warpAffine(colour, move, area, flags=cv2.INTER_LINEAR) * soft


def camera_scene(name: str, start: Pose, end: Pose, seed: int) -> Scene:
    """Give a landscape under a moving camera."""
    picture = landscape(seed)

    def at(t: float, width: int, height: int) -> Picture:
        return seen(picture, start.towards(end, t), width, height)

    return Scene(name, "camera", at)


def layer_scene(name: str, seed: int, shift: float) -> Scene:
    """Give three cut-outs that move their own ways over a slowly panning landscape."""
    picture = landscape(seed)
    cutouts = [_cutout(160, seed + i) for i in range(3)]
    start, end = Pose(900, 800, 1300), Pose(960, 790, 1280)
    paths = ((0.22, 0.62, 1.0, -0.3, 0.34), (0.72, 0.32, -0.8, 0.5, 0.26), (0.5, 0.75, 0.5, 0.2, 0.2))

    def at(t: float, width: int, height: int) -> Picture:
        frame = seen(picture, start.towards(end, t), width, height).astype(np.float32)
        for cutout, (x, y, way_x, way_y, size) in zip(cutouts, paths, strict=True):
            to_x, to_y = (x + way_x * shift * t) * width, (y + way_y * shift * t) * height
            frame = _pasted(frame, cutout, to_x, to_y, size * height)
        return np.asarray(np.clip(frame + 0.5, 0, 255).astype(np.uint8))

    return Scene(name, "layers", at)


def scenes(*, quick: bool) -> list[Scene]:
    """Give the benchmark's motions; two of them when it must be quick."""
    few = [
        camera_scene("zoom", Pose(1100, 800, 1400), Pose(1180, 780, 900), 1),
        layer_scene("layers", 4, 0.12),
    ]
    if quick:
        return few
    return [
        *few,
        camera_scene("pan", Pose(800, 800, 1100), Pose(1060, 840, 1100), 2),
        camera_scene("turn", Pose(1100, 800, 1150, -8), Pose(1130, 780, 1050, 10), 3),
        layer_scene("layers, fast", 5, 0.22),
    ]
