"""Everything about a pair of pictures that is known before the first frame is drawn.

The camera's move is found first; both pictures are then laid on a small canvas half-way between them, where the rest of
the motion is small enough for an optical flow. Pictures that have nothing to do with each other get an invented move.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from engine.generator.arrays import Array
from engine.generator.camera import Matches, Similarity, find_camera, find_matches, to_map
from engine.generator.exposure import evened
from engine.generator.flow import View, chosen, explanations, motions, view
from engine.generator.invent import Invention, accompanied, arrival_times, invented, still
from engine.generator.middle import Middle, laid, light_change
from engine.generator.trust import Field, background_of, completed, score, trusted

_ACCEPT_WITH_CAMERA = 0.10
_ACCEPT = 0.20
_BROAD_LIGHT, _NEAR_LIGHT = 0.09, 0.03  # of the long side: reach of what is known of the light
_SAME = 1.5  # mean difference of gray values below which two pictures are one


@dataclass(frozen=True)
class Plan:
    """The camera's move from the start to the end, the flows on the middle canvas both ways, and the invented part.

    `light` is the change of light and colour from the start to the end (middle.py); `arrival` holds, a pixel of the
    canvas, the time 0..1 at which what cannot be matched turns from start to end.
    """

    camera: Similarity
    forward: Field
    backward: Field
    light: Array
    arrival: Array
    invention: Invention
    matched: bool


def make_plan(a: Array, b: Array, prompt: str, seed: int, checkpoint: Callable[[], None]) -> Plan:
    """Study two RGB uint8 pictures of one size; `checkpoint` is called between the long steps and may raise."""
    chance = np.random.default_rng(seed % 2**64)  # any integer is a seed, a negative one too
    gray_a, gray_b = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (a, b))
    matches = find_matches(gray_a, gray_b)
    checkpoint()
    found = find_camera(matches)
    plan = _study(a, b, found or Similarity(), matches, checkpoint)
    needed = _ACCEPT_WITH_CAMERA if found else _ACCEPT
    arrival = arrival_times(plan.forward.trust.shape, chance)
    if cv2.absdiff(gray_a, gray_b).mean() < _SAME:
        return plan.made(still(), arrival, matched=True)
    if plan.score > needed:
        return plan.made(accompanied(prompt), arrival, matched=True)
    return _unrelated(a, b, invented(prompt, chance), chance)


@dataclass(frozen=True)
class _Study:
    camera: Similarity
    forward: Field
    backward: Field
    light: Array
    score: float

    def made(self, invention: Invention, arrival: Array, *, matched: bool) -> Plan:
        return Plan(self.camera, self.forward, self.backward, self.light, arrival, invention, matched)


def _study(a: Array, b: Array, camera: Similarity, matches: Matches, checkpoint: Callable[[], None]) -> _Study:
    middle = laid(a, b, camera)
    view_a, view_b = _views(middle)
    height, width = view_a.gray.shape
    points_a = to_map(camera.power(0.5)(matches.a), width, height)
    points_b = to_map(camera.power(-0.5)(matches.b), width, height)
    rigid = motions(points_a, points_b)
    checkpoint()
    from_a = explanations(view_a, view_b, rigid)
    checkpoint()
    from_b = explanations(view_b, view_a, [np.linalg.inv(motion) for motion in rigid])
    checkpoint()
    there = chosen(from_a, chosen(from_b))
    back = chosen(from_b, there)
    trust_a, strict_a = trusted(view_a, view_b, there, back)
    trust_b, strict_b = trusted(view_b, view_a, back, there)
    behind_a, behind_b = background_of(there, trust_a, rigid)
    forward = completed(view_a, view_b, there, trust_a, behind_a)
    backward = completed(view_b, view_a, back, trust_b, behind_b)
    light = light_change(middle, forward.flow, np.maximum(forward.trust, forward.calm), _BROAD_LIGHT)
    return _Study(camera, forward, backward, light, min(score(view_a, strict_a), score(view_b, strict_b)))


def _views(middle: Middle) -> tuple[View, View]:
    """Prepare both pictures in one light; each fills what lies outside the other."""
    seen_a, seen_b = middle.inside_a > 0, middle.inside_b > 0
    a, b = evened(middle.a, middle.b, seen_a & seen_b)
    filled_a = np.where((seen_b & ~seen_a)[..., None], b, a)
    filled_b = np.where((seen_a & ~seen_b)[..., None], a, b)
    return view(filled_a, middle.inside_a), view(filled_b, middle.inside_b)


def _unrelated(a: Array, b: Array, invention: Invention, chance: np.random.Generator) -> Plan:
    middle = laid(a, b, invention.move)
    shape = middle.inside_a.shape
    none = np.zeros(shape, np.float32)
    nothing = Field(np.zeros((*shape, 2), np.float32), none, none, none)
    light = light_change(middle, nothing.flow, none + np.float32(1), _NEAR_LIGHT)
    arrival = arrival_times(shape, chance, invention.sweep, invention.radial)
    return Plan(invention.move, nothing, nothing, light, arrival, invention, matched=False)
