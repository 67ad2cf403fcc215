"""The size of the video and the part of each picture that it shows: the documented crop.

Both pictures are scaled until they cover the canvas and cropped around their centre. Sizes are multiples of 16,
which H.264's macroblocks and the generator's map cells both like.
"""

from dataclasses import dataclass
from math import log, sqrt

_WIDE = {"480p": (832, 480), "720p": (1280, 720)}
_RATIOS = {"16:9": 16 / 9, "9:16": 9 / 16, "1:1": 1.0}
_STEP = 16
_NEAR = log(1.045)  # a picture this near to a named ratio gets the named size
_EXTREME = 3.0  # longer strips are cropped: the video would be a ribbon


@dataclass(frozen=True)
class Canvas:
    """The video's size in pixels."""

    width: int
    height: int


def canvas_for(resolution: str, aspect_ratio: str, start_size: tuple[int, int]) -> Canvas:
    """Give the video's size; `auto` follows the start picture's upright (width, height)."""
    ratio = _RATIOS.get(aspect_ratio) or start_size[0] / start_size[1]
    ratio = min(max(ratio, 1 / _EXTREME), _EXTREME)
    width, height = _WIDE[resolution]
    if abs(log(ratio / (16 / 9))) < _NEAR:
        return Canvas(width, height)
    if abs(log(ratio / (9 / 16))) < _NEAR:
        return Canvas(height, width)
    area = width * height
    return Canvas(_stepped(sqrt(area * ratio)), _stepped(sqrt(area / ratio)))


def cover_box(size: tuple[int, int], canvas: Canvas) -> tuple[float, float, float, float]:
    """Give the centred box (left, top, right, bottom) of a picture of `size` that has the canvas's ratio."""
    scale = min(size[0] / canvas.width, size[1] / canvas.height)
    width, height = canvas.width * scale, canvas.height * scale
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return (max(left, 0.0), max(top, 0.0), min(left + width, size[0]), min(top + height, size[1]))


def _stepped(length: float) -> int:
    return max(_STEP, round(length / _STEP) * _STEP)
