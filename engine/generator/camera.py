"""The camera's move between the two pictures: one similarity (turn, zoom, shift), found from matched points.

Points are complex numbers. A picture's centre is 0 and its long side has length 1, so that a move found on a small
copy holds for every size. A similarity is z → a·z + b; its powers are a logarithmic spiral in closed form, so half
of a quarter turn is an eighth turn at full size, which an average of pixel positions is not.
"""

import cmath
from dataclasses import dataclass

import cv2
import numpy as np

from engine.generator.arrays import Array

_LONG = 640  # pixels: the size at which points are sought
_POINTS = 2500
_RATIO = 0.82
_TOLERANCE = 0.02  # of the long side
_MIN_INLIERS = 12
_MIN_SHARE = 0.2
_MAX_ZOOM = 4.0
_STILL = 1e-9


@dataclass(frozen=True)
class Similarity:
    """The map z → a·z + b."""

    a: complex = 1 + 0j
    b: complex = 0j

    def __call__(self, points: Array) -> Array:
        """Map complex points (complex64 stays complex64)."""
        return np.complex64(self.a) * points + np.complex64(self.b)

    def power(self, t: float) -> "Similarity":
        """Give the map that, done 1/t times, is this one."""
        turn = cmath.log(self.a)
        if abs(turn) < _STILL:
            return Similarity(cmath.exp(turn * t), self.b * t)
        part = cmath.exp(turn * t)
        return Similarity(part, self.b * (1 - part) / (1 - self.a))


@dataclass(frozen=True)
class Matches:
    """Places that look alike: `a[i]` in the first picture is `b[i]` in the second (complex64 points)."""

    a: Array
    b: Array


def grid(width: int, height: int) -> Array:
    """Give the points of the pixel centres of a frame-filling raster, shape (height, width), complex64."""
    long = max(width, height)
    x = ((np.arange(width) + 0.5) - width / 2) / long
    y = ((np.arange(height) + 0.5) - height / 2) / long
    return (x[None, :] + 1j * y[:, None]).astype(np.complex64)


def to_map(points: Array, width: int, height: int) -> Array:
    """Give points as OpenCV wants them: pixel positions in a raster, shape (..., 2), float32."""
    long = max(width, height)
    shift = np.array([width / 2 - 0.5, height / 2 - 0.5], np.float32)
    pairs = np.ascontiguousarray(points, dtype=np.complex64).view(np.float32).reshape(*points.shape, 2)
    return pairs * np.float32(long) + shift


def find_matches(a: Array, b: Array) -> Matches:
    """Match points of interest of two gray uint8 pictures: mutual nearest neighbours with a clear lead."""
    points_a, marks_a = _points(a)
    points_b, marks_b = _points(b)
    if min(len(points_a), len(points_b)) < 2:
        return Matches(points_a[:0], points_b[:0])
    likeness = marks_a @ marks_b.T
    best = likeness.argmax(axis=1)
    mutual = likeness.argmax(axis=0)[best] == np.arange(len(best))
    top = np.partition(likeness, -2, axis=1)[:, -2:]
    distance = np.sqrt(np.maximum(2 - 2 * top, 1e-9))  # unit vectors
    keep = mutual & (distance[:, 1] < _RATIO * distance[:, 0])
    return Matches(points_a[keep], points_b[best[keep]])


def find_camera(matches: Matches) -> Similarity | None:
    """Give the camera's move, or None when too few matches agree on one."""
    if len(matches.a) < _MIN_INLIERS:
        return None
    pixels_a, pixels_b = to_map(matches.a, _LONG, _LONG), to_map(matches.b, _LONG, _LONG)
    # None where nothing is found, which the stub leaves out.
    found: tuple[Array | None, Array] = cv2.estimateAffinePartial2D(
        pixels_a, pixels_b, method=cv2.RANSAC, ransacReprojThreshold=_TOLERANCE * _LONG, maxIters=4000
    )
    affine, inliers = found
    count = int(inliers.sum()) if affine is not None else 0
    if count < max(_MIN_INLIERS, _MIN_SHARE * len(matches.a)):
        return None
    return _fitted(matches, inliers.ravel().astype(bool))


def _fitted(matches: Matches, inliers: Array) -> Similarity | None:
    """Fit z → a·z + b to the inliers by least squares."""
    za, zb = matches.a[inliers].astype(complex), matches.b[inliers].astype(complex)
    mean_a, mean_b = za.mean(), zb.mean()
    spread = float((abs(za - mean_a) ** 2).sum())
    if spread < _STILL:
        return None
    a = complex((np.conj(za - mean_a) * (zb - mean_b)).sum() / spread)
    if not 1 / _MAX_ZOOM < abs(a) < _MAX_ZOOM:
        return None
    return Similarity(a, complex(mean_b - a * mean_a))


def _points(gray: Array) -> tuple[Array, Array]:
    """Give points of interest and their unit RootSIFT descriptors."""
    height, width = gray.shape
    scale = _LONG / max(width, height)
    size = (round(width * scale), round(height * scale))
    small = gray if scale == 1 else cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    sift = cv2.SIFT.create(nfeatures=_POINTS, contrastThreshold=0.02)
    found, marks = sift.detectAndCompute(small, None)
    if not found:
        return np.empty(0, np.complex64), np.empty((0, 128), np.float32)
    pixels = np.array([point.pt for point in found], np.float32)
    places = (pixels[:, 0] + 0.5 - size[0] / 2 + 1j * (pixels[:, 1] + 0.5 - size[1] / 2)) / _LONG
    rooted = np.sqrt(marks / np.maximum(marks.sum(axis=1, keepdims=True), 1e-6))
    return places.astype(np.complex64), rooted
