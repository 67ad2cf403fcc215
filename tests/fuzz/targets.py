"""What hostile files are given to: the real code of ``adapters.media``, all of it that opens a stranger's file.

The only ends that are right: what was asked for, whole, or our own refusal.
"""

import io
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, TypeVar

from PIL import Image

from adapters.media.animation import HEAVIEST, PyAVAnimations
from adapters.media.contact_sheet import ContactSheet
from adapters.media.fit import PyAVFitter
from adapters.media.frames import LONG_SIDE, PillowFrames
from adapters.media.last_frame import PyAVLastFrames
from adapters.media.poster import LARGEST, PyAVPosters
from adapters.media.videos import PyAVVideos
from bot.domain.errors import BadImage, BadVideo

Kind = Literal["image", "video"]
Made = TypeVar("Made")
FITTED, DRAWN = 100, 20
"""Every how many videos one is also fitted, which takes a process, and drawn a contact sheet of, which takes 0.2 s."""


class Targets:
    """All doors for files, as the program has them."""

    def __init__(self) -> None:
        self._frames, self._videos = PillowFrames(), PyAVVideos()
        self._posters, self._last_frames = PyAVPosters(), PyAVLastFrames()
        self._animations, self._sheets, self._fitter = PyAVAnimations(), ContactSheet(), PyAVFitter()

    async def take(self, kind: Kind, data: bytes, number: int) -> str:
        """Give it the file of this number; return ``taken`` or ``refused``. What else is raised is a finding.

        Number 0 is given to every door.
        """
        if kind == "image":
            return await self._take_image(data)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "video.mp4"
            path.write_bytes(data)
            return await self._take_video(path, number)

    def close(self) -> None:
        """Wait for what is under way."""
        for each in (self._frames, self._videos, self._posters, self._last_frames, self._animations, self._sheets):
            each.close()

    async def _take_image(self, data: bytes) -> str:
        try:
            frame = await self._frames.prepare("start", data)
        except BadImage:
            return "refused"
        _look(frame.data, {"image/png": "PNG", "image/jpeg": "JPEG"}[frame.content_type], frame.size)
        assert max(frame.size) <= LONG_SIDE
        return "taken"

    async def _take_video(self, path: Path, number: int) -> str:
        video = await _unless_refused(self._videos.inspect, path)
        poster = await _unless_refused(self._posters.poster, path)
        posters = await _unless_refused(lambda it: self._posters.posters(it, 3), path)
        last = await _unless_refused(self._last_frames.last_frame, path)
        gif = await _unless_refused(self._animations.animation, path)
        if number % DRAWN == 0:
            sheet = path.with_name("sheet.png")
            await _unless_refused(lambda it: self._sheets.draw(it, sheet, "title", "facts"), path)
        if poster is not None:
            _look(poster, "JPEG")
        for each in posters or ():
            assert max(_look(each, "JPEG")) <= LARGEST
        if last is not None:
            _look(last, "PNG")
        if gif is not None:
            assert len(gif) <= HEAVIEST
            _look(gif, "GIF")
        if number % FITTED == 0:
            await self._fit(path)
        return "refused" if video is None else "taken"

    async def _fit(self, path: Path) -> None:
        limit, to = path.stat().st_size * 3 // 4, path.with_name("fitted.mp4")
        try:
            copy = await self._fitter.fit(path, to, limit)
        except BadVideo as e:
            if "encoder ended" in e.what:  # it crashed, or an error got away from it
                raise AssertionError(e.what) from e
            assert not to.exists()
        else:
            assert to.stat().st_size == copy.video.bytes <= limit
            assert 0 <= copy.ssim <= 1


async def _unless_refused(look: Callable[[Path], Awaitable[Made]], path: Path) -> Made | None:
    try:
        return await look(path)
    except BadVideo:
        return None


def _look(data: bytes, kind: str, size: tuple[int, int] | None = None) -> tuple[int, int]:
    """Decode a file of our own making."""
    with Image.open(io.BytesIO(data), formats=(kind,)) as image:
        image.load()
        assert size in (None, image.size)
        return image.size
