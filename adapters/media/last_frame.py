"""Takes the last frame out of a video, so that another video can begin where it ends."""

import io
from functools import partial
from pathlib import Path

from av.video.reformatter import Interpolation
from PIL import Image

from adapters.media.videos import VideoWork, last_of

DEADLINE = 60.0
_EXACT = Interpolation.LANCZOS | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
"""Colour is stored at half the size: without these flags it is doubled coarsely, which costs 2 dB."""


class PyAVLastFrames(VideoWork):
    """Last frames as pictures (:class:`bot.ports.LastFrames`), one at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        super().__init__("last-frames", deadline)

    async def last_frame(self, path: Path) -> bytes:
        """Return the last frame that the MP4 at ``path`` shows, as a PNG of 8-bit RGB in the video's size.

        Raises :class:`BadVideo` where there is none.
        """
        return await self.do(partial(drawn, path))


def drawn(path: Path, until: float) -> bytes:
    """Draw it, as :meth:`PyAVLastFrames.last_frame`; raise TimeoutError past ``until``, by ``time.monotonic``."""
    # Matrix and range are the ones that the file names; where it names none, those of FFmpeg, BT.601 and limited, with
    # which the models' own tools write such files: so the frame has the colours that the model drew.
    frame = last_of(path, until)
    image: Image.Image = frame.to_image(interpolation=_EXACT)  # type: ignore[no-untyped-call]  # PyAV has no type
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
