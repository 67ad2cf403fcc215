"""A video comes to its channel as it is, else as a lighter copy, else as a link; and is never lost on the way."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import BadVideo, ChannelBusy, ChannelGone, Charge, NotHandedOver, NotKept
from bot.domain.job import Delivered, Delivery, Failed, Job, Posting
from bot.flow.ladder import FLOOR, HOPELESS, Ladder
from bot.flow.run import Run
from bot.flow.step import step
from bot.ports import NotTaken, Parcel
from tests.fakes import FakeProvider
from tests.fakes_delivery import UNTIL, FakeFitter, FakeMedia, FakePictures
from tests.unit.flow.staged import Stage

VIDEO = b"mp4" * 100
WEIGHT = len(VIDEO)
LIMIT = 100


class Heavy(FakeProvider):
    """A provider whose video weighs something."""

    async def download(self, url: str, to: Path) -> None:
        """Write it."""
        await super().download(url, to)
        to.write_bytes(VIDEO)


class Rungs:
    """A stage with a whole ladder: change what a test is about, then :meth:`run`."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.fitter, self.media, self.pictures = FakeFitter(), FakeMedia(), FakePictures()
        stage.provider = Heavy()
        stage.channel.takes = LIMIT
        stage.limit(posting=60)
        self.lay()

    def lay(self, *, links: bool = True) -> None:
        """Put the ladder up."""
        media = self.media if links else None
        self.stage.ladder = Ladder(self.fitter, media, self.pictures, self.pictures)

    async def run(self) -> Job:
        """Run a job to its end."""
        return await self.stage.run()

    async def parcel(self) -> Parcel:
        """Run a job whose video is handed over in one message; return what was in it."""
        job = await self.run()
        (parcel,) = self.stage.channel.parcels
        assert isinstance(job.state, Delivered)
        assert job.state.delivery == parcel.delivery
        return parcel


@pytest.fixture
def rungs(stage: Stage) -> Rungs:
    """A channel of 100 bytes, and a video of 300."""
    return Rungs(stage)


@pytest.mark.parametrize("limit", [None, WEIGHT])
async def test_what_a_channel_takes_it_gets_as_it_is(rungs: Rungs, limit: int | None) -> None:
    """To the last byte of its limit; nothing is copied, nothing kept, nothing said."""
    rungs.stage.channel.takes = limit
    parcel = await rungs.parcel()
    assert (parcel.delivery, parcel.link) == (Delivery("as it is", WEIGHT), None)
    assert (rungs.stage.channel.videos, rungs.fitter.asked, rungs.media.kept) == ([VIDEO], [], {})
    assert rungs.stage.channel.cards[-1].notices == ()


async def test_one_that_is_too_heavy_comes_as_a_copy_with_a_link_to_the_original(rungs: Rungs) -> None:
    """How like it the copy is, is stored; the card says what was done to it."""
    parcel = await rungs.parcel()
    assert parcel.delivery == Delivery("copy", LIMIT, 0.97, "e1", UNTIL)
    assert (parcel.link and parcel.link.bytes, rungs.media.kept) == (WEIGHT, {"e1": VIDEO})
    assert rungs.stage.channel.videos == [b"c" * LIMIT]
    assert rungs.stage.channel.cards[-1].notices == (
        "Made smaller for this channel: 1 kB of 1 kB. The original is behind a link until 26 December.",
    )


async def test_without_links_a_copy_comes_alone(rungs: Rungs) -> None:
    """Nothing is promised that is not there."""
    rungs.lay(links=False)
    parcel = await rungs.parcel()
    assert (parcel.delivery, parcel.link) == (Delivery("copy", LIMIT, 0.97), None)


async def test_a_copy_that_looks_bad_is_a_link_instead(rungs: Rungs) -> None:
    """With the video in small, so that the message shows something."""
    rungs.fitter.ssim = FLOOR - 0.01
    parcel = await rungs.parcel()
    assert parcel.delivery == Delivery("link", WEIGHT, None, "e1", UNTIL)
    assert (parcel.file, parcel.animation, parcel.poster) == (None, b"gif of " + VIDEO, None)
    assert rungs.stage.channel.cards[-1].notices == (
        "This channel does not take it as a file (1 kB): it came by a link, until 26 December.",
    )


@pytest.mark.parametrize("links", ["none", "no room"])
async def test_a_copy_that_looks_bad_is_better_than_nothing(rungs: Rungs, links: str) -> None:
    """Where no link can be had, or the store has no room, the author has at least that."""
    rungs.fitter.ssim = 0.3
    rungs.media.error = NotKept("no room")
    rungs.lay(links=links != "none")
    assert (await rungs.parcel()).delivery == Delivery("copy", LIMIT, 0.3)


async def test_what_no_copy_can_stand_for_is_not_copied_first(rungs: Rungs) -> None:
    """It would take minutes, and be thrown away."""
    rungs.stage.channel.takes = WEIGHT // HOPELESS - 1
    assert (await rungs.parcel()).delivery.way == "link"
    assert rungs.fitter.asked == []


@pytest.mark.parametrize(("no_poster", "poster"), [(False, b"jpg of " + VIDEO), (True, None)])
async def test_a_link_without_its_pictures_is_still_a_link(
    rungs: Rungs, *, no_poster: bool, poster: bytes | None
) -> None:
    """No animation: a poster. No poster: the link alone."""
    rungs.fitter.error = BadVideo("does not fit")
    rungs.pictures.no_animation, rungs.pictures.no_poster = True, no_poster
    parcel = await rungs.parcel()
    assert (parcel.delivery.way, parcel.animation, parcel.poster) == ("link", None, poster)


async def test_a_copy_that_fails_costs_nobody_a_video(rungs: Rungs) -> None:
    """Too slow, no memory, a full disk: the link is there; and half a copy does not stay."""
    rungs.fitter.error = BadVideo("not made smaller: no space left on device")
    assert (await rungs.parcel()).delivery.way == "link"
    assert list(rungs.stage.workroom.iterdir()) == []


async def test_where_there_is_no_way_the_video_is_kept(rungs: Rungs) -> None:
    """The card says why, what it costs and where it lies: a name for readers of a channel, a path on this machine."""
    rungs.fitter.error = BadVideo("does not fit")
    rungs.lay(links=False)
    rungs.stage.at_hand = False
    job = await rungs.run()
    assert isinstance(job.state, Failed)
    assert isinstance(job.state.error, NotHandedOver)
    assert (str(job.state.error.kept), job.state.error.charge) == ("r1.mp4", Charge.BILLED)
    assert [(each.name, each.read_bytes()) for each in rungs.stage.workroom.iterdir()] == [("r1.mp4", VIDEO)]


async def test_a_channel_that_takes_less_than_it_said_gets_less(rungs: Rungs) -> None:
    """It lost its boosts while the video was on its way: a copy, and where even that is refused, a link."""
    rungs.stage.channel.takes = 1000
    rungs.stage.channel.post_errors = [NotTaken(LIMIT, "code 40005")]
    assert (await rungs.parcel()).delivery.way == "copy"
    rungs.stage.channel.parcels.clear()
    rungs.stage.channel.post_errors = [NotTaken(LIMIT, "code 40005"), NotTaken(LIMIT, "code 40005")]
    assert (await rungs.parcel()).delivery.way == "link"


async def test_a_channel_that_takes_no_file_gets_a_link(rungs: Rungs) -> None:
    """No copy would be lighter than nothing."""
    rungs.stage.channel.takes = None
    rungs.stage.channel.post_errors = [NotTaken(0, "uploads are off")]
    assert (await rungs.parcel()).delivery.way == "link"
    assert rungs.fitter.asked == []


@pytest.mark.parametrize("links", [True, False])
async def test_a_channel_that_takes_nothing_says_why(rungs: Rungs, *, links: bool) -> None:
    """Neither file nor link, or no link to be had: its own reason is what the card tells, and the video is kept."""
    rungs.stage.channel.post_errors = [NotTaken(0, "uploads are off") for _ in range(2)]
    rungs.lay(links=links)
    job = await rungs.run()
    assert isinstance(job.state, Failed)
    assert isinstance(job.state.error, NotHandedOver)
    assert job.state.error.said == "uploads are off"
    assert job.state.error.kept.read_bytes() == VIDEO


@pytest.mark.looptime
async def test_a_copy_is_made_once_however_often_it_is_posted(rungs: Rungs) -> None:
    """A busy channel is waited for with the copy in hand."""
    rungs.stage.channel.post_errors = [ChannelBusy(5.0), ChannelBusy(5.0)]
    await rungs.run()
    assert rungs.fitter.asked == [LIMIT]


async def test_a_channel_that_is_gone_leaves_the_video_where_it_lies(rungs: Rungs) -> None:
    """Nobody can be given it, and it is paid for."""
    rungs.stage.channel.post_error = ChannelGone("Discord says: Unknown Channel, code 10003")
    job = await rungs.run()
    assert isinstance(job.state, Failed)
    assert isinstance(job.state.error, NotHandedOver)
    assert job.state.error.kept.read_bytes() == VIDEO


async def posting(rungs: Rungs) -> tuple[Run, Job]:
    """Return a job as a restart finds it whose video was fetched, and nothing posted: the file is there."""
    stage = rungs.stage
    kit, saved = stage.kit(), Saved()
    path = stage.workroom / "r1.mp4"
    path.write_bytes(VIDEO)
    video = await kit.videos.inspect(path)
    ticket = stage.provider.ticket("fal-ai/wan-flf2v", "r1")
    job = stage.submitted(since=0.0)
    outcome = stage.provider.outcome
    assert not isinstance(outcome, Exception)
    state = Posting(ticket, outcome, video, 0.0, Delivery("copy", 5, 0.9))
    return Run(kit, stage.channel, saved, stage.signals, lambda *_: None), Job(job.request, 0.0, state, request_id="r1")


class Saved:
    """A hold that keeps what is saved."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    async def save(self, job: Job, token: str | None = None) -> None:
        """Keep it."""
        self.jobs.append(job)

    async def remember(self, place: object) -> None:
        """Do nothing."""

    async def check(self) -> None:
        """Do nothing."""

    async def rest(self) -> None:
        """Do nothing."""

    async def conclude(self) -> None:
        """Do nothing."""


async def test_after_a_restart_what_was_fetched_is_not_fetched_again(rungs: Rungs) -> None:
    """The provider may have it no longer; it is posted from here."""
    run, job = await posting(rungs)
    ended = await step(job, run)
    assert isinstance(ended.state, Delivered)
    assert "download" not in rungs.stage.provider.asked
    assert len(rungs.stage.channel.parcels) == 1


async def test_after_a_restart_the_way_of_what_was_posted_is_known(rungs: Rungs) -> None:
    """It was written down before it went; the message alone would not tell."""
    run, job = await posting(rungs)
    assert isinstance(job.state, Posting)
    rungs.stage.channel.parcels.append(Parcel(Delivery("copy", 5, 0.9), None))
    ended = await step(job, run)
    assert isinstance(ended.state, Delivered)
    assert ended.state.delivery == job.state.delivery
    assert len(rungs.stage.channel.parcels) == 1


async def test_a_file_that_a_power_cut_has_spoiled_is_fetched_again(rungs: Rungs) -> None:
    """It is not the video that was written down."""
    run, job = await posting(rungs)
    (rungs.stage.workroom / "r1.mp4").write_bytes(b"")
    assert type((await step(job, run)).state).__name__ == "Submitted"


async def test_the_file_stays_until_it_is_stored_that_its_author_has_the_video(rungs: Rungs) -> None:
    """A kill between the message and its record finds it still there."""
    run, job = await posting(rungs)
    await step(job, run)
    assert (rungs.stage.workroom / "r1.mp4").read_bytes() == VIDEO


async def test_a_link_is_in_no_repr(rungs: Rungs) -> None:
    """Whoever has the id or the address has the video, and a repr ends in a log."""
    assert "secret" not in repr(Delivery("link", 5, None, "secret", UNTIL))
    _, job = await posting(rungs)
    assert "secret" not in repr(replace(job, place={"permalink": "https://bot.example/v/secret.mp4"}))
