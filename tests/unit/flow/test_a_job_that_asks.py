"""A job that asks: its author sees the frames, and nothing is sent before a Go."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.budget import Allowance
from bot.domain.card import Action, Card
from bot.domain.errors import NotYours, StoreAway
from bot.domain.job import PROPOSED_S, Accepted, Cancelled, Delivered, Expected, Job, Proposed
from bot.domain.progress import Phase
from bot.domain.request import Author, Command, Fit, ImageRef, Where
from bot.domain.server import Rules
from bot.flow.card import CardMaker
from bot.flow.desk import Desk
from bot.flow.kit import Kit
from bot.flow.runner import Runner
from bot.ports import PARKED, Terms
from tests.fakes import FakeChannel
from tests.fakes_store import MemoryStore
from tests.unit.flow.staged import Stage
from tests.unit.flow.test_carrying import runner

ANN, BEN = Author("test", "ann", "studio"), Author("test", "ben", "studio")
TERMS = Terms(9, 9, 9, waiting=9, waiting_per_author=9, allowance=Allowance())
WIDE, TALL = "1280x720", "720x1280"


class Outlook:
    """What a store with some history would say."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def expected(self, job: Job, now: float) -> Expected | None:
        """Two minutes, or so."""
        if self.error:
            raise self.error
        return Expected(100.0, 150.0, 12)

    async def left(self, author: Author) -> Decimal | None:
        """Some dollars."""
        if self.error:
            raise self.error
        return Decimal("3.20")


class Foretelling(Stage):
    """A flow whose store knows earlier jobs."""

    outlook = Outlook()

    def kit(self) -> Kit:
        """Return the kit, with the outlook."""
        return replace(super().kit(), outlook=self.outlook)


class Asking:
    """A store, a desk, and a process that carries its jobs."""

    def __init__(self, stage: Stage, terms: Terms = TERMS) -> None:
        self.stage = stage
        self.store = MemoryStore()
        self.channel = FakeChannel()
        model = stage.job().request.model
        self.desk = Desk(self.store, model, terms, CardMaker(charges=True, foretells=True), lambda: 0.0, lambda: None)
        self.restart()

    def restart(self) -> None:
        """Begin a process that knows nothing but the store."""
        self.runner: Runner = runner(self.stage, self.store, self.channel)

    async def accept(self, start: str = WIDE, end: str = WIDE, *, asks: bool = True, where: Where | None = None) -> Job:
        """Accept a command of Ann's."""
        command = Command("e1", ANN, ImageRef("a", start), ImageRef("b", end), "it rains", {}, asks=asks, where=where)
        return await self.desk.accept(command, {})

    async def carry(self) -> Job:
        """Carry the job until nothing is left to do, or it rests; return it as it is stored."""
        async with asyncio.timeout(10):
            while (state := await self.runner.advance("e1")) is not None:
                if state == PARKED:
                    await asyncio.sleep(0)
        return self.store.table.rows["e1"].job

    @property
    def card(self) -> Card:
        """The card that is left standing."""
        return self.channel.cards[-1]

    @property
    def asked(self) -> list[str]:
        """All that the provider was asked."""
        return self.stage.provider.asked


@pytest.fixture
async def asking(stage: Stage) -> Asking:
    return Asking(Foretelling(stage.workroom))


async def test_nothing_leaves_the_machine_before_a_go(asking: Asking) -> None:
    """The frames are shown as they will be, with what it costs and takes; the job rests, and nobody carries it."""
    await asking.accept()
    job = await asking.carry()
    assert isinstance(job.state, Proposed)
    assert (asking.asked, asking.runner.carried) == ([], 0)
    assert [size for _, _, size in asking.channel.pictures] == [(1280, 720)]
    fields = {field.name: field.value for field in asking.card.fields}
    assert (asking.card.phase, asking.card.tone.value) == (Phase.ASKING, "waiting")
    assert fields["Price"] == "$0.40"
    assert fields["Budget left"] == "$3.20"
    assert fields["Expected"] == "1 min 40 s to 2 min 30 s, judging by the last 12 videos"
    assert asking.card.actions == (Action.GO, Action.EXCHANGE, Action.TALL, Action.SQUARE, Action.CANCEL)


async def test_a_go_has_it_made_once(asking: Asking) -> None:
    """However often it is pressed, and over a restart."""
    await asking.accept()
    await asking.carry()
    asking.restart()
    for _ in range(2):
        assert await asking.desk.go("e1", ANN) is not None
    job = await asking.carry()
    assert isinstance(job.state, Delivered)
    assert await asking.desk.go("e1", ANN) == job
    assert asking.asked.count("submit fal-ai/wan-flf2v") == 1
    assert asking.channel.videos == [b"mp4"]


async def test_a_go_while_the_card_is_being_shown_is_not_lost(asking: Asking) -> None:
    """The author is faster than the process: the job is no longer proposed when that lets go of it."""
    await asking.accept()
    while not isinstance((await _stored(asking)).state, Proposed):
        await asking.runner.advance("e1")
    await asking.desk.go("e1", ANN)
    assert await asking.runner.advance("e1") is None
    row = asking.store.table.rows["e1"]
    assert (row.waiting, row.node, row.job.state) == (True, None, Accepted())
    assert isinstance((await asking.carry()).state, Delivered)


async def test_a_change_shows_the_frames_anew(asking: Asking) -> None:
    """Swapped, in another shape, between blurred borders: what is shown is what is sent, and nothing is sent before."""
    await asking.accept(WIDE, TALL)
    await asking.carry()
    assert any("cropped away" in notice for notice in asking.card.notices)
    for mend in (Action.EXCHANGE, Action.SQUARE, Action.BLUR):
        await asking.desk.mend("e1", ANN, mend)
        await asking.carry()
    assert asking.asked == []
    start, end, size = asking.channel.pictures[-1]
    assert (start.which, start.data.decode(), end.data.decode()) == ("start", TALL, WIDE)
    assert start.size == end.size == size
    assert size[0] == size[1]
    assert not any("cropped away" in notice for notice in asking.card.notices)
    assert Action.CROP in asking.card.actions
    await asking.desk.go("e1", ANN)
    job = await asking.carry()
    assert asking.stage.provider.arguments["aspect_ratio"] == "1:1"
    assert (job.request.fit, job.request.images[0].locator) == (Fit.BLUR, TALL)


async def test_a_small_image_is_told_of(asking: Asking) -> None:
    """It is a warning: the job can be made all the same."""
    await asking.accept("640x360", WIDE)
    await asking.carry()
    assert asking.card.notices == (
        "The first image is small (640 x 360): it is enlarged 2.0 times, and will look soft.",
    )


async def test_only_its_author_answers(asking: Asking) -> None:
    """Whoever else presses a button is told so, and nothing happens."""
    await asking.accept()
    await asking.carry()
    for answer in (asking.desk.go("e1", BEN), asking.desk.mend("e1", BEN, Action.TALL)):
        with pytest.raises(NotYours):
            await answer
    assert isinstance((await _stored(asking)).state, Proposed)


async def test_a_proposed_job_can_be_cancelled(asking: Asking) -> None:
    """Nothing was charged, and the money is free again."""
    await asking.accept()
    await asking.carry()
    await asking.desk.stop("e1", ANN)
    job = await asking.carry()
    assert isinstance(job.state, Cancelled)
    assert (asking.card.status, asking.store.table.rows["e1"].owed) == ("Nothing was charged.", Decimal(0))
    assert asking.asked == []
    assert await asking.desk.go("e1", ANN) == job


async def test_a_kill_while_it_is_proposed_shows_it_again(asking: Asking) -> None:
    """The next process finds it proposed, shows that, and lets it rest."""
    await asking.accept()
    while not isinstance((await _stored(asking)).state, Proposed):
        await asking.runner.advance("e1")
    asking.restart()
    asking.channel.cards.clear()
    assert isinstance((await asking.carry()).state, Proposed)
    assert [card.phase for card in asking.channel.cards] == [Phase.ASKING]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (PROPOSED_S - 1, "Nothing was charged."),
        (PROPOSED_S, "Nobody has pressed Go within an hour. Nothing was charged."),
    ],
)
async def test_what_nobody_has_answered_says_so(asking: Asking, seconds: float, said: str) -> None:
    """It was not its author who stopped it: a card that says no more than *Cancelled* makes them look for who did."""
    await asking.accept()
    job = await asking.carry()
    assert isinstance(job.state, Proposed)
    since = asyncio.get_running_loop().time() - seconds
    asking.store.table.rows["e1"].job = replace(job, state=replace(job.state, since=since))
    await asking.desk.stop("e1", ANN)
    await asking.carry()
    assert (asking.card.title, asking.card.status) == ("Cancelled", said)


async def test_a_store_that_does_not_answer_stops_no_job(asking: Asking) -> None:
    """What is to be expected is not worth a job."""
    assert isinstance(asking.stage, Foretelling)
    asking.stage.outlook = Outlook(StoreAway())
    asking.restart()
    await asking.accept()
    assert isinstance((await asking.carry()).state, Proposed)
    assert "Budget left" not in {field.name for field in asking.card.fields}


@pytest.mark.parametrize(
    ("operators", "servers", "asks"),
    [
        (None, None, False),
        (Decimal("0.39"), None, True),
        (Decimal("0.40"), None, False),
        (None, Decimal(0), True),
        (Decimal(0), Decimal(5), False),
    ],
    ids=[
        "no limit",
        "above the operator's",
        "as much as the operator's",
        "a server asks always",
        "a server's goes first",
    ],
)
async def test_a_price_above_the_limit_asks(
    stage: Stage, operators: Decimal | None, servers: Decimal | None, *, asks: bool
) -> None:
    """The limit is the server's, else the operator's; where there are no channels, the price is shown before."""
    asking = Asking(stage, replace(TERMS, ask_over=operators))
    asking.store.table.rules["test", "studio"] = Rules(ask_over=servers)
    job = await asking.accept(asks=False, where=Where(("films",)))
    assert job.state == Accepted(asks=asks)
    command = Command("e2", ANN, ImageRef("a", WIDE), ImageRef("b", WIDE), "it rains", {})
    assert (await asking.desk.accept(command, {})).state == Accepted()


async def _stored(asking: Asking) -> Job:
    return asking.store.table.rows["e1"].job
