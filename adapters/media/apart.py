"""Draws animations in a process of its own: the bot's memory does not grow with the pictures of a video."""

import asyncio
import json
from pathlib import Path

from adapters.media.animation import DEADLINE
from adapters.media.worker import running
from bot.domain.errors import BadVideo

GRACE_S = 15.0
"""What the worker may take longer than its own deadline: to begin, and to say that it is late."""


class AnimationsApart:
    """Animated GIFs of whole videos (:class:`bot.ports.Animations`), one at a time, each by a new process."""

    def __init__(self, deadline: float = DEADLINE + GRACE_S) -> None:
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
