"""The right to carry one job on.

Whatever is saved carries the fence of the claim, so that a process whose job was taken over changes nothing any more.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from adapters.store.accounts import settle
from adapters.store.codec import micros, state_columns
from adapters.store.codec_states import FINAL, PROPOSED
from adapters.store.database import Database
from adapters.store.history import empty
from adapters.store.tables import inbox, jobs
from bot.domain.errors import Charge
from bot.domain.job import Cancelled, Delivered, Failed, Job, Submitted, Submitting, Unclear
from bot.ports import Superseded

Lease = Callable[[], Awaitable[None]]
"""Waits until this process may be sure that no other one has its jobs; raises :class:`Superseded` where one has."""


@dataclass(frozen=True)
class Fenced:
    """``bot.ports.Hold`` on the row of one job; it waits without end while the database is away."""

    database: Database
    job_id: str
    fence: int
    lease: Lease
    clock: Callable[[], float] = time.time

    async def save(self, job: Job, token: str | None = None) -> None:
        """Save the state, and settle the money of a final one. Run twice, the second time changes nothing."""
        now = self.clock()

        def work(connection: sa.Connection) -> None:
            save(connection, self._row(connection), job, now, token)

        await self.database.run(work, patience=None)

    async def remember(self, place: Mapping[str, str]) -> None:
        """Make the place durable."""

        def work(connection: sa.Connection) -> None:
            mine = (jobs.c.id == self.job_id) & (jobs.c.fence == self.fence)
            if not connection.execute(sa.update(jobs).where(mine).values(place=dict(place))).rowcount:
                raise Superseded

        await self.database.run(work, patience=None)

    async def check(self) -> None:
        """Look at this process's own lease alone: fast, and true without the database.

        A lease that ran out while the database was away may hold again: nobody has taken the job over by that alone.
        """
        await self.lease()

    async def rest(self) -> None:
        """Leave a proposed job to its author; one whose author has said something waits for its next run."""
        tried, now = False, self.clock()

        def work(connection: sa.Connection) -> None:
            nonlocal tried
            row = locked(connection, self.job_id)
            if row is None or (tried and row.fence != self.fence):
                return  # sent on its way by this very call before its connection broke
            if row.fence != self.fence:
                raise Superseded
            tried = True
            connection.execute(sa.update(jobs).where(jobs.c.id == row.id).values(**_resting(row, now)))

        await self.database.run(work, patience=None)

    async def conclude(self) -> None:
        """Leave the job alone, and delete its images; one that was reopened in the meantime waits for its next run."""
        if not await self._concluded(heavy=False):
            await self._concluded(heavy=True)

    async def _concluded(self, *, heavy: bool) -> bool:
        """Conclude the job; False, and nothing is done, where it has images, and to delete them is for a heavy one."""
        tried = False

        def work(connection: sa.Connection) -> bool:
            nonlocal tried
            row = locked(connection, self.job_id)
            if row is None or (tried and row.fence != self.fence):
                return True  # deleted, or reopened, by this very call before its connection broke
            if row.fence != self.fence:
                raise Superseded
            if not heavy and connection.execute(_IMAGES, {"job_id": self.job_id}).first() is not None:
                return False
            tried = True
            conclude(connection, row)
            return True

        return await self.database.run(work, patience=None, heavy=heavy)

    def _row(self, connection: sa.Connection) -> sa.Row[Any]:
        row = locked(connection, self.job_id)
        if row is None or row.fence != self.fence:
            raise Superseded
        return row


_IMAGES = sa.select(inbox.c.which).where(inbox.c.job_id == sa.bindparam("job_id")).limit(1)


def locked(connection: sa.Connection, job_id: str) -> sa.Row[Any] | None:
    """Return a job's row, which nobody else changes until this transaction ends."""
    return connection.execute(sa.select(jobs).where(jobs.c.id == job_id).with_for_update()).one_or_none()


def save(connection: sa.Connection, row: sa.Row[Any], job: Job, now: float, token: str | None = None) -> None:
    """Write a job's state over its locked row, and settle its money.

    A request that came home while its job was being called unclear is not lost: the job stays the intent that it was,
    and is run once more when it is concluded.
    """
    if isinstance(job.state, Unclear) and row.arrived is not None:
        return
    values = state_columns(job)
    if isinstance(job.state, Submitted):
        values["submitted_at"] = job.state.since
    if job.is_final:
        values["finished_at"] = now if row.finished_at is None else row.finished_at
        values["owed_micros"] = owed = _owed(job, row.price_micros)
        settle(connection, row, owed)
    if token is not None and isinstance(job.state, Submitting):
        # What arrived for an earlier request is no news of this one.
        values["token_digest"], values["arrived"] = digest(token), None
    connection.execute(sa.update(jobs).where(jobs.c.id == row.id).values(**values))


def conclude(connection: sa.Connection, row: sa.Row[Any]) -> None:
    """Take note that nothing is left to do for a locked row's job, unless it was reopened."""
    mine = jobs.c.id == row.id
    if row.state not in FINAL:
        connection.execute(sa.update(jobs).where(mine).values(**for_another_run(row)))
    elif row.forget:
        empty(connection, mine)
    else:
        connection.execute(sa.update(jobs).where(mine).values(concluded=True, waiting=False))
        connection.execute(sa.delete(inbox).where(inbox.c.job_id == row.id))


def _resting(row: sa.Row[Any], now: float) -> dict[str, Any]:
    """Return the columns that change where a job's process lets go of it because its author is asked, from now on."""
    rests = {"node": None, "waiting": False, "started_at": now}
    return rests if is_resting(row, held=True) else for_another_run(row)


def is_resting(row: sa.Row[Any], *, held: bool = False) -> bool:
    """Whether a job waits for nothing but its author; ``held``: its process is about to let go of it."""
    return row.state == PROPOSED and not row.stop_asked and (held or (row.node is None and not row.waiting))


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def reopened(row: sa.Row[Any]) -> dict[str, Any]:
    """Return the columns that change where an unclear job is looked into once more.

    One that is still being concluded keeps its process, whose ``conclude`` then finds it reopened.
    """
    values: dict[str, Any] = {"state": "submitting", "finished_at": None, "rung": True}
    return {**values, **for_another_run(row)} if row.concluded else values


def for_another_run(row: sa.Row[Any]) -> dict[str, Any]:
    """Return the columns that change where a job is to be admitted, and run, once more."""
    return {"concluded": False, "waiting": True, "node": None, "run": row.run + 1, "fence": row.fence + 1}


def _owed(job: Job, price: int) -> int:
    match job.state:
        case Delivered(cost=cost):
            return 0 if cost is None else micros(cost)
        case Failed(error=error):
            return 0 if error.charge is Charge.NONE else price
        case Cancelled(charge=charge) | Unclear(charge=charge):
            return 0 if charge is Charge.NONE else price
        case _:
            raise AssertionError(f"{type(job.state).__name__} is not final")
