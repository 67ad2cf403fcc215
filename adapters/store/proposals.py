"""What the author of a proposed job has answered: a *Go*, or a mend. Each is one transaction, and is taken once."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from adapters.store import accounts
from adapters.store.codec import decode, micros, request_columns, state_columns, usd
from adapters.store.hold import for_another_run, locked
from adapters.store.tables import jobs
from bot.domain.budget import Allowance
from bot.domain.job import Accepted, Job, Proposed
from bot.domain.model import Model

Change = Callable[[Job], Job]
"""Returns a proposed job as its author wants it: accepted, as it was shown, or to be proposed anew."""


def answer(
    connection: sa.Connection, job_id: str, change: Change, models: Mapping[str, Model], default: Allowance
) -> Job:
    """Change a proposed job as its author has said, and have it run again; any other one is returned as it is.

    So is one that is being stopped. One that costs more now than it did is proposed anew, whatever was said: nobody has
    agreed to that price. Raises :class:`LookupError` where there is no such job, and :class:`BudgetSpent` where the
    rise does not fit; then nothing is changed.
    """
    row = locked(connection, job_id)
    if row is None:
        raise LookupError(job_id)
    job = decode(row, models)
    if not isinstance(job.state, Proposed) or row.stop_asked:
        return job
    changed = change(job)
    values: dict[str, Any] = {}
    if (price := changed.request.price) > usd(row.price_micros):
        changed = job.to(Accepted(asks=True)) if changed.state == Accepted() else changed
        reserved = usd(row.owed_micros)
        accounts.reserve(connection, changed, default, reserved)
        values["owed_micros"] = micros(max(price, reserved))
    values |= {**request_columns(changed), **state_columns(changed), "started_at": None}
    # While its process still shows it, that process keeps it, whose ``rest`` then finds it answered.
    resting = row.node is None and not row.waiting
    values |= for_another_run(row) if resting else {}
    connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(**values))
    return changed
