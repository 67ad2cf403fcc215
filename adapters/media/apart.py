"""What opens strangers' videos, in processes of their own: neither a crash there nor the memory it takes is the bot's.

Looking into a video and taking frames out of it is done by a process that stays (:mod:`adapters.media.standby`); an
animation, of which few are drawn, by a new one each.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from adapters.media.standby import Standby
from adapters.media.worker import running
from bot.domain.errors import BadVideo
from bot.domain.media import Video

DEADLINE = 60.0
"""Seconds for a look into a video, or for frames of it."""
ANIMATION_DEADLINE = 135.0
"""The animation worker's own and a quarter of a minute: to begin, and to say that it is late."""


class VideosApart:
    """Looks into finished videos (:class:`bot.ports.Videos`), one at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._standby = Standby("videos", deadline)

    async def inspect(self, path: Path) -> Video:
        """Return the facts as :class:`adapters.media.videos.PyAVVideos` finds them; raise :class:`BadVideo`.

        Where no process can be started, this raises OSError: nothing is known of the video then.
        """
        return Video(**(await self._standby.ask("inspect", path)).facts)

    def close(self) -> None:
        """End the look in hand, and the process."""
        self._standby.close()


class PostersApart:
    """Frames as pictures (:class:`bot.ports.Posters`), of one video at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._standby = Standby("posters", deadline)

    async def poster(self, path: Path) -> bytes:
        """Return a JPEG as :class:`adapters.media.poster.PyAVPosters` draws it; raise :class:`BadVideo`."""
        return await _picture(self._standby, "poster", path)

    async def posters(self, path: Path, count: int) -> Sequence[bytes]:
        """Return JPEGs as :class:`adapters.media.poster.PyAVPosters` draws them; raise :class:`BadVideo`.

        Where no process can be started, this raises OSError: nothing is known of the video then.
        """
        return (await self._standby.ask("posters", path, count=count)).pictures

    def close(self) -> None:
        """End the drawing in hand, and the process."""
        self._standby.close()


class LastFramesApart:
    """Last frames as pictures (:class:`bot.ports.LastFrames`), one at a time."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        self._standby = Standby("last-frames", deadline)

    async def last_frame(self, path: Path) -> bytes:
        """Return a PNG as :class:`adapters.media.last_frame.PyAVLastFrames` draws it; raise :class:`BadVideo`."""
        return await _picture(self._standby, "last_frame", path)

    def close(self) -> None:
        """End the drawing in hand, and the process."""
        self._standby.close()


class AnimationsApart:
    """Animated GIFs of whole videos (:class:`bot.ports.Animations`), one at a time, each by a new process."""

    def __init__(self, deadline: float = ANIMATION_DEADLINE) -> None:
        self._deadline = deadline
        self._turn = asyncio.Lock()

    async def animation(self, path: Path) -> bytes:
        """Return a GIF as :class:`adapters.media.animation.PyAVAnimations` draws it; raise :class:`BadVideo`."""
        try:
            async with asyncio.timeout(self._deadline), self._turn:
                return await _drawn(path)
        except TimeoutError as e:
            raise BadVideo(f"not drawn within {self._deadline:g} s") from e
        except OSError as e:
            raise BadVideo(f"not drawn: {(e.strerror or str(e)).lower()}") from e


async def _picture(standby: Standby, look: str, path: Path) -> bytes:
    try:
        [picture] = (await standby.ask(look, path)).pictures
    except OSError as e:
        raise BadVideo(f"not drawn: {(e.strerror or str(e)).lower()}") from e
    return picture


async def _drawn(path: Path) -> bytes:
    async with running("adapters.media.animation_worker", path) as process:
        assert process.stdout is not None
        line = await process.stdout.readline()
        try:
            answer = json.loads(line)
            if "bad" not in answer:
                return await process.stdout.readexactly(int(answer["bytes"]))
        except (ValueError, asyncio.IncompleteReadError) as e:
            raise BadVideo("not drawn: the worker ended early") from e
        raise BadVideo(str(answer["bad"]))
