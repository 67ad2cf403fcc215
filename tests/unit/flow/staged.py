"""One flow over fakes, for the tests of what it sends, tells and owes."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.domain.card import Tone
from bot.domain.job import Job, Submitted
from bot.domain.request import Author, Command, ImageRef
from bot.flow.accept import accept
from bot.flow.judge import Judge
from bot.flow.kit import Kit, Limits
from bot.flow.ladder import Ladder
from bot.flow.signals import Signals
from bot.flow.tween import tween
from config import catalogue
from tests.fakes import FakeChannel, FakeFiles, FakeProvider, FakeVideos


def a_command(start: str = "1280x720", end: str = "1280x720", **options: object) -> Command:
    """Return a command whose images have these sizes, or these faults."""
    return Command("e1", Author("test", "ann"), ImageRef("a", start), ImageRef("b", end), "it rains", options)


class Stage:
    """One flow over fakes: change what a test is about, then :meth:`run`."""

    def __init__(self, workroom: Path) -> None:
        self.provider = FakeProvider()
        self.channel = FakeChannel()
        self.videos = FakeVideos()
        self.signals = Signals()
        self.workroom = workroom
        self.webhooks = False
        self.at_hand = True
        self.ladder = Ladder()
        self.judge: Judge | None = None
        self.limits = Limits(image_bytes=1000, deadline=3600.0)

    def limit(self, **seconds: float) -> None:
        """Set some of the limits."""
        self.limits = replace(self.limits, **seconds)  # type: ignore[arg-type]  # one of them is a switch

    def job(self, start: str = "1280x720", end: str = "1280x720", **options: object) -> Job:
        """Return an accepted job whose images have these sizes, or these faults."""
        return accept(a_command(start, end, **options), catalogue.load()[catalogue.DEFAULT_ENDPOINT], now=0.0)

    def submitted(self, since: float) -> Job:
        """Return a job whose request was accepted, as a restart finds it."""
        state = Submitted(self.provider.ticket("fal-ai/wan-flf2v", "r1"), since)
        return replace(self.job(), state=state, request_id="r1")

    def kit(self) -> Kit:
        """Return the flow's kit over the fakes, on the loop's own clock."""
        return Kit(
            provider=self.provider,
            attachments=FakeFiles(),
            frames=FakeFiles(),
            videos=self.videos,
            workroom=self.workroom,
            limits=self.limits,
            clock=asyncio.get_running_loop().time,
            webhooks=self.webhooks,
            at_hand=self.at_hand,
            ladder=self.ladder,
            judge=self.judge,
        )

    async def run(self, job: Job | None = None) -> Job:
        """Run the job to its end."""
        return await tween(job or self.job(), self.kit(), self.channel, self.signals)

    def last_words(self) -> tuple[Tone, str]:
        """Return the tone and the status of the card that is left standing."""
        return self.channel.cards[-1].tone, self.channel.cards[-1].status
