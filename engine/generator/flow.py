"""What moves on its own, once the camera's move is taken out: a motion a pixel, chosen among explanations.

One flow method fails on large motion, another on fine detail. Here several explanations compete at every pixel:
nothing moved; what DIS flow says; and, for each further rigid motion found among the matched points, that motion
alone and that motion with DIS's correction. The cost of each is smoothed along the picture's edges (a guided filter)
and the cheapest wins. Pictures are RGB rasters of the middle canvas; flows are pixels of that raster, float32,
shape (height, width, 2): what lies at p in one picture lies at p + flow[p] in the other.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.generator.arrays import ABSENT, Array

_WINDOW = (7, 7)
_RADIUS = 5  # of the guided filter
_EDGE = 0.0016  # its tolerance, of gray values 0..1
_COLOUR_SPAN = 48.0  # Lab difference that counts as wholly different
_COLOUR_SHARE = 0.9
_OUTSIDE_COST = 0.55
_DIS_PRIOR = 0.012
_RIGID_PRIOR = 0.004
_LENGTH_PRIOR = 0.05  # for a motion as long as the picture
_LOST = 6.0  # pixels beside the start, there and back, that are as bad as any
_ASTRAY_COST = 0.3
_MAX_MOTIONS = 5
_MIN_FOR_HOMOGRAPHY = 25
_MIN_FOR_SIMILARITY = 6
_MOVED = 2.0  # pixels beside the camera's move
_TOLERANCE = 2.5
_FLAT = 2e-4  # variance of gray below which there is no texture


@dataclass(frozen=True)
class View:
    """One picture on the middle canvas, prepared once: gray 0..1, its local mean and variance, Lab, DIS's input."""

    gray: Array
    mean: Array
    variance: Array
    lab: Array
    even: Array
    inside: Array  # uint8 0/1: where the picture really has pixels


@dataclass(frozen=True)
class Explanations:
    """Flows (one after the other in the first axis) that compete to explain a view, and their costs a pixel."""

    view: View
    flows: Array
    costs: Array


def view(rgb: Array, inside: Array) -> View:
    """Prepare an RGB uint8 raster."""
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) * np.float32(1 / 255)
    mean = cv2.blur(gray, _WINDOW)
    variance = np.maximum(cv2.blur(gray * gray, _WINDOW) - mean * mean, 0)
    broad = cv2.GaussianBlur(gray, (0, 0), 8)
    spread = np.sqrt(np.maximum(cv2.GaussianBlur((gray - broad) ** 2, (0, 0), 8), 0)) + np.float32(0.04)
    even = np.clip((gray - broad) / spread * 48 + 128, 0, 255).astype(np.uint8)
    return View(gray, mean, variance, cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32), even, inside)


def motions(points_a: Array, points_b: Array) -> list[Array]:
    """Give further rigid motions (3x3, pixels) that matched points agree on, the commonest first."""
    found: list[Array] = []
    moved = np.hypot(*(points_b - points_a).T) > _MOVED if len(points_a) else np.zeros(0, bool)
    a, b = points_a[moved], points_b[moved]
    while len(found) < _MAX_MOTIONS and len(a) >= _MIN_FOR_SIMILARITY:
        motion, inliers = _commonest(a, b)
        if motion is None or inliers.sum() < _MIN_FOR_SIMILARITY:
            break
        found.append(motion)
        if inliers.sum() < _MIN_FOR_HOMOGRAPHY:  # few points bind a turn or a zoom badly: offer the plain shift too
            found.append(_shift(b[inliers] - a[inliers]))
        a, b = a[~inliers], b[~inliers]
    return found


def explanations(a: View, b: View, rigid: list[Array]) -> Explanations:
    """Find the ways in which `b` could show what `a` shows, with their costs."""
    still = np.zeros((*a.gray.shape, 2), np.float32)
    candidates = [(still, 0.0), (_dis(a.even, b.even), _DIS_PRIOR)]
    for motion in rigid:
        alone = _field(motion, positions(a.gray.shape))
        candidates.append((alone, _RIGID_PRIOR))
        candidates.append((_corrected(a, b, motion, alone), _DIS_PRIOR))
    costs = [_smoothed(_cost(a, b, flow) + np.float32(prior), a) for flow, prior in candidates]
    return Explanations(a, np.stack([flow for flow, _ in candidates]), np.stack(costs))


def chosen(found: Explanations, back: Array | None = None) -> Array:
    """Give the flow of the cheapest explanation a pixel; one that `back` does not lead back from costs more."""
    costs = found.costs
    if back is not None:
        own = positions(back.shape)
        costs = costs + np.stack([_smoothed(_astray(flow, back, own), found.view) for flow in found.flows])
    labels = cv2.medianBlur(np.argmin(costs, axis=0).astype(np.uint8), 9)
    flow: Array = np.take_along_axis(found.flows, labels[None, :, :, None].astype(np.int64), axis=0)[0]
    return flow


def _astray(flow: Array, back: Array, own: Array) -> Array:
    apart = flow + sampled(back, own + flow)
    miss = cv2.magnitude(apart[..., 0], apart[..., 1])
    return np.asarray(np.minimum(miss * np.float32(1 / _LOST), 1) * np.float32(_ASTRAY_COST))


def positions(shape: tuple[int, ...]) -> Array:
    """Give every pixel's own position, shape (height, width, 2), float32."""
    height, width = shape[:2]
    return np.dstack(np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)))


def sampled(picture: Array, places: Array, border: int = cv2.BORDER_REPLICATE) -> Array:
    """Give a raster's values at places (bilinear)."""
    return cv2.remap(picture, places, ABSENT, cv2.INTER_LINEAR, borderMode=border)


def likeness(a: View, b: View, places: Array) -> tuple[Array, Array]:
    """Give, a pixel of `a`, how well `b` at `places` shows the same: ZNCC (-1..1) and Lab difference (0..1)."""
    gray = sampled(b.gray, places)
    mean = cv2.blur(gray, _WINDOW)
    variance = np.maximum(cv2.blur(gray * gray, _WINDOW) - mean * mean, 0)
    together = cv2.blur(a.gray * gray, _WINDOW) - a.mean * mean
    zncc = (together + np.float32(_FLAT)) / np.sqrt((a.variance + _FLAT) * (variance + _FLAT))
    apart = cv2.transform(cv2.absdiff(a.lab, sampled(b.lab, places)), np.ones((1, 3), np.float32))
    return zncc.astype(np.float32), np.minimum(apart * np.float32(1 / _COLOUR_SPAN), 1)


def _cost(a: View, b: View, flow: Array) -> Array:
    places = positions(a.gray.shape) + flow
    zncc, apart = likeness(a, b, places)
    cost = (1 - zncc) * np.float32(0.5) + np.float32(_COLOUR_SHARE) * apart
    seen = sampled(b.inside, places, cv2.BORDER_CONSTANT)
    cost = np.where(seen > 0, cost, np.float32(_OUTSIDE_COST))
    length = cv2.magnitude(flow[..., 0], flow[..., 1])
    return cost + length * np.float32(_LENGTH_PRIOR / max(a.gray.shape))


def _smoothed(cost: Array, guide: View) -> Array:
    """Smooth a cost along the edges of the guide (He's guided filter)."""
    size = (2 * _RADIUS + 1, 2 * _RADIUS + 1)
    mean_g, mean_c = cv2.blur(guide.gray, size), cv2.blur(cost, size)
    spread = cv2.blur(guide.gray * guide.gray, size) - mean_g * mean_g
    slope = (cv2.blur(guide.gray * cost, size) - mean_g * mean_c) / (spread + np.float32(_EDGE))
    return cv2.blur(slope, size) * guide.gray + cv2.blur(mean_c - slope * mean_g, size)


def _commonest(a: Array, b: Array) -> tuple[Array | None, Array]:
    # Both functions give None where they find nothing, which their stubs leave out.
    found: tuple[Array | None, Array] = cv2.estimateAffinePartial2D(
        a, b, method=cv2.RANSAC, ransacReprojThreshold=_TOLERANCE
    )
    affine, inliers = found
    if affine is None:
        return None, np.zeros(len(a), bool)
    motion: Array = np.vstack([affine, [0.0, 0.0, 1.0]])
    if inliers.sum() >= _MIN_FOR_HOMOGRAPHY:
        bent: tuple[Array | None, Array] = cv2.findHomography(a, b, cv2.RANSAC, _TOLERANCE)
        if bent[0] is not None and bent[1].sum() > inliers.sum():
            motion, inliers = bent[0], bent[1]
    return motion, inliers.ravel().astype(bool)


def _shift(moves: Array) -> Array:
    x, y = np.median(moves, axis=0)
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def _field(motion: Array, places: Array) -> Array:
    return cv2.perspectiveTransform(places, motion.astype(np.float64)) - places


def _corrected(a: View, b: View, motion: Array, alone: Array) -> Array:
    """Give the rigid motion with what DIS still sees after it."""
    own = positions(a.gray.shape)
    rest = _dis(a.even, sampled(b.even, own + alone))
    return rest + _field(motion, own + rest)


def _dis(a: Array, b: Array) -> Array:
    # A fresh object each call: one that was used with an initial flow keeps stale state (seen in OpenCV 4.14 and 5.0).
    method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    method.setFinestScale(1)
    return method.calc(a, b, ABSENT)
