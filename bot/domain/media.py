"""Facts about the two images and about the video."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Video:
    """Facts of a finished video that was checked to be one. ``seconds`` is its playing time."""

    width: int
    height: int
    frames: int
    seconds: float
    bytes: int
