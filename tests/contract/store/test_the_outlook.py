"""What jobs of before tell of the next one, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest
import sqlalchemy as sa

from adapters.store import accounts
from adapters.store.codec import request_columns, state_columns
from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.outlook import DELIVERED_LATELY, JobsOutlook
from adapters.store.tables import metadata
from bot.domain.budget import Allowance, Budget, Kind, month_of
from bot.domain.errors import Unreadable
from bot.domain.job import Expected, Failed, Job
from bot.domain.model import Model
from bot.domain.request import Author
from tests.contract.store.stored import ANN, DELIVERED, MODEL, MODELS, TERMS, at, change, job

NOW = 1_790_000_000.0
DAY = 86_400.0


async def _ended(database: Database, *jobs: tuple[Job, float, float]) -> None:
    """Store jobs that have ended: each with the moment of its submit, and the seconds that it took."""
    rows = [
        request_columns(one)
        | state_columns(one)
        | {"place": {}, "waiting": False, "concluded": True, "month": month_of(since), "owed_micros": 0}
        | {"accepted_at": since, "submitted_at": since, "finished_at": since + took}
        for one, since, took in jobs
    ]
    await database.run(lambda connection: connection.execute(sa.insert(metadata.tables["jobs"]), rows))


def _done(number: int, resolution: str = "720p") -> Job:
    return at(job(f"d{number}", resolution=resolution), DELIVERED)


def _from(shortest: float, longest: float, count: int) -> Expected:
    """Return the range of few jobs, which is wider than they are."""
    wider = 1 + 1 / count
    return Expected(shortest / wider, longest * wider, count)


def _set(budget: Budget, connection: sa.Connection) -> None:
    accounts.set_budget(connection, budget)


def _elsewhere(one: Job, change: Callable[[Model], Model]) -> Job:
    return replace(one, request=replace(one.request, model=change(one.request.model)))


async def test_jobs_that_were_delivered_tell_of_the_next(database: Database) -> None:
    """The range comes from durations between submit and end; what is usual, from jobs with the same options."""
    await _ended(database, *((_done(each), NOW - DAY + each, 100.0 + each) for each in range(12)))
    await _ended(database, *((_done(50 + each, resolution="480p"), NOW - DAY, 10.0) for each in range(3)))
    outlook = JobsOutlook(database, Allowance())
    found = await outlook.expected(job("new"), NOW)
    assert found is not None
    assert (round(found.low, 6), round(found.high, 6), found.jobs) == (93.75, 118.4, 15)


async def test_without_a_history_nothing_is_said(database: Database) -> None:
    """No job, no range."""
    assert await JobsOutlook(database, Allowance()).expected(job("new"), NOW) is None


async def test_only_what_was_made_in_the_same_way_counts(database: Database) -> None:
    """Failures, other models, the embedded engine's jobs, which cost nothing, and those of long ago tell nothing."""
    failed = at(job("failed"), Failed(Unreadable("x")))
    other = _elsewhere(_done(1), lambda model: replace(model, endpoint="fal-ai/other"))
    free = _elsewhere(_done(2), lambda model: replace(model, price=replace(model.price, unit_usd=Decimal(0))))
    await _ended(
        database,
        (failed, NOW - 50, 1.0),
        (other, NOW - 50, 2.0),
        (free, NOW - 50, 3.0),
        (_done(3), NOW - 31 * DAY, 4.0),
    )
    outlook = JobsOutlook(database, Allowance())
    assert await outlook.expected(job("new"), NOW) is None
    await _ended(database, (_done(4), NOW - 50, 5.0))
    assert await outlook.expected(job("new"), NOW) == _from(5.0, 5.0, 1)


async def test_what_cannot_be_read_is_passed_over(database: Database) -> None:
    """Options of an older version, or none at all, stop nobody from being told."""
    await _ended(database, *((_done(each), NOW - 50, 5.0) for each in range(4)))
    odd: list[object] = [[], {"num_frames": "many"}, {"resolution": 7}, sa.JSON.NULL]
    for number, options in enumerate(odd):
        await change(database, f"d{number}", options=options)
    await change(database, "d3", submitted_at=None)
    outlook = JobsOutlook(database, Allowance())
    assert await outlook.expected(job("new"), NOW) == _from(5.0, 5.0, 3)


@pytest.mark.parametrize(
    ("author", "server", "left"),
    [(None, None, None), (5, None, "4.60"), (5, 3, "2.60"), (2, 3, "1.60"), (None, 3, "2.60")],
)
async def test_what_is_left_is_the_narrower_rest(
    database: Database, author: int | None, server: int | None, left: str | None
) -> None:
    """Of the author's and the server's budget; what is reserved for a job is spent already."""
    store = Jobs(database, MODELS, "n1")
    await store.accept(job(), TERMS)
    limits: dict[Kind, int | None] = {"everyone": author, "server": server}
    for kind, usd in limits.items():
        if usd is not None:
            budget = Budget("discord", "guild", kind, "", Decimal(usd))
            await database.run(partial(_set, budget))
    expected = None if left is None else Decimal(left)
    assert await JobsOutlook(database, Allowance()).left(ANN) == expected


async def test_the_operators_budget_holds_where_there_is_no_other(database: Database) -> None:
    """Nothing is left below nothing, and a direct message has no server's budget."""
    store, author = Jobs(database, MODELS, "n1"), Author("discord", "ann")
    outlook = JobsOutlook(database, Allowance(Decimal("0.30"), Decimal(0)))
    assert await outlook.left(author) == Decimal("0.30")
    await store.accept(job(author=author), TERMS)
    assert await outlook.left(author) == 0


async def test_the_newest_are_found_without_looking_through_the_others(database: Database) -> None:
    """However many jobs of other models there are, an index leads to the model's own."""
    other = _elsewhere(_done(0), lambda model: replace(model, endpoint="fal-ai/other"))
    many = [(replace(other, request=replace(other.request, id=f"o{each}")), NOW - each, 60.0) for each in range(3000)]
    await _ended(database, *many, *((_done(1 + each), NOW - each * 1000, 60.0) for each in range(3)))
    await database.run(lambda connection: connection.exec_driver_sql("ANALYZE"))
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    query = DELIVERED_LATELY.params(endpoint=MODEL.endpoint, since=NOW - DAY)

    def plan(connection: sa.Connection) -> str:
        literal = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
        return str(connection.exec_driver_sql(f"{explain} {literal}").all())

    assert "ix_jobs_delivered" in await database.run(plan)
