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
_LEAST = 0.01
_BORDER, _REPEAT = cv2.BORDER_REFLECT_101, cv2.BORDER_REPLICATE
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


class Painter:
    """Draws the frames between two pictures, given the change of light between them (RGB float32 on the canvas)."""

    def __init__(self, a: Nv12, b: Nv12, light: Array) -> None:
        self._a, self._b = a, b
        self._light = (cv2.transform(light, _LUMA[:, :3]), cv2.transform(light, _CHROMA[:, :3]))

    def frame(self, mixture: Mixture) -> Nv12:
        """Draw the frame that a mixture describes."""
        height, width = self._a.luma.shape
        share = mixture.weight_b
        map_a, map_b = (to_map(places, width, height) for places in (mixture.places_a, mixture.places_b))
        luma = _drawn(self._a.luma, self._b.luma, (map_a, map_b), share)
        halves = [places * np.float32(0.5) - np.float32(0.25) for places in (map_a, map_b)]
        chroma = _drawn(self._a.chroma, self._b.chroma, (halves[0], halves[1]), share)
        if float(np.abs(mixture.ahead).max()) < _LEAST:
            return Nv12(luma, chroma)
        return Nv12(_relit(luma, self._light[0], mixture), _relit(chroma, self._light[1], mixture))


def _relit(drawn: Array, light: Array, mixture: Mixture) -> Array:
    """Correct the light of a plane where it passes on otherwise than detail does."""
    rows, columns = light.shape[:2]
    here = cv2.remap(light, to_map(mixture.middle, columns, rows), ABSENT, cv2.INTER_LINEAR, borderMode=_REPEAT)
    change = here * (mixture.ahead if light.ndim == 2 else mixture.ahead[..., None])
    grown = _grown(change, (drawn.shape[1], drawn.shape[0]))
    return cv2.add(drawn, np.rint(grown).astype(np.int16), dtype=cv2.CV_8U)


def _drawn(a: Array, b: Array, maps: tuple[Array, Array], share: Array) -> Array:
    size = (a.shape[1], a.shape[0])
    how = cv2.INTER_CUBIC if a.ndim == 2 else cv2.INTER_LINEAR  # luma is sharp, colour is not
    from_a, from_b = (
        cv2.remap(plane, _grown(places, size), ABSENT, how, borderMode=_BORDER)
        for plane, places in zip((a, b), maps, strict=True)
    )
    weight = _grown(share, size)
    return cv2.blendLinear(from_a, from_b, 1 - weight, weight)


def _grown(coarse: Array, size: tuple[int, int]) -> Array:
    """Enlarge a raster of cells with a margin of one to `size`, without its margin."""
    rows, columns = coarse.shape[:2]
    step_x, step_y = size[0] // (columns - 2), size[1] // (rows - 2)
    grown = cv2.resize(coarse, (columns * step_x, rows * step_y), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(grown[step_y:-step_y, step_x:-step_x])
