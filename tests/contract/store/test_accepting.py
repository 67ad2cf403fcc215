"""Accept: a job is stored once and its money reserved, or nothing is; and it is answered in time."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.migrate import migrate
from adapters.store.servers import ServerBook
from adapters.store.tables import metadata
from bot.domain.budget import Allowance, Budget, month_of, renewal
from bot.domain.errors import BudgetSpent, QueueFull
from bot.domain.model import Model, PriceRule
from bot.domain.request import Author
from tests.contract.store.stored import (
    ANN,
    DEED,
    DELIVERED,
    MODELS,
    SUBMITTED,
    SUBMITTING,
    TERMS,
    UNCLEAR,
    at,
    break_after_a_commit,
    claimed,
    job,
    set_budget,
    spent,
)

BOB = Author("discord", "bob", "guild")
PRICE = job().request.price
NOTHING = Decimal(0)


@pytest.fixture
def store(database: Database) -> Jobs:
    """Return the store of a gateway."""
    return Jobs(database, MODELS, None)


@pytest.fixture
async def processes(postgres_url: str) -> AsyncIterator[list[Jobs]]:
    """Return the stores of four processes on one Postgres."""
    databases = [Database(postgres_url) for _ in range(4)]
    await migrate(databases[0])
    yield [Jobs(each, MODELS, None) for each in databases]
    for each in databases:
        each.close()


async def test_a_redelivered_command_is_the_same_job(database: Database) -> None:
    """The second accept returns the job as it stands, and reserves nothing."""
    store = Jobs(database, MODELS, "n1")
    await claimed(store, state=SUBMITTED)
    assert await store.accept(job("e1", seed=9), TERMS) == await store.load("e1")
    assert await spent(store) == (PRICE, PRICE)


async def test_a_redelivered_command_is_no_job_too_many(store: Jobs) -> None:
    """A full queue and a spent budget do not hide that the job is there."""
    await store.accept(job(), TERMS)
    full = replace(TERMS, waiting=0, waiting_per_author=0, allowance=Allowance(Decimal(0)))
    assert (await store.accept(job(), full)).id == "e1"


async def test_one_command_at_four_processes_is_one_job(processes: list[Jobs]) -> None:
    """Redelivered to all of them at once, it is stored once, and its money is reserved once."""
    kept = await asyncio.gather(*(each.accept(job(), TERMS) for each in processes * 5))
    assert {each.id for each in kept} == {"e1"}
    assert await spent(processes[0]) == (PRICE, PRICE)
    assert len(await processes[0].history(ANN)) == 1


async def test_four_processes_never_spend_more_than_a_budget(processes: list[Jobs]) -> None:
    """Of many jobs at the same instant, exactly as many as the server's budget covers are accepted."""
    terms = replace(TERMS, allowance=Allowance(None, 5 * PRICE))
    answers = await asyncio.gather(
        *(
            processes[number % 4].accept(job(f"e{number}", replace(ANN, id=f"u{number}")), terms)
            for number in range(24)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, BudgetSpent) for each in answers) == 19
    assert (await spent(processes[0], replace(ANN, id="nobody")))[1] == 5 * PRICE


async def test_an_authors_limit_on_waiting_jobs_holds_over_processes(processes: list[Jobs]) -> None:
    """However many commands an author sends at the same instant, exactly as many as may wait are accepted."""
    terms = replace(TERMS, waiting_per_author=3)
    answers = await asyncio.gather(
        *(processes[number % 4].accept(job(f"e{number}"), terms) for number in range(16)), return_exceptions=True
    )
    assert sum(isinstance(each, QueueFull) for each in answers) == 13


async def test_a_job_that_came_home_is_not_sent_again(database: Database) -> None:
    """Its webhook was faster than the button: what the author gets is that job, and no second one is paid for."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store)
    await claim.hold.save(at(claim.job, SUBMITTING), "t1")
    await claim.hold.save(at(claim.job, UNCLEAR))
    await claim.hold.conclude()
    wanted = job("e1+")
    again = replace(wanted, request=replace(wanted.request, again_of="e1"))
    await store.arrived("t1", "r1")
    assert (await store.accept(again, TERMS)).id == "e1"
    assert await store.load("e1+") is None
    assert await spent(store) == (PRICE, PRICE)


async def test_an_unclear_job_is_sent_again_once(database: Database) -> None:
    """However often its author presses the button, and whatever becomes of the first one afterwards."""
    store = Jobs(database, MODELS, "n1")
    await (await claimed(store, state=UNCLEAR)).hold.conclude()
    wanted = job("e1+")
    again = replace(wanted, request=replace(wanted.request, again_of="e1"))
    assert {(await store.accept(again, TERMS)).id for _ in range(2)} == {"e1+"}
    await store.look_again("e1")
    assert (await store.accept(again, TERMS)).id == "e1+"
    assert await spent(store) == (2 * PRICE, 2 * PRICE)


async def test_a_job_is_settled_in_the_month_of_its_accept(database: Database) -> None:
    """A month ends in between: the old one's sum changes, and the new one's does not."""
    accepted = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC).timestamp()
    store = Jobs(database, MODELS, "n1", clock=lambda: accepted)
    await store.accept(replace(job(), accepted_at=accepted), TERMS)
    later = Jobs(database, MODELS, "n1", clock=lambda: accepted + 3600)
    claim = await later.claim("e1")
    assert claim is not None
    await claim.hold.save(at(claim.job, DELIVERED))
    assert await spent(store) == (Decimal("0.25"), Decimal("0.25"))
    assert await spent(later) == (NOTHING, NOTHING)


async def test_a_full_queue_says_whose_it_is(store: Jobs) -> None:
    """The author's own limit comes first; then everyone's. Jobs that run do not count."""
    terms = replace(TERMS, waiting=2, waiting_per_author=1)
    await store.accept(job("e1"), terms)
    with pytest.raises(QueueFull) as full:
        await store.accept(job("e2"), terms)
    assert (full.value.whose, full.value.limit) == ("author", 1)
    await store.accept(job("e3", BOB), terms)
    with pytest.raises(QueueFull) as full:
        await store.accept(job("e4", replace(BOB, id="eve")), terms)
    assert (full.value.whose, full.value.limit) == ("everyone", 2)
    assert await store.load("e2") is None


async def test_a_job_that_runs_waits_no_more(database: Database) -> None:
    """What a process has claimed leaves its place in the queue."""
    store = Jobs(database, MODELS, "n1")
    await claimed(store)
    await store.accept(job("e2"), replace(TERMS, waiting=1, waiting_per_author=1))


async def test_a_spent_budget_says_all_that_the_author_needs(store: Jobs) -> None:
    """Whose, limit, spent, price and renewal; nothing is stored, and nothing reserved."""
    terms = replace(TERMS, allowance=Allowance(PRICE * Decimal("1.5"), None))
    await store.accept(job("e1"), terms)
    with pytest.raises(BudgetSpent) as refused:
        await store.accept(job("e2"), terms)
    told = refused.value
    assert (told.whose, told.limit, told.spent, told.price) == ("author", PRICE * Decimal("1.5"), PRICE, PRICE)
    assert told.renews == renewal(month_of(time.time()))
    assert await store.load("e2") is None
    assert await spent(store) == (PRICE, PRICE)


async def test_a_refusal_by_the_server_gives_the_authors_money_back(store: Jobs, database: Database) -> None:
    """Both accounts change, or neither."""
    await set_budget(database, Budget("discord", "guild", "server", "", PRICE / 2))
    with pytest.raises(BudgetSpent) as refused:
        await store.accept(job(), TERMS)
    assert refused.value.whose == "server"
    assert await spent(store) == (NOTHING, NOTHING)


@pytest.mark.parametrize(
    ("budget", "fits"),
    [
        (Budget("discord", "guild", "user", "ann", PRICE), True),
        (Budget("discord", "guild", "user", "ann", PRICE / 2), False),
        (Budget("discord", "guild", "role", "painters", PRICE / 2), False),
        (Budget("discord", "guild", "everyone", "", Decimal(0)), False),
        (Budget("discord", "other", "everyone", "", Decimal(0)), True),
        (Budget("slack", "guild", "everyone", "", Decimal(0)), True),
    ],
)
async def test_a_budget_holds_from_the_next_accept_on(
    store: Jobs, database: Database, budget: Budget, *, fits: bool
) -> None:
    """Stored budgets of the author's own server count, to the cent; dropped ones do not."""
    await set_budget(database, budget)
    if not fits:
        with pytest.raises(BudgetSpent):
            await store.accept(job(), TERMS)
        await ServerBook(database).drop_budget(budget, DEED)
    await store.accept(job(), TERMS)


async def test_a_job_without_a_price_always_fits(database: Database) -> None:
    """Where nobody is billed, no budget stands in the way."""
    free: Model = replace(job().request.model, price=PriceRule(Decimal(0), ()))
    wanted = job()
    store = Jobs(database, {free.endpoint: free}, None)
    terms = replace(TERMS, allowance=Allowance(Decimal(0), Decimal(0)))
    await store.accept(replace(wanted, request=replace(wanted.request, model=free)), terms)
    assert await spent(store) == (NOTHING, NOTHING)


async def test_a_direct_message_counts_for_no_server(store: Jobs) -> None:
    """An author's money in direct messages is an account of its own."""
    alone = replace(ANN, server="")
    terms = replace(TERMS, allowance=Allowance(PRICE, Decimal(0)))
    await store.accept(job("e1", alone), terms)
    assert await spent(store, alone) == (PRICE, NOTHING)
    assert await spent(store) == (NOTHING, NOTHING)


async def test_a_job_counts_in_the_month_of_its_accept(database: Database) -> None:
    """A new month begins with nothing spent."""
    now = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC).timestamp()
    store = Jobs(database, MODELS, None, clock=lambda: now)
    await store.accept(replace(job(), accepted_at=now), TERMS)
    assert (await store.usage(ANN, Allowance())).month == "2026-11"
    assert await spent(store) == (PRICE, PRICE)
    later = await Jobs(database, MODELS, None, clock=lambda: now + 1).usage(ANN, Allowance(Decimal(9), None))
    assert (later.month, later.author, later.server, later.renews) == ("2026-12", NOTHING, NOTHING, date(2027, 1, 1))
    assert later.allowance == Allowance(Decimal(9), None)


async def test_an_accept_whose_commit_was_not_heard_of_is_found_by_the_next(database: Database) -> None:
    """The connection breaks right after the commit: the same transaction, run again, finds the job, reserved once."""
    store = Jobs(database, MODELS, None)
    broken = break_after_a_commit(database)

    assert (await store.accept(job(), TERMS)).id == "e1"
    assert broken == ["COMMIT"]
    assert await spent(store) == (PRICE, PRICE)


@pytest.mark.alone
async def test_two_hundred_accepts_at_once_are_each_answered_in_time(database: Database) -> None:
    """Within half a second for 99 of 100, each durable by then, on SQLite with a sync; on Postgres within its patience.

    The best of three rounds counts: whatever else runs on the machine is not the store's.
    """
    store = Jobs(database, MODELS, None)
    await store.accept(job("first"), TERMS)
    rounds = [
        sorted(await asyncio.gather(*(_timed(store, number, each) for each in range(200)))) for number in range(3)
    ]
    count = sa.select(sa.func.count()).select_from(metadata.tables["jobs"])
    assert await database.run(lambda connection: connection.execute(count).scalar_one()) == 601
    assert min(took[197] for took in rounds) < (0.5 if database.is_sqlite else 1.5)


async def _timed(store: Jobs, number: int, each: int) -> float:
    wanted = job(f"e{number}.{each}", replace(ANN, id=f"u{each % 20}"))
    began = time.perf_counter()
    await store.accept(wanted, TERMS)
    return time.perf_counter() - began
