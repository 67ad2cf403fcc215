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
_BY_CHANCE = ("push", "pull", "left", "right", "up", "push", "drift")


@dataclass(frozen=True)
class Invention:
    """An invented part of the motion.

    `move` stands in for the camera's move between unrelated pictures; `sweep` is the direction (a complex number, or
    None for "from the centre") from which the end picture arrives; `breath` a zoom that is gone at both ends.
    """

    move: Similarity = field(default_factory=Similarity)
    sweep: complex | None = 0j
    breath: float = 0.0

    def drift(self, t: float) -> Similarity:
        """Give the camera's extra move at time t: none at 0 and at 1."""
        return Similarity(complex(1 / (1 + self.breath * sin(pi * t) ** 2)))


def still() -> Invention:
    """Give the life of a picture that does not change: it breathes."""
    return Invention(breath=_BREATH)


def invented(prompt: str, chance: np.random.Generator) -> Invention:
    """Choose a move for two unrelated pictures, by the prompt's words or else by chance."""
    style = _asked(prompt) or _BY_CHANCE[int(chance.integers(len(_BY_CHANCE)))]
    strength = float(chance.uniform(0.9, 1.1))
    if style in ("push", "pull"):
        zoom = 1 + 0.55 * strength
        # q → S(q) leads from the start to the end: under a push the start's centre grows.
        return Invention(Similarity(complex(zoom if style == "push" else 1 / zoom)), None if style == "push" else 0j)
    if style == "turn":
        angle = radians(28) * strength * (1 if chance.random() < 0.5 else -1)  # noqa: PLR2004 - a coin
        return Invention(Similarity(1.35 * cmath.exp(1j * angle)), None)
    directions = {"left": 1 + 0j, "right": -1 + 0j, "up": 1j * -1, "down": 1j}
    if style in directions:
        toward = directions[style]
        return Invention(Similarity(1 + 0j, toward * 0.32 * strength), toward)
    return Invention(Similarity(complex(1.12)), 0j)


def arrival_times(shape: tuple[int, ...], chance: np.random.Generator, sweep: complex | None = 0j) -> Array:
    """Give a smooth random field of times, each time 0..1 equally common, shape as asked, float32."""
    height, width = shape[:2]
    long = max(width, height)
    clouds = np.zeros((height, width), np.float32)
    for size, weight in ((0.11, 1.0), (0.045, 0.35)):
        noise = cv2.GaussianBlur(chance.standard_normal((height, width), np.float32), (0, 0), size * long)
        clouds += np.float32(weight) * noise / np.float32(max(float(noise.std()), 1e-6))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x - np.float32(width / 2)) / np.float32(long), (y - np.float32(height / 2)) / np.float32(long)
    if sweep is None:
        clouds += np.float32(5.0) * np.hypot(x, y)
    else:
        clouds += np.float32(6.0) * (x * np.float32(-sweep.real) + y * np.float32(-sweep.imag))
    ranks = np.empty(clouds.size, np.float32)
    ranks[np.argsort(clouds, axis=None, kind="stable")] = np.linspace(0, 1, clouds.size, dtype=np.float32)
    return ranks.reshape(height, width)


def _asked(prompt: str) -> str | None:
    words = prompt.lower()
    for style, patterns in _WORDS:
        if any(re.search(rf"\b(?:{pattern})\b", words) for pattern in patterns):
            return style
    return None
