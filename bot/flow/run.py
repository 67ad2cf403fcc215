"""One job's run: all that its verbs work with."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.domain.job import Job
from bot.domain.progress import Progress
from bot.flow.kit import Kit
from bot.flow.signals import Signals
from bot.ports import CancelAnswer, Channel, Hold

Tell = Callable[[Job, Progress, CancelAnswer | None], None]
"""Has a card shown: the job, its progress, and the provider's answer to a cancel once there is one."""


class Exit:
    """Whether the process is about to end. What must not be cut in the middle is counted, and nothing new begins."""

    def __init__(self) -> None:
        self._ending = False
        self._inside = 0
        self._empty = asyncio.Event()
        self._empty.set()

    async def end(self, seconds: float) -> None:
        """Let nothing new begin, and wait so long at most for what is in the middle."""
        self._ending = True
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return

    @asynccontextmanager
    async def not_in_the_middle(self) -> AsyncIterator[None]:
        """Do something that had better not be cut; where the process is about to end, wait for that instead."""
        if self._ending:
            await asyncio.Event().wait()
        self._inside += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()


class Unrecorded:
    """A :class:`bot.ports.Hold` on a job that lives and dies with the process: nothing is stored."""

    async def save(self, job: Job, token: str | None = None) -> None:
        """Do nothing."""

    async def remember(self, place: Mapping[str, str]) -> None:
        """Do nothing."""

    async def check(self) -> None:
        """Do nothing."""

    async def rest(self) -> None:
        """Do nothing."""

    async def conclude(self) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Run:
    """All that the verbs of one job work with."""

    kit: Kit
    channel: Channel
    hold: Hold
    signals: Signals
    tell: Tell
    exit: Exit = field(default_factory=Exit)

    @asynccontextmanager
    async def remembering(self, before: Mapping[str, str] | None = None) -> AsyncIterator[None]:
        """Do something with the channel; what its place learns by it is durable afterwards.

        So is what it has learned since it was ``before``, where that is given.
        """
        before = dict(self.channel.place) if before is None else before
        yield
        if (place := self.channel.place) != before:
            await self.hold.remember(place)
