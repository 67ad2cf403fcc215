"""Facts about the two images and about the video."""

from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import Which


@dataclass(frozen=True)
class Frame:
    """One of the two images, ready to leave the machine: upright, sRGB, without metadata.

    ``data`` is a whole PNG or JPEG file; ``width`` and ``height`` are its pixels.
    """

    which: Which
    data: bytes
    content_type: str
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.width, self.height

    def cut_away(self, target: tuple[int, int]) -> float:
        """Return the share of the image (0..1) that a centre crop to the target's shape removes."""
        mine, wanted = self.width / self.height, target[0] / target[1]
        return 1 - min(mine, wanted) / max(mine, wanted)


@dataclass(frozen=True)
class Video:
    """A finished video on this machine's disk, checked to be one. ``seconds`` is its playing time."""

    path: Path
    width: int
    height: int
    frames: int
    seconds: float
    bytes: int
