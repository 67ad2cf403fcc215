"""What the jobs of before tell of the next one: how long it will take, and what is left to pay it with."""

import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from adapters.store import accounts
from adapters.store.database import Database
from adapters.store.tables import jobs
from bot.domain.budget import Allowance
from bot.domain.expectation import LASTS_S, Took, expectation, work
from bot.domain.job import Expected, Job
from bot.domain.model import Model
from bot.domain.request import Author

MOST = 200
"""Delivered jobs that are looked at, the newest of the model."""


class JobsOutlook:
    """``bot.ports.Outlook`` on the ``jobs`` table. ``default`` is the operator's allowance."""

    def __init__(self, database: Database, default: Allowance, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._default = default
        self._clock = clock

    async def expected(self, job: Job, now: float) -> Expected | None:
        """Return what the job is expected to take; those that cost nothing were made elsewhere than those that do."""
        request = job.request
        asked, query = (
            work(request.options, request.model),
            {"endpoint": request.model.endpoint, "since": now - LASTS_S},
        )
        rows = await self._database.run(lambda connection: connection.execute(DELIVERED_LATELY, query).all())
        costs = request.price > 0
        past = [_took(row, request.model) for row in rows if (row.price_micros > 0) == costs]
        return expectation(past, asked, now)

    async def left(self, author: Author) -> Decimal | None:
        """Return what is left of the narrower of the author's and the server's budget of this month."""
        now = self._clock()
        usage = await self._database.run(lambda connection: accounts.usage(connection, author, self._default, now))
        return usage.left


DELIVERED_LATELY: sa.Select[Any] = (
    sa.select(jobs.c.submitted_at, jobs.c.finished_at, jobs.c.options, jobs.c.price_micros)
    .where(jobs.c.endpoint == sa.bindparam("endpoint"), sa.text("jobs.state = 'delivered'"))
    .where(jobs.c.submitted_at.is_not(None), jobs.c.finished_at > sa.bindparam("since"))
    .order_by(jobs.c.finished_at.desc())
    .limit(MOST)
)
"""The newest delivered jobs of an endpoint."""


def _took(row: sa.Row[Any], model: Model) -> Took:
    options = row.options if isinstance(row.options, Mapping) else {}
    return Took(row.submitted_at, row.finished_at - row.submitted_at, work(options, model))
