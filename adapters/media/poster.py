"""Takes the first frame out of a video: what a player shows before it plays."""

import io
from functools import partial
from pathlib import Path

from PIL import Image

from adapters.media.aside import Aside
from adapters.media.videos import first_of
from bot.domain.errors import BadVideo

DEADLINE = 60.0


class PyAVPosters:
    """First frames as pictures (:class:`bot.ports.Posters`), one at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._aside = Aside("posters", deadline)

    async def poster(self, path: Path) -> bytes:
        """Return the first frame that the MP4 at ``path`` shows, as a JPEG in the video's size.

        Raises :class:`BadVideo` where there is none.
        """
        try:
            return await self._aside.run(partial(_drawn, path))
        except TimeoutError as e:
            raise BadVideo(f"not read within {self._aside.deadline:g} s") from e

    def close(self) -> None:
        """Wait for the video in hand and end the thread."""
        self._aside.close()


def _drawn(path: Path) -> bytes:
    image: Image.Image = first_of(path).to_image()  # type: ignore[no-untyped-call]  # PyAV has no type
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85, optimize=True, progressive=True)
    return buffer.getvalue()
