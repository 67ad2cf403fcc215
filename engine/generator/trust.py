"""How far a flow can be believed, and what to do where it cannot.

A pixel is trusted when going there and back ends where it began and both ends look alike. Where nothing matches (a
place that only one picture shows) the flow follows the background, chosen whole a pixel: an average of two motions
belongs to nothing and leaves debris.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.generator.arrays import Array
from engine.generator.flow import View, likeness, positions, sampled

_LOOSE = 1.6  # pixels of disagreement that halve the trust
_TEXTURED = 4e-4
_COLOUR_SPAN = 0.35
_CALM = 8e-4
_SURE, _DOUBT = 0.6, 0.5
_SPECK = 120  # pixels
_EDGE = 1  # pixels
_WEAK = 0.25
_NEAR = 2.0  # pixels


@dataclass(frozen=True)
class Field:
    """A flow (pixels of the canvas) and, a pixel, what is known of it.

    `trust` (0..1) says how far it is believed. `front` says how far (pixels) it leaves the background's flow: what does
    is taken to lie in front, for between the two pictures it may cover a place that both of them show. `calm` (0..1)
    says that both ends are flat, so that an even mix shows no ghost whatever their colours.
    """

    flow: Array
    trust: Array
    front: Array
    calm: Array


def trusted(a: View, b: View, there: Array, back: Array) -> tuple[Array, Array]:
    """Give the trust (0..1) in flow `there` from `a` to `b`, checked by flow `back`: the generous and the strict one.

    The generous one lets a like colour stand for a like pattern, because a window over the edge of a moving thing holds
    two motions; it draws. The strict one decides whether the pictures have anything to do with each other.
    """
    places = positions(a.gray.shape) + there
    apart = there + sampled(back, places)
    miss = cv2.magnitude(apart[..., 0], apart[..., 1])
    returns = 1 / (1 + (miss * np.float32(1 / _LOOSE)) ** 4)
    zncc, colour = likeness(a, b, places)
    alike = np.clip(1 - colour / np.float32(_COLOUR_SPAN), 0, 1)
    flat = (a.variance < _TEXTURED) & (sampled(b.variance, places) < _TEXTURED)
    strict = np.where(flat, alike, np.clip(zncc, 0, 1))
    seen = sampled(b.inside, places, cv2.BORDER_CONSTANT) * a.inside * returns
    return np.maximum(strict, alike) * seen, strict * seen


def score(a: View, trust: Array) -> float:
    """Give the mean trust over textured pixels: drawn pairs scored 0.5 and more when related, at most 0.15 when not."""
    textured = (a.variance > _TEXTURED) & (a.inside > 0)
    return float(trust[textured].mean()) if textured.any() else float(trust.mean())


def completed(a: View, b: View, flow: Array, trust: Array, background: Array) -> Field:
    """Replace the flow from `a` to `b` by the background's where it is not trusted."""
    weak = cv2.blur((trust < _WEAK).astype(np.float32), (5, 5)) > 0.5
    filled = np.where(weak[..., None], background, flow).astype(np.float32)
    filled = _edged(_without_specks(filled, background), trust, background)
    apart = filled - background
    rest = np.maximum(a.variance, sampled(b.variance, positions(flow.shape) + filled))
    calm = cv2.blur((rest < _CALM).astype(np.float32), (5, 5))
    return Field(filled, trust, cv2.magnitude(apart[..., 0], apart[..., 1]), calm)


def background_of(flow: Array, trust: Array, rigid: list[Array]) -> tuple[Array, Array]:
    """Give the background's flow both ways: of standing still and the rigid motions, the one most pixels follow."""
    places = positions(flow.shape)
    best, most = np.eye(3), -1.0
    for motion in [np.eye(3), *rigid]:
        apart = cv2.perspectiveTransform(places, motion.astype(np.float64)) - places - flow
        near = cv2.magnitude(apart[..., 0], apart[..., 1]) < _NEAR
        followed = float((trust * near).sum())
        if followed > most:
            best, most = motion.astype(np.float64), followed
    back = np.linalg.inv(best)
    return cv2.perspectiveTransform(places, best) - places, cv2.perspectiveTransform(places, back) - places


def _without_specks(flow: Array, background: Array) -> Array:
    """Give back to the background what moves in front but is too small to be a thing: leaves that look like others."""
    apart = flow - background
    moving = (cv2.magnitude(apart[..., 0], apart[..., 1]) > _NEAR).astype(np.uint8)
    _, labels, facts, _ = cv2.connectedComponentsWithStats(moving)
    specks = facts[:, cv2.CC_STAT_AREA] < _SPECK
    return np.where(specks[labels][..., None], background, flow)


def _edged(flow: Array, trust: Array, background: Array) -> Array:
    """Give what moves in front its own edge: distrusted pixels beside it go with it, lest its outline stay behind."""
    apart = flow - background
    front = cv2.magnitude(apart[..., 0], apart[..., 1]) * (trust > _SURE)
    best, nearest = np.where(trust > _DOUBT, np.float32(np.inf), np.maximum(front, _NEAR)), flow
    for x in range(-_EDGE, _EDGE + 1):
        for y in range(-_EDGE, _EDGE + 1):
            moved = np.roll(front, (y, x), axis=(0, 1))
            better = moved > best
            best = np.where(better, moved, best)
            nearest = np.where(better[..., None], np.roll(flow, (y, x), axis=(0, 1)), nearest)
    return nearest
