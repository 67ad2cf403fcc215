"""One job that this process carries, from its claim until nothing is left to do."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.domain.card import Card
from bot.domain.job import Job
from bot.domain.media import Frame
from bot.domain.progress import Progress
from bot.flow.card import CardMaker
from bot.flow.kit import Kit
from bot.flow.narrate import Narrator
from bot.flow.run import Exit, Run
from bot.flow.signals import Signals
from bot.flow.step import step
from bot.ports import CancelAnswer, Channel, Claim, Hold, Parcel, Platform, Ring, StagedFiles


class Carried:
    """What is stored of the job, what it runs with, and who tells of it."""

    run: Run
    narrator: Narrator

    def __init__(self, claim: Claim, platform: Platform, maker: CardMaker, kit: Kit) -> None:
        self.job = claim.job
        self.muted = False
        self._claim = claim
        self._platform = platform
        self._maker = maker
        self._kit = kit
        self._signals = Signals()
        self._following: asyncio.Task[Job] | None = None
        self.heed(claim.news)

    def begin(self, staged_files: StagedFiles, exit_: Exit) -> None:
        """Put together what the job runs with."""
        hold = _Noted(self._claim.hold, self)
        channel = _Fenced(self._platform.channel(self.job), hold)
        kit = replace(self._kit, attachments=staged_files.around(self.job, self._platform.attachments))
        self.narrator = Narrator(channel, hold.remember)
        self.run = Run(kit, channel, hold, self._signals, self.tell, exit_)

    @property
    def is_parked(self) -> bool:
        """Whether it waits for the provider, or has waited and is not taken further yet."""
        return self._following is not None

    def has_followed(self, ready: Callable[[str], None]) -> bool:
        """Whether the wait for the provider is over; else have it begun, and ``ready`` called at its end."""
        if self._following is None:
            self._following = asyncio.create_task(step(self.job, self.run))
            self._following.add_done_callback(lambda _: ready(self.job.id))
        return self._following.done()

    async def next(self) -> Job:
        """Return the job in its next state."""
        following, self._following = self._following, None
        return await (following or step(self.job, self.run))

    def heed(self, news: Ring) -> None:
        """Pass on what reached the job from outside."""
        if news.request_id is not None:
            self._signals.arrive(news.request_id)
        if news.stop:
            self._signals.stop()

    def tell(self, job: Job, progress: Progress, answer: CancelAnswer | None) -> None:
        """Have the card shown, unless the process is about to end."""
        if not self.muted:
            self.narrator.tell(self._maker.card(job, progress, self._kit.clock(), answer))


@dataclass(frozen=True)
class _Noted:
    """A hold that also notes what is stored, so that a fault of ours is told with the truth about the bill."""

    inner: Hold
    carried: Carried

    async def save(self, job: Job, token: str | None = None) -> None:
        """Save, and note it. What is known of the place is never older than what is stored."""
        await self.inner.save(job, token)
        self.carried.job = job

    async def remember(self, place: Mapping[str, str]) -> None:
        """Make the place durable."""
        await self.inner.remember(place)

    async def check(self) -> None:
        """Make sure that the job is still ours."""
        await self.inner.check()

    async def rest(self) -> None:
        """Its author is asked."""
        await self.inner.rest()

    async def conclude(self) -> None:
        """Nothing is left to do."""
        await self.inner.conclude()


@dataclass(frozen=True)
class _Fenced:
    """A channel that is asked only while the job is ours."""

    inner: Channel
    hold: Hold

    @property
    def pace(self) -> float:
        """As the channel's."""
        return self.inner.pace

    @property
    def place(self) -> Mapping[str, str]:
        """As the channel's."""
        return self.inner.place

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:
        """Show the frames."""
        await self.hold.check()
        await self.inner.frames(start, end, size)

    async def show(self, card: Card) -> None:
        """Show the card."""
        await self.hold.check()
        await self.inner.show(card)

    async def limit(self) -> int | None:
        """As the channel's."""
        return await self.inner.limit()

    async def bring(self, job: Job, parcel: Parcel) -> None:
        """Bring the video."""
        await self.hold.check()
        await self.inner.bring(job, parcel)

    async def post(self, job: Job, parcel: Parcel) -> None:
        """Post the video."""
        await self.hold.check()
        await self.inner.post(job, parcel)

    async def posted(self, job: Job) -> bool:
        """Look for the video."""
        return await self.inner.posted(job)
