"""One light for two pictures: day and night of one place match only after their colours do.

A gain and an offset a channel, fitted robustly (pixels that moved are outliers) on blurred pictures. Only the search
for motion sees the result; the video keeps both pictures' own colours.
"""

import cv2
import numpy as np

from engine.generator.arrays import Array

_BLUR = 2.0
_ROUNDS = 4
_MIN_PIXELS = 500
_GAINS = (0.2, 5.0)
_GOOD = 12.0  # gray values from the line that count as explained
_MIN_EXPLAINED = 0.5
_MIN_SPREAD = 4.0


def recoloured(picture: Array, like: Array, where: Array) -> Array:
    """Give `picture` (RGB uint8) in the light of `like`, fitted at the pixels `where`; itself without a good fit."""
    if int(where.sum()) < _MIN_PIXELS:
        return picture
    lines = []
    for own, other in zip(_blurred(picture), _blurred(like), strict=True):
        line = _fit(own[where], other[where])
        if line is None:
            return picture
        lines.append(line)
    matrix = np.array([[gain if row == column else 0.0 for column in range(3)] for row, (gain, _) in enumerate(lines)])
    return np.asarray(cv2.transform(picture, np.column_stack([matrix, [offset for _, offset in lines]])))


def _fit(x: Array, y: Array) -> tuple[float, float] | None:
    """Give gain and offset that lead from x to y for most of the pixels."""
    weight = np.ones_like(x)
    gain, offset = 1.0, 0.0
    for _ in range(_ROUNDS):
        mean_x, mean_y = np.average(x, weights=weight), np.average(y, weights=weight)
        spread_x = np.average((x - mean_x) ** 2, weights=weight)
        if spread_x < _MIN_SPREAD**2:
            return None
        gain = float(np.average((x - mean_x) * (y - mean_y), weights=weight) / spread_x)
        offset = float(mean_y - gain * mean_x)
        miss = np.abs(gain * x + offset - y)
        weight = 1 / (1 + (miss / _GOOD) ** 2)
    explained = float((np.abs(gain * x + offset - y) < _GOOD).mean())
    flat = abs(gain) * float(x.std()) < _MIN_SPREAD
    return None if explained < _MIN_EXPLAINED or flat or not _GAINS[0] < gain < _GAINS[1] else (gain, offset)


def _blurred(picture: Array) -> list[Array]:
    soft = cv2.GaussianBlur(picture, (0, 0), _BLUR).astype(np.float32)
    return [soft[..., channel] for channel in range(3)]
