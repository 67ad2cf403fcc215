"""A job that asks its author: nobody carries it while it rests, it takes no place, and every answer reaches it."""

import time
from dataclasses import replace
from decimal import Decimal
from typing import cast

import pytest

from adapters.store.database import Database
from adapters.store.engine import Engine
from adapters.store.jobs import Jobs
from adapters.store.takeover import Takeover
from adapters.store.waiting import ASKED_AT_ONCE, ASKED_S, Start, Waiting
from bot.domain.budget import Allowance
from bot.domain.card import Action
from bot.domain.errors import BudgetSpent, Charge, QueueFull
from bot.domain.job import PROPOSED_S, Accepted, Cancelled, Proposed
from bot.domain.model import Model
from bot.domain.request import Fit
from bot.ports import Claim, Superseded, Terms
from tests.contract.store.stored import ANN, MODELS, TERMS, at, change, job, node, row, spent
from tests.contract.store.waiting_jobs import running, store, waiting

NO_LIMIT = Allowance()
PROPOSED = Proposed(1_790_000_000.5, Decimal("3.20"))


async def asked(database: Database, job_id: str = "e1", *, rests: bool = True) -> tuple[Jobs, Claim]:
    """Accept a job that asks, and propose it; ``rests``: its process has let go of it."""
    await node(database, "n1")
    jobs = Jobs(database, MODELS, "n1")
    await jobs.accept(at(job(job_id), Accepted(asks=True)), TERMS)
    assert await Waiting(database).admit("n1", TERMS, 9) == [Start(job_id, job_id)]
    claim = await jobs.claim(job_id)
    assert claim is not None
    assert claim.job.state == Accepted(asks=True)
    await claim.hold.save(at(replace(claim.job, image_sizes=((1280, 720), (720, 1280))), PROPOSED))
    if rests:
        await claim.hold.rest()
    return jobs, claim


async def _columns(database: Database, *names: str) -> tuple[object, ...]:
    stored = await row(database)
    return tuple(stored[name] for name in names)


async def test_a_proposed_job_rests_without_a_process(database: Database) -> None:
    """It is nobody's, waits for nobody, and is read back as it was."""
    jobs, _ = await asked(database)
    assert await _columns(database, "node", "waiting", "concluded", "asks") == (None, False, False, True)
    loaded = await jobs.load("e1")
    assert loaded is not None
    assert loaded.state == PROPOSED
    assert await Waiting(database).admit("n1", TERMS, 9) == []
    assert "e1" in await jobs.under_way(ANN)
    assert "e1" in await jobs.unfinished()


async def test_a_job_that_asks_takes_nobodys_place(database: Database) -> None:
    """It is proposed while all places are taken; after a Go it waits for one."""
    await node(database, "n1")
    await store(database, running("r1", ANN.id, ANN.server))
    one = Terms(1, 1, 1, 9, 9, Allowance())
    jobs = Jobs(database, MODELS, "n1")
    await jobs.accept(at(job(), Accepted(asks=True)), one)
    assert await Waiting(database).admit("n1", one, 9) == [Start("e1", "e1")]
    claim = await jobs.claim("e1")
    assert claim is not None
    await claim.hold.save(at(claim.job, PROPOSED))
    await claim.hold.rest()
    assert (await jobs.go("e1", NO_LIMIT)).state == Accepted()
    assert await Waiting(database).admit("n1", one, 9) == []
    await change(database, "r1", concluded=True)
    assert await Waiting(database).admit("n1", one, 9) == [Start("e1", "e1/2")]


async def test_a_job_that_is_being_proposed_takes_no_place_either(database: Database) -> None:
    """Its process prepares two images, which is no running job."""
    await asked(database, rests=False)
    await store(database, waiting("w1", ANN.id, ANN.server))
    assert await Waiting(database).admit("n1", Terms(1, 1, 1, 9, 9, Allowance()), 9) == [Start("w1", "w1")]


async def test_a_go_is_taken_once(database: Database) -> None:
    """Two presses of it are one run, and a stop after it is a stop of a job that waits."""
    jobs, claim = await asked(database)
    assert [(await jobs.go("e1", NO_LIMIT)).state for _ in range(2)] == [Accepted(), Accepted()]
    assert await Waiting(database).admit("n1", TERMS, 9) == [Start("e1", "e1/2")]
    with pytest.raises(Superseded):
        await claim.hold.save(at(claim.job, PROPOSED))


async def test_a_go_before_its_process_lets_go_is_a_run_of_its_own(database: Database) -> None:
    """The process finds it answered, and leaves it to the next run."""
    jobs, claim = await asked(database, rests=False)
    await jobs.go("e1", NO_LIMIT)
    assert await _columns(database, "node", "waiting") == ("n1", False)
    await claim.hold.rest()
    assert await _columns(database, "node", "waiting", "asks", "state") == (None, True, False, "accepted")
    assert await Waiting(database).admit("n1", TERMS, 9) == [Start("e1", "e1/2")]


async def test_a_change_is_stored_and_proposed_anew(database: Database) -> None:
    """Swapped, in another shape, between borders: for the same money."""
    jobs, _ = await asked(database)
    before = await spent(jobs)
    for run, mend in enumerate((Action.EXCHANGE, Action.TALL, Action.BLUR), 2):
        changed = await jobs.mend("e1", mend, NO_LIMIT)
        assert changed.state == Accepted(asks=True)
        assert await Waiting(database).admit("n1", TERMS, 9) == [Start("e1", f"e1/{run}")]
        claim = await jobs.claim("e1")
        assert claim is not None
        await claim.hold.save(at(claim.job, PROPOSED))
        await claim.hold.rest()
    kept = await jobs.load("e1")
    assert kept is not None
    request = kept.request
    assert (request.swapped, request.options["aspect_ratio"], request.fit) == (True, "9:16", Fit.BLUR)
    assert (request.start.name, request.images[0].name) == ("a.png", "b.png")
    assert await spent(jobs) == before


async def test_other_jobs_are_not_changed(database: Database) -> None:
    """A button of a card that has gone on does nothing."""
    jobs, _ = await asked(database)
    gone_on = await jobs.go("e1", NO_LIMIT)
    assert await jobs.mend("e1", Action.TALL, NO_LIMIT) == gone_on
    for answer in (jobs.go("none", NO_LIMIT), jobs.mend("none", Action.TALL, NO_LIMIT)):
        with pytest.raises(LookupError):
            await answer


async def test_a_stop_reaches_a_job_that_rests(database: Database) -> None:
    """It is admitted, with the news, for its card to say so; a Go comes too late then."""
    jobs, _ = await asked(database)
    await jobs.ask_to_stop("e1")
    assert isinstance((await jobs.go("e1", NO_LIMIT)).state, Proposed)
    assert await Waiting(database).admit("n1", TERMS, 9) == [Start("e1", "e1/2")]
    claim = await jobs.claim("e1")
    assert claim is not None
    assert (claim.news.stop, claim.job.state) == (True, PROPOSED)
    await claim.hold.save(at(claim.job, Cancelled(Charge.NONE)))
    await claim.hold.conclude()
    assert await spent(jobs) == (Decimal(0), Decimal(0))


async def test_a_stop_before_its_process_lets_go_is_not_lost(database: Database) -> None:
    """As a Go is not."""
    jobs, claim = await asked(database, rests=False)
    await jobs.ask_to_stop("e1")
    await claim.hold.rest()
    assert await Waiting(database).admit("n1", TERMS, 9) == [Start("e1", "e1/2")]


async def test_an_author_who_says_nothing_for_an_hour_has_it_cancelled(database: Database) -> None:
    """What it would cost is not reserved for ever."""
    jobs, _ = await asked(database)
    await change(database, "e1", started_at=time.time() - PROPOSED_S + 60)
    assert await Waiting(database).admit("n1", TERMS, 9) == []
    await change(database, "e1", started_at=time.time() - PROPOSED_S - 1)
    assert await Waiting(database).admit("n1", TERMS, 9) == [Start("e1", "e1/2")]
    claim = await jobs.claim("e1")
    assert claim is not None
    assert claim.news.stop


async def test_the_hour_begins_when_its_author_has_been_asked(database: Database) -> None:
    """A platform or a check that was away for long takes nothing of it."""
    _, claim = await asked(database, rests=False)
    await change(database, "e1", started_at=time.time() - PROPOSED_S - 1)
    await claim.hold.rest()
    assert await Waiting(database).admit("n1", TERMS, 9) == []


async def test_only_so_many_are_proposed_at_the_same_time(database: Database) -> None:
    """Each holds two images in memory meanwhile. Whoever is done makes room, and so does one that waits for others."""
    await node(database, "n1")
    await store(database, *(waiting(f"w{number:02}", f"a{number}", asks=True) for number in range(ASKED_AT_ONCE + 3)))
    desk = Waiting(database)
    assert len(await desk.admit("n1", TERMS, 9)) == ASKED_AT_ONCE
    assert await desk.admit("n1", TERMS, 9) == []
    await change(database, "w00", state="proposed")
    assert await desk.admit("n1", TERMS, 9) == [Start("w64", "w64")]
    assert await desk.admit("n1", TERMS, 9) == []
    await change(database, "w01", started_at=time.time() - ASKED_S - 1)
    await change(database, "w02", concluded=True, state="failed")
    assert [start.job_id for start in await desk.admit("n1", TERMS, 9)] == ["w65", "w66"]


async def test_a_process_that_dies_while_it_proposes_is_taken_over(database: Database) -> None:
    """Whoever takes over finds it proposed; one that rests is nobody's to take over."""
    await asked(database, rests=False)
    await change_node(database)
    await node(database, "n2")
    takeover = Takeover(database, cast("Engine", None), "n2", lambda _: False)
    orphans = await takeover._orphans(own=True)
    assert [each.job_id for each in orphans] == ["e1"]
    claim = await Jobs(database, MODELS, "n2").claim("e1")
    assert claim is not None
    assert claim.job.state == PROPOSED
    await claim.hold.rest()
    assert await takeover._orphans(own=True) == []


def costing(usd: str) -> dict[str, Model]:
    """Return the catalogue with another price of a billing unit."""
    return {name: replace(each, price=replace(each.price, unit_usd=Decimal(usd))) for name, each in MODELS.items()}


@pytest.mark.parametrize("answer", ["go", "mend"])
async def test_a_price_that_has_risen_is_shown_before_it_is_spent(database: Database, answer: str) -> None:
    """The operator has changed it, or has had them made for nothing: what is agreed to is what the card says."""
    jobs, _ = await asked(database)
    price = job().request.price
    assert await spent(jobs) == (price, price)
    dearer = Jobs(database, costing("0.8"), "n1")
    said = dearer.go("e1", NO_LIMIT) if answer == "go" else dearer.mend("e1", Action.EXCHANGE, NO_LIMIT)
    assert (await said).state == Accepted(asks=True)
    assert await spent(jobs) == (2 * price, 2 * price)
    assert await Waiting(database).admit("n1", TERMS, 9) == [Start("e1", "e1/2")]
    claim = await dearer.claim("e1")
    assert claim is not None
    await claim.hold.save(at(claim.job, PROPOSED))
    await claim.hold.rest()
    assert (await dearer.go("e1", NO_LIMIT)).state == Accepted()
    assert await spent(jobs) == (2 * price, 2 * price)


async def test_a_rise_that_no_budget_covers_changes_nothing(database: Database) -> None:
    """It is still proposed, and can be cancelled; the money for it is what it was."""
    jobs, _ = await asked(database)
    price = job().request.price
    before = await row(database)
    with pytest.raises(BudgetSpent) as raised:
        await Jobs(database, costing("0.8"), "n1").go("e1", Allowance(author=price * 2 - Decimal("0.01")))
    assert (raised.value.spent, raised.value.price) == (price, price)
    assert (await row(database), await spent(jobs)) == (before, (price, price))


async def test_a_price_that_has_fallen_is_agreed_to(database: Database) -> None:
    """Nobody minds; what it does not need is free when it ends."""
    jobs, _ = await asked(database)
    price = job().request.price
    cheaper = Jobs(database, costing("0.2"), "n1")
    assert (await cheaper.go("e1", NO_LIMIT)).state == Accepted()
    assert await spent(jobs) == (price, price)
    await Waiting(database).admit("n1", TERMS, 9)
    claim = await cheaper.claim("e1")
    assert claim is not None
    await claim.hold.save(at(claim.job, Cancelled(Charge.POSSIBLE)))
    assert await spent(jobs) == (price / 2, price / 2)


async def test_proposed_jobs_count_among_those_that_wait(database: Database) -> None:
    """An author cannot pile them up."""
    jobs, _ = await asked(database)
    two = replace(TERMS, waiting_per_author=2)
    await jobs.accept(at(job("e2"), Accepted(asks=True)), two)
    with pytest.raises(QueueFull):
        await jobs.accept(job("e3"), two)


async def change_node(database: Database) -> None:
    """Bury the node."""
    await database.run(lambda connection: connection.exec_driver_sql("UPDATE nodes SET dead = true WHERE id = 'n1'"))
