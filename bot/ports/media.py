"""Pictures and videos: how they are opened, checked, drawn and made to weigh less."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.domain.errors import Which
from bot.domain.media import Frame, Video


class Frames(Protocol):
    """Turns what people attach into frames."""

    async def prepare(self, which: Which, data: bytes) -> Frame:
        """Decode, turn upright, convert to sRGB, drop all metadata; raise :class:`BadImage` where that cannot be done.

        Memory is bounded whatever the file claims to be. Never blocks the event loop.
        """
        ...

    async def bordered(self, frame: Frame, size: tuple[int, int]) -> Frame:
        """Return the frame in the shape of ``size`` (width, height), whole, between borders of a blurred copy of it.

        One that has that shape already is returned as it is. Never blocks the event loop.
        """
        ...


class Videos(Protocol):
    """Looks into finished videos."""

    async def inspect(self, path: Path) -> Video:
        """Decode enough to know that it is a playable H.264 MP4; raise :class:`BadVideo` otherwise."""
        ...


class ContactSheets(Protocol):
    """Pictures that show a whole video at a glance."""

    async def draw(self, video: Path, to: Path, title: str, facts: str) -> None:
        """Write a PNG of evenly spaced frames, from the first to the last, under a title and above a line of facts."""
        ...


class Previews(Protocol):
    """Pictures of two frames, as a video's shape crops them."""

    async def draw(self, start: Frame, end: Frame, size: tuple[int, int]) -> bytes:
        """Return a JPEG of both frames, cropped at the centre to ``size`` (width, height in pixels), side by side."""
        ...


class LastFrames(Protocol):
    """Where a video ends, another one may begin."""

    async def last_frame(self, path: Path) -> bytes:
        """Return the very last frame as a PNG file; raise :class:`BadVideo`."""
        ...


class Posters(Protocol):
    """What a video shows before it is played."""

    async def poster(self, path: Path) -> bytes:
        """Return the very first frame as a JPEG file; raise :class:`BadVideo`."""
        ...

    async def posters(self, path: Path, count: int) -> Sequence[bytes]:
        """Return ``count`` evenly spaced frames, the first and the last among them, as JPEG files; raise BadVideo.

        No side is over 1024 pixels. A video of fewer frames gives as many as it has.
        """
        ...


class Animations(Protocol):
    """A video in small, for places that play none."""

    async def animation(self, path: Path) -> bytes:
        """Return an animated GIF file of the whole video, of 2 MB at most; raise :class:`BadVideo`."""
        ...


@dataclass(frozen=True)
class Copy:
    """A lighter copy of a video: its facts, and how like the video it is.

    ``ssim`` is the structural similarity of the two, 0..1, a mean over their frames, both at the size of the video.
    """

    video: Video
    ssim: float


class Fitter(Protocol):
    """Makes videos weigh less."""

    async def fit(self, path: Path, to: Path, limit: int) -> Copy:
        """Write a copy of at most ``limit`` bytes, with as much of its resolution as that allows, and return its facts.

        The file appears at ``to`` only when it is whole. Raises :class:`BadVideo` where no copy fits.
        """
        ...
