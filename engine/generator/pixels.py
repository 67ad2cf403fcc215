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
_LOW = 0.03  # of the long side: what is finer is detail
_LEAST = 0.01
_BORDER = cv2.BORDER_REFLECT_101
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
    """Draws the frames between two pictures; keeps their light and colour without detail, which is small."""

    def __init__(self, a: Nv12, b: Nv12) -> None:
        self._a, self._b = a, b
        self._low_luma = _low(a.luma, 4), _low(b.luma, 4)
        self._low_chroma = _low(a.chroma, 2), _low(b.chroma, 2)

    def frame(self, mixture: Mixture) -> Nv12:
        """Draw the frame that a mixture describes."""
        height, width = self._a.luma.shape
        share = mixture.weight_b
        map_a, map_b = (to_map(places, width, height) for places in (mixture.places_a, mixture.places_b))
        luma = _drawn(self._a.luma, self._b.luma, (map_a, map_b), share)
        halves = [places * np.float32(0.5) - np.float32(0.25) for places in (map_a, map_b)]
        chroma = _drawn(self._a.chroma, self._b.chroma, (halves[0], halves[1]), share)
        ahead = mixture.soft_b - share
        if float(np.abs(ahead).max()) >= _LEAST:
            luma = self._relit(luma, self._low_luma, mixture, ahead)
            chroma = self._relit(chroma, self._low_chroma, mixture, ahead[..., None])
        return Nv12(luma, chroma)

    @staticmethod
    def _relit(drawn: Array, low: tuple[Array, Array], mixture: Mixture, ahead: Array) -> Array:
        """Correct the light of a plane where it turns at another time than its detail does."""
        rows, columns = low[0].shape[:2]
        from_a, from_b = (
            cv2.remap(plane, to_map(places, columns, rows), ABSENT, cv2.INTER_LINEAR, borderMode=_BORDER)
            for plane, places in zip(low, (mixture.places_a, mixture.places_b), strict=True)
        )
        change = _grown((from_b - from_a) * ahead, (drawn.shape[1], drawn.shape[0]))
        return cv2.add(drawn, np.rint(change).astype(np.int16), dtype=cv2.CV_8U)


def _low(plane: Array, step: int) -> Array:
    """Give a plane without its detail, float32, at a quarter of the luma's size."""
    height, width = plane.shape[:2]
    small = cv2.resize(plane, (width // step, height // step), interpolation=cv2.INTER_AREA).astype(np.float32)
    return cv2.GaussianBlur(small, (0, 0), _LOW * max(small.shape))


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
