"""Takes frames out of a video as JPEGs: the first, which a player shows before it plays, and some of all of it."""

import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from av.video.frame import VideoFrame
from PIL import Image

from adapters.media.stills import spread
from adapters.media.videos import VideoWork, first_of

DEADLINE = 60.0
LARGEST = 1024
"""Pixels of the longer side of a frame that is one of many: who judges what a video shows needs no more."""


class PyAVPosters(VideoWork):
    """Frames as pictures (:class:`bot.ports.Posters`), of one video at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        super().__init__("posters", deadline)

    async def poster(self, path: Path) -> bytes:
        """Return the first frame that the MP4 at ``path`` shows, as a JPEG in the video's size.

        Raises :class:`BadVideo` where there is none.
        """
        return await self.do(partial(first, path))

    async def posters(self, path: Path, count: int) -> Sequence[bytes]:
        """Return ``count`` evenly spaced frames, from the very first to the very last, as JPEGs of 1024 pixels at most.

        All of them where the video has fewer. Raises :class:`BadVideo` where none can be decoded.
        """
        return await self.do(partial(several, path, count))


def first(path: Path, until: float) -> bytes:
    """Draw the first frame, as :meth:`PyAVPosters.poster`; raise TimeoutError past ``until``, by ``time.monotonic``."""
    return _jpeg(_image(first_of(path, until)))


def several(path: Path, count: int, until: float) -> list[bytes]:
    """Draw frames of all of it, as :meth:`PyAVPosters.posters`; raise TimeoutError past ``until``."""
    return [_jpeg(_shrunk(frame)) for frame in spread(path, count, until)]


def _image(frame: VideoFrame) -> Image.Image:
    image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV has no type
    return image


def _shrunk(frame: VideoFrame) -> Image.Image:
    image = _image(frame)
    image.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    return image


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85, optimize=True, progressive=True)
    return buffer.getvalue()
