"""Pixels of the video: NV12 (a full luma plane, a half-size plane of colour pairs), in which they go to the encoder.

Working in the encoder's own layout halves the samples to move against RGB and spares a conversion a frame.
BT.709, limited range.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.generator.arrays import ABSENT, Array
from engine.generator.camera import to_map
from engine.generator.field import Mixture

CELL = 4  # pixels a cell of the coarse maps
_LUMA = np.array([[0.2126, 0.7152, 0.0722, 0.0]]) * (219 / 255) + np.array([[0, 0, 0, 16.0]])
_BLUE = np.array([-0.2126, -0.7152, 1 - 0.0722]) / 1.8556
_RED = np.array([1 - 0.2126, -0.7152, -0.0722]) / 1.5748
_CHROMA = np.array([[*row * (224 / 255), 128.0] for row in (_BLUE, _RED)])


@dataclass(frozen=True)
class Nv12:
    """One picture: `luma` uint8 (height, width), `chroma` uint8 (height/2, width/2, 2)."""

    luma: Array
    chroma: Array

    def packed(self) -> Array:
        """Give the planes as the encoder takes them, shape (height * 3/2, width)."""
        height, width = self.luma.shape
        return np.concatenate([self.luma, self.chroma.reshape(height // 2, width)])


def from_rgb(rgb: Array) -> Nv12:
    """Convert an RGB uint8 picture of even size."""
    height, width = rgb.shape[:2]
    half = cv2.resize(rgb, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return Nv12(cv2.transform(rgb, _LUMA), cv2.transform(half, _CHROMA))


def blended(a: Nv12, b: Nv12, mixture: Mixture) -> Nv12:
    """Draw the frame that a mixture describes."""
    height, width = a.luma.shape
    luma_size, chroma_size = (width, height), (width // 2, height // 2)
    share = mixture.weight_b
    map_a, map_b = (to_map(places, width, height) for places in (mixture.places_a, mixture.places_b))
    luma = _drawn(a.luma, b.luma, _grown(map_a, luma_size), _grown(map_b, luma_size), _grown(share, luma_size))
    half_a, half_b = (places * np.float32(0.5) - np.float32(0.25) for places in (map_a, map_b))
    weight = _grown(share, chroma_size)
    chroma = _drawn(a.chroma, b.chroma, _grown(half_a, chroma_size), _grown(half_b, chroma_size), weight)
    return Nv12(luma, chroma)


def _drawn(a: Array, b: Array, map_a: Array, map_b: Array, share: Array) -> Array:
    how = cv2.INTER_CUBIC if a.ndim == 2 else cv2.INTER_LINEAR
    from_a = cv2.remap(a, map_a, ABSENT, how, borderMode=cv2.BORDER_REFLECT_101)
    from_b = cv2.remap(b, map_b, ABSENT, how, borderMode=cv2.BORDER_REFLECT_101)
    return cv2.blendLinear(from_a, from_b, 1 - share, share)


def _grown(coarse: Array, size: tuple[int, int]) -> Array:
    """Enlarge a raster of cells with a margin of one to `size`, without its margin."""
    rows, columns = coarse.shape[:2]
    step_x, step_y = size[0] // (columns - 2), size[1] // (rows - 2)
    grown = cv2.resize(coarse, (columns * step_x, rows * step_y), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(grown[step_y:-step_y, step_x:-step_x])
