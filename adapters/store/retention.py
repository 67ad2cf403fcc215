"""Deletes what has been kept long enough: concluded jobs, and the sums of months that nobody asks for."""

import time
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime

import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.inbox import sweep
from adapters.store.media_index import end
from adapters.store.tables import accounts, jobs, media

Gone = Callable[[Collection[str]], Awaitable[None]]
"""Is told the ids of jobs that are no longer stored."""

BATCH = 200
"""Jobs that are deleted in one transaction: more would keep an accept waiting."""

MONTHS = 13
"""Months whose sums are kept beside the current one: a whole year to look back on."""


async def _nobody(_: Collection[str]) -> None:
    """Tell nobody."""


async def purge(
    database: Database, older_than: float, gone: Gone = _nobody, clock: Callable[[], float] = time.time
) -> int:
    """Delete the jobs that were concluded and ended before ``older_than`` (epoch seconds); return how many.

    ``gone`` is told which, a batch at a time, so that what is kept of them elsewhere goes too. What is not concluded
    stays however old it is. Images that no job under way needs go after a day, whatever ``older_than`` is. Raises
    :class:`StoreAway`; what was deleted so far stays deleted.
    """
    await sweep(database, clock())
    oldest = _months_before(clock(), MONTHS)
    await database.run(lambda connection: connection.execute(sa.delete(accounts).where(accounts.c.month < oldest)))
    some = sa.select(jobs.c.id).where(jobs.c.concluded, jobs.c.finished_at < older_than).limit(BATCH)
    deleting = sa.delete(jobs).where(jobs.c.id.in_(some.scalar_subquery()), jobs.c.concluded).returning(jobs.c.id)
    deleted = 0

    def work(connection: sa.Connection) -> Collection[str]:
        ids = connection.execute(deleting).scalars().all()
        end(connection, media.c.job_id.in_(ids))
        return ids

    while now := await database.run(work):
        await gone(now)
        deleted += len(now)
    return deleted


def _months_before(moment: float, months: int) -> str:
    """Return the month so many months before that of a moment: ``2025-10``."""
    now = datetime.fromtimestamp(moment, UTC)
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return f"{year:04}-{month + 1:02}"
