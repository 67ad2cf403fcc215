"""One light for two pictures: day and night of one place match only after their colours do.

A gain and an offset a channel, fitted robustly (pixels that moved are outliers) on blurred pictures. Where no such line
explains the change (a sunset colours the sky otherwise than the hills), slow changes of colour over the picture are
taken out of both. Only the search for motion sees the result; the video keeps both pictures' own colours.
"""

import cv2
import numpy as np

from engine.generator.arrays import Array

_BLUR = 2.0
_BROAD = 22.0
_ROUNDS = 4
_GAINS = (0.2, 5.0)
_GOOD = 12.0  # gray values from the line that count as explained
_ENOUGH = 0.6  # share of pixels that a light must explain
_MIN_SPREAD = 4.0
_MIDDLE = 128.0


def evened(a: Array, b: Array, where: Array) -> tuple[Array, Array]:
    """Give two aligned RGB uint8 pictures in one light, judged at the pixels `where`."""
    if not where.any():
        return a, b
    soft_a, soft_b = (cv2.GaussianBlur(picture, (0, 0), _BLUR).astype(np.float32)[where] for picture in (a, b))
    if _explained(soft_b, soft_a) > _ENOUGH:
        return a, b
    fits = [_fit(soft_b[:, channel], soft_a[:, channel]) for channel in range(3)]
    gains, offsets = np.array(fits, np.float32).T
    if _explained(soft_b * gains + offsets, soft_a) > _ENOUGH and _GAINS[0] < gains.min() <= gains.max() < _GAINS[1]:
        return a, np.asarray(cv2.transform(b, np.column_stack([np.diag(gains), offsets])))
    return _without_slow_changes(a), _without_slow_changes(b)


def _explained(made: Array, wanted: Array) -> float:
    return float((np.abs(made - wanted).max(axis=1) < _GOOD).mean())


def _fit(x: Array, y: Array) -> tuple[float, float]:
    """Give gain and offset that lead from x to y for most of the pixels; a gain of 0 when x says nothing."""
    weight = np.ones_like(x)
    gain, offset = 0.0, 0.0
    for _ in range(_ROUNDS):
        mean_x, mean_y = float(np.average(x, weights=weight)), float(np.average(y, weights=weight))
        spread = float(np.average((x - mean_x) ** 2, weights=weight))
        if spread < _MIN_SPREAD**2:
            return 0.0, 0.0
        gain = float(np.average((x - mean_x) * (y - mean_y), weights=weight)) / spread
        offset = mean_y - gain * mean_x
        weight = 1 / (1 + ((gain * x + offset - y) / np.float32(_GOOD)) ** 2)
    return gain, offset


def _without_slow_changes(picture: Array) -> Array:
    rest = picture.astype(np.float32) - cv2.GaussianBlur(picture, (0, 0), _BROAD) + np.float32(_MIDDLE)
    return np.asarray(np.clip(rest, 0, 255).astype(np.uint8))
