"""Holding a job: one process at a time carries it, what it saves is durable, and its money is settled once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.migrate import migrate
from adapters.store.nodes import Nodes
from bot.domain.errors import Charge, Defect, StoreAway
from bot.domain.job import Cancelled, Failed, State
from bot.ports import Hold, Superseded
from tests.contract.store.stored import (
    ACCEPTED,
    ANN,
    DELIVERED,
    MODELS,
    POSTING,
    SINCE,
    SUBMITTED,
    SUBMITTING,
    TERMS,
    UNCLEAR,
    at,
    claimed,
    job,
    node,
    row,
    spent,
)

PRICE = job().request.price
DEFECT = Defect("KeyError")


@pytest.fixture
async def other(database: Database) -> AsyncIterator[Database]:
    """Return another process's way to the same database."""
    other = Database(database.url)
    yield other
    other.close()


async def test_a_job_is_claimed_by_one_process_at_a_time(database: Database) -> None:
    """A living node keeps its job; once it is dead, another one takes it over, with another fence."""
    await node(database, "n1")
    await node(database, "n2")
    await claimed(Jobs(database, MODELS, "n1"))
    with pytest.raises(Superseded):
        await Jobs(database, MODELS, "n2").claim("e1")
    await database.run(lambda connection: connection.execute(sa.text("UPDATE nodes SET dead = true WHERE id = 'n1'")))
    assert await Jobs(database, MODELS, "n2").claim("e1") is not None
    assert [(await row(database))[name] for name in ("node", "fence", "waiting")] == ["n2", 2, False]
    with pytest.raises(Superseded):
        await Jobs(database, MODELS, "n1").claim("e1")


async def test_a_dead_node_takes_nothing(database: Database) -> None:
    """Not even what waits: others believe that it is gone."""
    await node(database, "n1", dead=True)
    store = Jobs(database, MODELS, "n1")
    await store.accept(job(), TERMS)
    with pytest.raises(Superseded):
        await store.claim("e1")


async def test_a_node_that_nobody_knows_is_dead(database: Database) -> None:
    """Its row is gone, so its jobs are free."""
    await claimed(Jobs(database, MODELS, "long gone"))
    assert await Jobs(database, MODELS, "n2").claim("e1") is not None


async def test_only_one_of_two_processes_gets_a_waiting_job(database: Database, other: Database) -> None:
    """Both claim at the same instant; the other is superseded."""
    for name in ("n1", "n2"):
        await node(database, name)
    stores = Jobs(database, MODELS, "n1"), Jobs(other, MODELS, "n2")
    for number in range(10):
        await stores[0].accept(job(f"e{number}"), TERMS)
        answers = await asyncio.gather(*(each.claim(f"e{number}") for each in stores), return_exceptions=True)
        assert sum(isinstance(each, Superseded) for each in answers) == 1


async def test_there_is_nothing_to_claim_of_what_is_done_or_unknown(database: Database) -> None:
    """A concluded job is left alone; so is one that is not there."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=DELIVERED)
    await claim.hold.conclude()
    assert await store.claim("e1") is None
    assert await store.claim("e2") is None


async def test_a_superseded_hold_changes_nothing(database: Database) -> None:
    """Whatever it tries is refused, and the row stays as the new holder has it."""
    store = Jobs(database, MODELS, "n1")
    old = await claimed(store, state=SUBMITTED)
    assert await store.claim("e1") is not None
    before = await row(database)
    for attempt in (old.hold.save(at(old.job, DELIVERED)), old.hold.remember({"a": "b"}), old.hold.conclude()):
        with pytest.raises(Superseded):
            await attempt
    assert await row(database) == before


async def test_a_check_asks_for_the_lease_alone(database: Database) -> None:
    """It answers with the database away: what is asked is whether this process may still act."""
    valid = True

    async def lease() -> None:
        if not valid:
            raise Superseded

    store = Jobs(database, MODELS, "n1", lease=lease)
    claim = await claimed(store)
    database.close()
    await claim.hold.check()
    valid = False
    with pytest.raises(Superseded):
        await claim.hold.check()


async def test_a_lease_that_ran_out_in_an_outage_is_waited_for(postgres_url: str) -> None:
    """The database was away for longer than a lease, and nobody buried this node: the job waits, and goes on."""
    database = Database(postgres_url)
    await migrate(database)
    node = Nodes(database, lease_s=0.3)
    await node.register()
    claim = await claimed(Jobs(database, MODELS, node.id, lease=node.until_held))
    async with asyncio.timeout(10):
        while node.holds():  # noqa: ASYNC110  # time alone brings it about
            await asyncio.sleep(0.01)
    checking = asyncio.create_task(claim.hold.check())
    await asyncio.sleep(0)
    assert not checking.done()
    async with asyncio.timeout(10):
        while not node.holds():
            # So short a lease leaves a database little time to answer in.
            with suppress(StoreAway):
                await node.renew()
    await asyncio.wait_for(checking, 10)
    await node.leave()
    with pytest.raises(Superseded):
        await claim.hold.check()
    database.close()


async def test_the_place_is_remembered(database: Database) -> None:
    """Where the card and the video are is known to the next process; saving a state leaves it alone."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store)
    await claim.hold.remember({"channel": "c1", "card": "m1"})
    await claim.hold.save(at(claim.job, SUBMITTED))
    again = await store.claim("e1")
    assert again is not None
    assert again.job.place == {"channel": "c1", "card": "m1"}


async def test_the_times_of_a_job_are_kept(database: Database) -> None:
    """Began at the first claim, sent when it was sent, ended when it first was final."""
    now = 100.0
    store = Jobs(database, MODELS, "n1", clock=lambda: now)
    claim = await claimed(store)
    now = 200.0
    claim = await store.claim("e1") or claim
    await claim.hold.save(at(claim.job, SUBMITTED))
    await claim.hold.save(at(claim.job, DELIVERED))
    now = 300.0
    await claim.hold.save(at(claim.job, DELIVERED))
    (entry,) = await store.history(ANN)
    assert (entry.started_at, entry.submitted_at, entry.finished_at) == (100.0, SINCE, 200.0)


async def test_what_is_known_of_a_request_has_columns_of_its_own(database: Database) -> None:
    """The request's id and the seed can be looked for."""
    claim = await claimed(Jobs(database, MODELS, "n1"))
    await claim.hold.save(replace(at(claim.job, POSTING), request_id="r1"))
    stored = await row(database)
    assert (stored["request_id"], stored["seed"], stored["state"]) == ("r1", 7, "posting")


@pytest.mark.parametrize(
    ("state", "owed"),
    [
        (ACCEPTED, PRICE),
        (SUBMITTING, PRICE),
        (SUBMITTED, PRICE),
        (DELIVERED, Decimal("0.25")),
        (replace(DELIVERED, cost=PRICE * 2), PRICE * 2),
        (replace(DELIVERED, cost=None), Decimal(0)),
        (Failed(Defect("x")), Decimal(0)),
        (Failed(Defect("x").billed(Charge.POSSIBLE)), PRICE),
        (Failed(Defect("x").billed(Charge.BILLED)), PRICE),
        (Cancelled(Charge.NONE), Decimal(0)),
        (Cancelled(Charge.POSSIBLE), PRICE),
        (UNCLEAR, PRICE),
        (replace(UNCLEAR, charge=Charge.NONE), Decimal(0)),
    ],
)
async def test_a_job_owes_what_its_ending_says(database: Database, state: State, owed: Decimal) -> None:
    """Reserved until it ends, then settled, for the author and the server, once, however often it is saved."""
    store = Jobs(database, MODELS, "n1")
    await store.accept(job("other"), TERMS)
    claim = await claimed(store, state=state)
    await claim.hold.save(at(claim.job, state))
    assert await spent(store) == (PRICE + owed, PRICE + owed)


async def test_an_unclear_job_that_comes_home_is_settled_again(database: Database) -> None:
    """Its price was owed, then what it really cost."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=UNCLEAR)
    assert await spent(store) == (PRICE, PRICE)
    await claim.hold.conclude()
    await store.look_again("e1")
    again = await store.claim("e1")
    assert again is not None
    await again.hold.save(at(again.job, SUBMITTED))
    await again.hold.save(at(again.job, DELIVERED))
    assert await spent(store) == (Decimal("0.25"), Decimal("0.25"))


@pytest.mark.parametrize(
    "call", ["save", "remember", "conclude", "conclude a forgotten one", "conclude a reopened one"]
)
async def test_a_commit_that_was_not_heard_of_is_recognised(database: Database, call: str) -> None:
    """The connection breaks right after the commit: the write is run again, finds its own, and changes nothing more."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=UNCLEAR if call.startswith("conclude") else SUBMITTED)
    if "forgotten" in call:
        assert await store.forget(ANN) == (0, 1)
    if "reopened" in call:
        await store.look_again("e1")
    breaks = _break_after_next_commit(database)
    await _call(claim.hold, call)
    assert breaks == ["broken"]
    if "forgotten" in call:
        assert await store.load("e1") is None
    elif "reopened" in call:
        assert [(await row(database))[name] for name in ("state", "run", "waiting")] == ["submitting", 2, True]
    else:
        assert [(await row(database))[name] for name in ("run", "fence")] == [1, 1]
    expected = PRICE if call.startswith(("conclude", "remember")) else Decimal(0)
    assert await spent(store) == (expected, expected)


async def _call(hold: Hold, call: str) -> None:
    match call:
        case "save":
            await hold.save(at(job(), Failed(DEFECT)))
        case "remember":
            await hold.remember({"a": "b"})
        case _:
            await hold.conclude()


def _break_after_next_commit(database: Database) -> list[str]:
    breaks: list[str] = []

    @sa.event.listens_for(database.engine, "commit")
    def _(connection: sa.Connection) -> None:
        if not breaks:
            breaks.append("broken")
            connection.connection.driver_connection.commit()  # type: ignore[union-attr]  # a real one
            raise sa.exc.OperationalError("COMMIT", None, ConnectionResetError())

    return breaks


async def test_a_save_outlasts_a_database_that_is_away(database: Database) -> None:
    """What is to be saved has already happened, so it waits until the database is back, past every patience."""
    claim = await claimed(Jobs(database, MODELS, "n1"))
    away = 8

    @sa.event.listens_for(database.engine, "begin")
    def _(connection: sa.Connection) -> None:
        nonlocal away
        if away:
            away -= 1
            raise sa.exc.OperationalError("BEGIN", None, ConnectionRefusedError())

    saving = asyncio.create_task(claim.hold.save(at(claim.job, SUBMITTED)))
    async with asyncio.timeout(20):
        await saving
    assert away == 0
    assert (await row(database))["state"] == "submitted"
