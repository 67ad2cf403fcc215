"""What is drawn where nothing can be measured: chance with a taste, made by the order's seed.

Two unrelated pictures dissolved into each other show two ghosts. Here whole regions turn from one to the other at
their own time, while an invented camera move (a push, a pull, a pan, a turn) carries both. The prompt's words choose
the move; without such words the seed does.
"""

import cmath
import re
from dataclasses import dataclass, field
from math import pi, radians, sin

import cv2
import numpy as np

from engine.generator.arrays import Array
from engine.generator.camera import Similarity

_BREATH = 0.035
_PAN = 0.24  # of the long side
_PULL = 6.0  # of the order over chance in the arrival: deviations of the clouds over the long side
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("pull", (r"zoom(s|ing|ed)?[ -]?out", r"pull(s|ing|ed)?[ -]?(back|out|away)", "wider", "retreat", "backward")),
    ("push", (r"zoom(s|ing|ed)?", r"push(es|ing|ed)?", r"dolly", "closer", "approach", "forward", "dive")),
    ("left", (r"(pan|slid|mov|track)\w*( \w+){0,2} left", "leftwards?")),
    ("right", (r"(pan|slid|mov|track)\w*( \w+){0,2} right", "rightwards?", r"pan(s|ning|ned)?", "slid(e|es|ing)")),
    ("up", (r"(pan|tilt|mov|ris)\w*( \w+){0,2} up", "upwards?", "rise", "rises", "rising", "ascend")),
    ("down", (r"(pan|tilt|mov|fall)\w*( \w+){0,2} down", "downwards?", "fall(s|ing)?", "descend")),
    ("turn", (r"spin(s|ning)?", r"rotat\w+", r"turn(s|ing)?", r"swirl\w*", r"twist\w*", "orbit")),
    ("drift", (r"dissolv\w+", r"fad(e|es|ing)", r"dream\w*", r"melt\w*", r"morph\w*", r"transform\w*")),
)
_CAMERA = re.compile(r"\b(?:camera|zoom|pan|pans|panning|dolly|tilt)", re.IGNORECASE)
_CLOSER = 1.08
_DIRECTIONS = {"left": 1 + 0j, "right": -1 + 0j, "up": 1j, "down": -1j}
_EXCURSIONS = {"push": (0.0, 0j), "turn": (2.5, 0j)} | {
    name: (0.0, -0.02 * toward) for name, toward in _DIRECTIONS.items()
}
_BY_CHANCE = ("push", "pull", "left", "right", "up", "push", "drift")


@dataclass(frozen=True)
class Invention:
    """An invented part of the motion.

    `move` stands in for the camera's move between unrelated pictures. The end picture arrives against `sweep`, the
    direction in which the start picture leaves (a complex number), and from the centre (`radial` 1) or from the rim
    (-1), so that no picture's own border comes into view. `excursion` is a move that is whole half-way and gone at both
    ends.
    """

    move: Similarity = field(default_factory=Similarity)
    sweep: complex = 0j
    radial: float = 0.0
    excursion: Similarity = field(default_factory=Similarity)

    def drift(self, t: float) -> Similarity:
        """Give the camera's extra move at time t: none at 0 and at 1."""
        return self.excursion.power(sin(pi * t) ** 2)


def still() -> Invention:
    """Give the life of a picture that does not change: it breathes."""
    return Invention(excursion=Similarity(complex(1 / (1 + _BREATH))))


def accompanied(prompt: str) -> Invention:
    """Give the small camera move that the prompt's words add to pictures with a motion of their own: there and back.

    Every move is also a little zoom, so that the borders stay out of view.
    """
    style = _asked(prompt) if _CAMERA.search(prompt) else None
    if style is None or style not in _EXCURSIONS:
        return Invention()
    turn, shift = _EXCURSIONS[style]
    return Invention(excursion=Similarity(cmath.exp(1j * radians(turn)) / _CLOSER, shift))


def invented(prompt: str, chance: np.random.Generator) -> Invention:
    """Choose a move for two unrelated pictures, by the prompt's words or else by chance."""
    style = _asked(prompt) or _BY_CHANCE[int(chance.integers(len(_BY_CHANCE)))]
    strength = float(chance.uniform(0.9, 1.1))
    if style in ("push", "pull"):
        zoom = 1 + 0.55 * strength
        # q → S(q) leads from the start to the end: under a push the start's centre grows.
        if style == "push":
            return Invention(Similarity(complex(zoom)), radial=1.0)
        return Invention(Similarity(complex(1 / zoom)), radial=-1.0)
    if style == "turn":
        angle = radians(28) * strength * (1 if chance.random() < 0.5 else -1)
        return Invention(Similarity(1.45 * cmath.exp(1j * angle)), radial=1.0)
    if style in _DIRECTIONS:
        toward = _DIRECTIONS[style]
        return Invention(Similarity(1 + 0j, toward * _PAN * strength), toward)
    return Invention(Similarity(complex(1.12)), radial=0.25)


def arrival_times(
    shape: tuple[int, ...], chance: np.random.Generator, sweep: complex = 0j, radial: float = 0.0
) -> Array:
    """Give a smooth random field of times, each time 0..1 equally common, shape as asked, float32."""
    height, width = shape[:2]
    long = max(width, height)
    clouds = np.zeros((height, width), np.float32)
    for size, weight in ((0.11, 1.0), (0.045, 0.35)):
        noise = cv2.GaussianBlur(chance.standard_normal((height, width), np.float32), (0, 0), size * long)
        clouds += np.float32(weight) * noise / np.float32(max(float(noise.std()), 1e-6))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x - np.float32(width / 2)) / np.float32(long), (y - np.float32(height / 2)) / np.float32(long)
    clouds += np.float32(_PULL * radial) * np.hypot(x, y)
    clouds += np.float32(_PULL) * (x * np.float32(sweep.real) + y * np.float32(sweep.imag))
    ranks = np.empty(clouds.size, np.float32)
    ranks[np.argsort(clouds, axis=None, kind="stable")] = np.linspace(0, 1, clouds.size, dtype=np.float32)
    return ranks.reshape(height, width)


def _asked(prompt: str) -> str | None:
    words = prompt.lower()
    for style, patterns in _WORDS:
        if any(re.search(rf"\b(?:{pattern})\b", words) for pattern in patterns):
            return style
    return None
