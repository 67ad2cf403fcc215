"""The middle canvas: both pictures as a camera half-way between them would show them, and how the light differs there.

Once the camera's move is out, what lies at one place of the canvas is mostly the same thing in both pictures.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.generator.arrays import Array
from engine.generator.camera import Similarity, grid, to_map
from engine.generator.flow import positions, sampled

LONG = 416  # pixels of the canvas
_QUARTER = 4
_FAINT = 1e-3


@dataclass(frozen=True)
class Middle:
    """Both pictures on the canvas (RGB uint8) and where each really has pixels (uint8 0/1)."""

    a: Array
    b: Array
    inside_a: Array
    inside_b: Array


def laid(a: Array, b: Array, camera: Similarity) -> Middle:
    """Lay two RGB uint8 pictures of one size on the canvas half-way of the camera's move."""
    height, width = a.shape[:2]
    scale = LONG / max(width, height)
    size = (round(width * scale), round(height * scale))
    points = grid(*size)
    placed, inside = [], []
    for picture, move in ((a, camera.power(-0.5)), (b, camera.power(0.5))):
        places = to_map(move(points), *size)
        placed.append(sampled(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), places))
        x, y = places[..., 0], places[..., 1]
        inside.append(((x > -0.5) & (y > -0.5) & (x < size[0] - 0.5) & (y < size[1] - 0.5)).astype(np.uint8))
    return Middle(placed[0], placed[1], inside[0], inside[1])


def light_change(middle: Middle, flow: Array, weight: Array, reach: float) -> Array:
    """Give how light and colour change from the start to the end, without detail: RGB float32, a quarter of the canvas.

    `flow` leads from the start to the end picture and `weight` (0..1) says where to believe it; `reach` (of the long
    side) says how far a place speaks for its surroundings. Where nothing speaks, the whole picture does.
    """
    places = positions(flow.shape) + flow
    seen = middle.inside_a * sampled(middle.inside_b, places, cv2.BORDER_CONSTANT) * weight
    change = sampled(middle.b, places).astype(np.float32) - middle.a
    size = (flow.shape[1] // _QUARTER, flow.shape[0] // _QUARTER)
    packed = cv2.resize(np.dstack([change * seen[..., None], seen]), size, interpolation=cv2.INTER_AREA)
    packed = packed.astype(np.float32)
    near = cv2.GaussianBlur(packed, (0, 0), reach * max(size)) + np.float32(_FAINT) * packed.mean(axis=(0, 1))
    return np.asarray(near[..., :3] / np.maximum(near[..., 3:], np.float32(1e-9)))
