"""What a channel is given beside cards: both frames before anything is spent, and the video before it is posted."""

from dataclasses import dataclass, field

import pytest

from bot.domain.errors import ChannelBusy, ChannelGone, Charge, NotHandedOver, TweenError
from bot.domain.job import Delivered, Failed, Job
from bot.domain.media import Frame
from bot.flow.kit import Kit
from bot.flow.ladder import Ladder
from bot.flow.run import Run
from bot.flow.step import step
from bot.ports import NotTaken, Parcel
from tests.fakes import FakeChannel
from tests.fakes_delivery import FakeFitter
from tests.unit.flow.staged import Stage


class Watching(FakeChannel):
    """A channel that notes what had been sent whenever it is shown frames."""

    def __init__(self, asked: list[str]) -> None:
        super().__init__()
        self._asked = asked
        self.sent_before: list[list[str]] = []

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:
        """Note it."""
        self.sent_before.append(list(self._asked))
        await super().frames(start, end, size)


async def test_the_frames_are_shown_as_they_are_cropped_before_anything_leaves_the_machine(stage: Stage) -> None:
    """With the video's size, which decides the crop; the upload comes after it."""
    stage.channel = channel = Watching(stage.provider.asked)
    await stage.run(stage.job(start="1000x1000", end="1280x720", resolution="480p"))
    ((start, end, size),) = channel.pictures
    assert (start.which, end.which) == ("start", "end")
    assert size == (624, 624)
    assert channel.sent_before == [[]]


async def test_a_channel_that_cannot_show_them_loses_nobody_a_video(stage: Stage) -> None:
    """The job is worth more than its picture."""
    stage.channel.frame_errors = [ChannelGone("no room")]
    job = await stage.run()
    assert isinstance(job.state, Delivered)
    assert stage.channel.videos == [b"mp4"]


@dataclass
class Remembering:
    """A hold that writes down what is made durable, in order."""

    done: list[str] = field(default_factory=list)

    async def save(self, job: Job, token: str | None = None) -> None:
        """Write it down."""
        self.done.append(type(job.state).__name__)

    async def remember(self, place: object) -> None:
        """Write it down."""
        self.done.append(f"place {place}")

    async def check(self) -> None:
        """Say nothing."""

    async def rest(self) -> None:
        """Say nothing."""

    async def conclude(self) -> None:
        """Say nothing."""


async def ended(stage: Stage, hold: Remembering) -> Job:
    """Run a job to its end on this hold."""
    kit: Kit = stage.kit()
    run = Run(kit, stage.channel, hold, stage.signals, lambda *_: None)
    job = stage.job()
    while not job.is_final:
        job = await step(job, run)
        if isinstance(job.state, Delivered | Failed):
            hold.done.append(type(job.state).__name__)
    return job


async def test_what_was_brought_is_durable_before_it_is_posted(stage: Stage) -> None:
    """A restart between the two asks what became of the file, and shares no second one."""
    stage.channel.brings = True
    hold = Remembering()
    await ended(stage, hold)
    assert hold.done == ["Submitting", "Submitted", "Posting", "place {'upload': 'r1.mp4'}", "Delivered"]


class Moving(FakeChannel):
    """A channel that is gone when the video is to be posted: the job goes on in another one."""

    async def post(self, job: Job, parcel: Parcel) -> None:
        """Move, and have it posted there."""
        if "direct" not in self.place:
            self.place = {**self.place, "direct": "1"}
            raise self.moved
        await super().post(job, parcel)

    moved: TweenError | NotTaken = ChannelBusy(0.01)


@pytest.mark.parametrize("moved", [ChannelBusy(0.01), NotTaken(1, "lighter there")])
async def test_where_a_post_has_moved_is_durable_before_the_next_one(
    stage: Stage, moved: TweenError | NotTaken
) -> None:
    """A restart looks for the video where it went, and posts no second one where it was."""
    channel = Moving()
    channel.moved = moved
    stage.channel, stage.ladder = channel, Ladder(FakeFitter())
    stage.limit(posting=60)
    hold = Remembering()
    await ended(stage, hold)
    assert hold.done[-2:] == ["place {'direct': '1'}", "Delivered"]


async def test_a_channel_that_brings_nothing_costs_no_write(stage: Stage) -> None:
    """Most messages carry their file."""
    hold = Remembering()
    await ended(stage, hold)
    assert hold.done == ["Submitting", "Submitted", "Posting", "Delivered"]


async def test_a_video_that_is_not_brought_is_brought_again_and_posted_once(stage: Stage) -> None:
    """A platform that is busy while the file goes up is as patient a matter as one that is busy at the post."""
    stage.channel.brings = True
    stage.channel.bring_errors = [ChannelBusy(0.01)]
    stage.limit(posting=60)
    job = await stage.run()
    assert isinstance(job.state, Delivered)
    assert stage.channel.videos == [b"mp4"]


async def test_a_video_that_cannot_be_brought_is_kept_and_told_with_its_charge(stage: Stage) -> None:
    """What was paid for is not thrown away."""
    kept = stage.workroom / "r1.mp4"
    stage.channel.bring_errors = [NotHandedOver("no room", kept)]
    job = await stage.run()
    assert isinstance(job.state, Failed)
    assert job.state.error.charge is Charge.BILLED
    assert kept.read_bytes() == b"mp4"
