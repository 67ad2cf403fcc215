"""What is stored of an author: the history, the budgets, "delete my data", and what time deletes."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.retention import BATCH, purge
from adapters.store.servers import ServerBook
from adapters.store.tables import accounts, metadata
from bot.domain.budget import Allowance, Budget
from bot.domain.request import Author
from tests.contract.store.stored import (
    ANN,
    DEED,
    DELIVERED,
    MODELS,
    SUBMITTED,
    TERMS,
    UNCLEAR,
    change,
    claimed,
    job,
    set_budget,
    spent,
)

BOB = Author("discord", "bob", "guild")
PRICE = job().request.price


async def test_an_author_sees_the_newest_jobs_first(database: Database) -> None:
    """Of all servers of that platform, and nobody else's."""
    store = Jobs(database, MODELS, "n1")
    for number, author in enumerate((ANN, replace(ANN, server="other"), BOB, replace(ANN, platform="slack"), ANN)):
        await store.accept(replace(job(f"e{number}", author), accepted_at=float(number)), TERMS)
    assert [entry.job.id for entry in await store.history(ANN)] == ["e4", "e1", "e0"]
    assert [entry.job.id for entry in await store.history(ANN, limit=1)] == ["e4"]
    assert [entry.started_at for entry in await store.history(BOB)] == [None]


async def test_budgets_are_listed_set_and_dropped(database: Database) -> None:
    """One for each server, kind and id; the last one set counts; a sum no column holds is as good as no limit."""
    store = Jobs(database, MODELS, None)
    mine = Budget("discord", "guild", "role", "admins", Decimal("12.345678"))
    huge = Budget("discord", "guild", "everyone", "", Decimal("1e40"))
    for each in (replace(mine, usd=Decimal(1)), mine, huge, replace(mine, server="other")):
        await set_budget(database, each)
    listed = await store.budgets("discord", "guild")
    assert [(each.kind, each.id) for each in listed] == [("everyone", ""), ("role", "admins")]
    assert listed[1] == mine
    assert listed[0].usd > 10**9
    await ServerBook(database).drop_budget(mine, DEED)
    assert len(await store.budgets("discord", "guild")) == 1
    assert len(await store.budgets("discord", "other")) == 1
    await store.accept(job(), TERMS)


async def test_usage_tells_what_applies_and_what_is_spent(database: Database) -> None:
    """The author's own allowance and the server's total, beside what both have spent or reserved."""
    store = Jobs(database, MODELS, None)
    await set_budget(database, Budget("discord", "guild", "role", "painters", Decimal(20)))
    await store.accept(job("e1"), TERMS)
    await store.accept(job("e2", BOB), TERMS)
    usage = await store.usage(ANN, Allowance(Decimal(5), Decimal(50)))
    assert (usage.author, usage.server) == (PRICE, 2 * PRICE)
    assert usage.allowance == Allowance(Decimal(20), Decimal(50))


async def test_forgetting_deletes_what_has_ended_and_the_rest_when_it_ends(database: Database) -> None:
    """Jobs under way go on, and are deleted once concluded; other people's stay, and so do the month's sums."""
    store = Jobs(database, MODELS, "n1")
    await (await claimed(store, "done", state=DELIVERED)).hold.conclude()
    await (await claimed(store, "unclear", state=UNCLEAR)).hold.conclude()
    under_way = await claimed(store, "runs", state=SUBMITTED)
    await store.accept(job("waits"), TERMS)
    await (await claimed(store, "bob's", BOB, state=DELIVERED)).hold.conclude()
    before = await spent(store)
    assert await store.forget(ANN) == (2, 2)
    assert {entry.job.id for entry in await store.history(ANN)} == {"runs", "waits"}
    await under_way.hold.save(replace(under_way.job, state=DELIVERED))
    await under_way.hold.conclude()
    assert await store.load("runs") is None
    assert await store.load("bob's") is not None
    assert await store.forget(ANN) == (0, 1)
    assert await spent(store) == (before[0] - PRICE + Decimal("0.25"), before[1] - PRICE + Decimal("0.25"))


async def test_what_has_had_its_time_is_deleted(database: Database) -> None:
    """Concluded jobs that ended long ago go, in several batches; what is under way or recent stays."""
    store = Jobs(database, MODELS, "n1")
    await claimed(store, "old and under way", state=DELIVERED)
    await change(database, "old and under way", finished_at=10.0)
    await (await claimed(store, "recent", state=DELIVERED)).hold.conclude()
    await (await claimed(store, "old 0", state=DELIVERED)).hold.conclude()
    await change(database, "old 0", finished_at=10.0)
    await _copy(database, "old 0", BATCH + 1)
    gone: list[str] = []

    async def note(job_ids: Collection[str]) -> None:
        gone.extend(job_ids)

    assert await purge(database, 20.0, note) == BATCH + 2
    assert len(set(gone)) == len(gone) == BATCH + 2
    assert {entry.job.id for entry in await store.history(ANN)} == {"old and under way", "recent"}
    assert await purge(database, 20.0) == 0


async def test_the_sums_of_a_year_are_kept(database: Database) -> None:
    """Thirteen months back, across the year's end; older ones go."""
    months = ["2024-11", "2024-12", "2025-01", "2026-01"]
    rows = [{"scope": "s", "month": month, "micros": 1} for month in months]
    await database.run(lambda connection: connection.execute(sa.insert(accounts), rows))
    await purge(database, 0.0, clock=lambda: datetime(2026, 1, 31, tzinfo=UTC).timestamp())
    kept = await database.run(lambda connection: set(connection.execute(sa.select(accounts.c.month)).scalars()))
    assert kept == {"2024-12", "2025-01", "2026-01"}


async def _copy(database: Database, job_id: str, times: int) -> None:
    """Enter more jobs like that one."""
    jobs = metadata.tables["jobs"]

    def work(connection: sa.Connection) -> None:
        row = dict(connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).mappings().one())
        copies = [{**row, "id": f"copy {number}", "token_digest": None} for number in range(times)]
        connection.execute(sa.insert(jobs), copies)

    await database.run(work)
