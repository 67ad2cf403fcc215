"""``bot.ports.JobStore`` on the ``jobs`` table. Every method is one short transaction."""

import dataclasses
import hmac
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from adapters.store import accounts, audit, gallery, history, proposals
from adapters.store.codec import decode, request_columns, state_columns
from adapters.store.codec_states import FINAL
from adapters.store.database import Database
from adapters.store.hold import (
    Fenced,
    Lease,
    digest,
    for_another_run,
    is_resting,
    locked,
    reopened,
    save,
)
from adapters.store.servers import RulesReader
from adapters.store.tables import jobs, nodes
from bot.domain.budget import Allowance, Budget, Usage, month_of
from bot.domain.card import Action
from bot.domain.errors import QueueFull
from bot.domain.job import Accepted, Job
from bot.domain.mend import mended
from bot.domain.model import Model
from bot.domain.request import Author
from bot.domain.server import Rules
from bot.ports import Claim, Deed, Entry, Ring, Sought, Superseded, Terms

WANTED_S = 60.0
"""How long a sweep waits for the answer: nobody sits there, and of a million jobs it takes seconds."""


async def _no_lease() -> None:
    """Wait for nothing: nobody else can have the jobs."""


class Jobs:
    """All jobs. ``models`` is the catalogue by endpoint; ``node`` is this process's id, None where it carries no jobs.

    ``lease`` is asked right before every effect outside, and returns once this process's jobs are surely still its own.
    """

    def __init__(
        self,
        database: Database,
        models: Mapping[str, Model],
        node: str | None,
        *,
        lease: Lease = _no_lease,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._models = models
        self._node = node
        self._lease = lease
        self._clock = clock
        self._rules = RulesReader()
        self._untold: dict[str, Ring] = {}

    async def accept(self, job: Job, terms: Terms) -> Job:
        """Store the job and reserve its price; the limits on waiting jobs are the author's exactly.

        On Postgres several processes that accept in the same instant may overshoot the limit for everyone by one each.
        """
        return await self._database.run(lambda connection: self._accept(connection, job, terms))

    async def load(self, job_id: str) -> Job | None:
        """Return a job as it stands."""
        query = {"job_id": job_id}
        row = await self._database.run(lambda connection: connection.execute(_KEPT, query).one_or_none())
        return None if row is None or history.is_empty(row) else decode(row, self._models)

    async def claim(self, job_id: str) -> Claim | None:
        """Take a job, and end one that cannot be read; waits while the database is away, as a hold does."""
        return await self._database.run(lambda connection: self._claim(connection, job_id), patience=None)

    async def ask_to_stop(self, job_id: str) -> None:
        """Note the stop, and ring; nothing where the job has ended."""

        def work(connection: sa.Connection) -> None:
            row = locked(connection, job_id)
            if row is not None and row.state not in FINAL:
                resting = for_another_run(row) if is_resting(row) else {}
                values = {"stop_asked": True, "rung": True, **resting}
                connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(**values))

        await self._database.run(work)

    async def go(self, job_id: str, default: Allowance) -> Job:
        """Have a proposed job made. Raises :class:`LookupError` where there is no such job."""
        return await self._answer(job_id, lambda job: job.to(Accepted()), default)

    async def mend(self, job_id: str, mend: Action, default: Allowance) -> Job:
        """Have a proposed job proposed anew. Raises :class:`LookupError` where there is no such job."""

        def change(job: Job) -> Job:
            return dataclasses.replace(job, request=mended(job.request, mend)).to(Accepted(asks=True))

        return await self._answer(job_id, change, default)

    async def _answer(self, job_id: str, change: proposals.Change, default: Allowance) -> Job:
        return await self._database.run(
            lambda connection: proposals.answer(connection, job_id, change, self._models, default)
        )

    async def arrived(self, token: str, request_id: str) -> bool:
        """Note the first request that this token brings home, and ring; reopen an unclear job."""
        return await self._database.run(lambda connection: _arrived(connection, digest(token), request_id))

    async def look_again(self, job_id: str) -> Job:
        """Reopen an unclear job. Raises :class:`LookupError` where there is no such job."""

        def work(connection: sa.Connection) -> Job:
            row = locked(connection, job_id)
            if row is not None and row.state == "unclear":
                connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(**reopened(row)))
                row = locked(connection, job_id)
            if row is None:
                raise LookupError(job_id)
            return decode(row, self._models)

        return await self._database.run(work)

    async def placed(self, job_id: str, place: Mapping[str, str]) -> None:
        """Add to a job's place what is not there yet, whoever carries it."""

        def work(connection: sa.Connection) -> None:
            row = locked(connection, job_id)
            if row is not None and not history.is_empty(row):
                values = {"place": {**place, **(row.place or {})}}
                connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(**values))

        await self._database.run(work)

    async def rung(self) -> Sequence[Ring]:
        """Return the news for this process's jobs. What a broken connection swallowed is told the next time."""
        rung = sa.update(jobs).where(jobs.c.node == self._node, jobs.c.rung).values(rung=False)

        def work(connection: sa.Connection) -> None:
            for row in connection.execute(rung.returning(jobs.c.id, jobs.c.stop_asked, jobs.c.arrived)):
                self._untold[row.id] = Ring(row.id, row.stop_asked, row.arrived)

        if self._node is None:
            return []
        await self._database.run(work)
        told, self._untold = self._untold, {}
        return list(told.values())

    async def unfinished(self) -> set[str]:
        """Return the ids of all jobs that something is left to do for."""
        query = sa.select(jobs.c.id).where(~jobs.c.concluded)
        return await self._database.run(lambda connection: set(connection.execute(query).scalars()))

    async def wanted(self, request_ids: Collection[str]) -> set[str]:
        """Return those of these requests whose videos may still be needed; all jobs are looked through."""
        return await self._database.run(
            lambda connection: gallery.wanted(connection, request_ids), patience=WANTED_S, heavy=True
        )

    async def history(self, author: Author, limit: int = 20) -> Sequence[Entry]:
        """Return an author's newest jobs, newest first."""
        return await self._database.run(lambda connection: history.history(connection, author, self._models, limit))

    async def search(self, sought: Sought) -> Sequence[Entry]:
        """Return the newest jobs that fit, of every platform; a rare word has every job looked through."""
        return await self._database.run(lambda connection: gallery.search(connection, sought, self._models), heavy=True)

    async def under_way(self, author: Author, ended_since: float | None = None) -> Mapping[str, str]:
        """Return the marks of an author's jobs that something is left to do for, and of those that ended since."""
        return await self._database.run(lambda connection: gallery.under_way(connection, author, ended_since))

    async def load_all(self, job_ids: Collection[str]) -> Sequence[Job]:
        """Return those of these jobs that are stored."""
        return await self._database.run(lambda connection: gallery.load_all(connection, job_ids, self._models))

    async def usage(self, author: Author, default: Allowance) -> Usage:
        """Return this month's money of an author and the author's server."""
        now = self._clock()
        return await self._database.run(lambda connection: accounts.usage(connection, author, default, now))

    async def budgets(self, platform: str, server: str) -> Sequence[Budget]:
        """Return the budgets of a server."""
        return await self._database.run(lambda connection: accounts.budgets_of(connection, platform, server))

    async def rules(self, platform: str, server: str) -> Rules:
        """Return a server's rules, as far as they can be read."""
        return await self._database.run(lambda connection: self._rules.read(connection, platform, server))

    async def delete(self, job_id: str) -> bool:
        """Delete what is stored of a job that has ended, or has it deleted when its last card is shown.

        False where it is under way; True where there is no such job, or none any more. Its id stays as it does when
        its author is forgotten.
        """
        return await self._database.run(lambda connection: history.delete(connection, locked(connection, job_id)))

    async def forget(self, author: Author, deed: Deed | None = None) -> tuple[int, int]:
        """Delete what is stored of an author's ended jobs; (deleted, still under way)."""

        def work(connection: sa.Connection) -> tuple[int, int]:
            audit.unname(connection, author)
            if deed is not None:
                audit.add(connection, deed)
            return history.forget(connection, author)

        return await self._database.run(work)

    def _accept(self, connection: sa.Connection, job: Job, terms: Terms) -> Job:
        author = job.request.author
        if connection.dialect.name == "postgresql":
            # One author's commands one after the other: a redelivered one finds the first, and the limit is exact.
            key = sa.func.hashtextextended(f"{author.platform} {author.id}".replace("\0", ""), 0)
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
        kept = connection.execute(_KEPT, {"job_id": job.id}).one_or_none()
        if kept is not None:
            return decode(kept, self._models)
        if (before := _come_home(connection, job)) is not None:
            return decode(before, self._models)
        _check_room(connection, author, terms)
        values = {**request_columns(job), **state_columns(job), "place": dict(job.place)}
        values |= {"waiting": True, "month": month_of(job.accepted_at), "owed_micros": values["price_micros"]}
        connection.execute(_STORING, values)
        accounts.reserve(connection, job, terms.allowance)
        return job

    def _claim(self, connection: sa.Connection, job_id: str) -> Claim | None:
        row = locked(connection, job_id)
        if row is None or row.concluded:
            return None
        if self._node is None or not self._may_take(connection, row):
            raise Superseded
        now = self._clock()
        taking = {"node": self._node, "waiting": False, "fence": row.fence + 1, "rung": False}
        taking["started_at"] = now if row.started_at is None else row.started_at
        connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(**taking))
        job = decode(row, self._models)
        if job.is_final and row.state not in FINAL:
            save(connection, row, job, now)
        hold = Fenced(self._database, job_id, row.fence + 1, self._lease, self._clock)
        return Claim(job, hold, Ring(job_id, row.stop_asked, row.arrived))

    def _may_take(self, connection: sa.Connection, row: sa.Row[Any]) -> bool:
        """Whether this process lives, as far as the store knows, and the job is nobody else's who does."""
        query = sa.select(nodes.c.id, nodes.c.dead).where(nodes.c.id.in_([self._node, row.node]))
        is_dead = {each.id: each.dead for each in connection.execute(query)}
        return not is_dead.get(self._node, False) and (row.node in (None, self._node) or is_dead.get(row.node, True))


# What an accept runs is put together once: SQLAlchemy takes longer for that than SQLite for the rest.
_KEPT = sa.select(jobs).where(jobs.c.id == sa.bindparam("job_id"))
_STORING = sa.insert(jobs)
_WAITING = sa.select(sa.func.count()).select_from(jobs).where(jobs.c.waiting)
_WHOSE = (jobs.c.platform == sa.bindparam("platform"), jobs.c.author == sa.bindparam("author"))
_OWN = _WAITING.where(*_WHOSE)
_ASKING = sa.select(sa.func.count()).select_from(jobs).where(jobs.c.asks, ~jobs.c.waiting, *_WHOSE)
_ROOM = sa.select(_WAITING.scalar_subquery(), _OWN.scalar_subquery(), _ASKING.scalar_subquery())


def _come_home(connection: sa.Connection, job: Job) -> sa.Row[Any] | None:
    """Return the job that this one sends again, where it is unclear no more: then it must not be sent."""
    row = None if job.request.again_of is None else locked(connection, job.request.again_of)
    return None if row is None or row.state == "unclear" else row


def _check_room(connection: sa.Connection, author: Author, terms: Terms) -> None:
    everyone, own, asking = connection.execute(_ROOM, {"platform": author.platform, "author": author.id}).one()
    if own + asking >= terms.waiting_per_author:
        raise QueueFull("author", terms.waiting_per_author)
    if everyone >= terms.waiting:
        raise QueueFull("everyone", terms.waiting)


def _arrived(connection: sa.Connection, token_digest: str, request_id: str) -> bool:
    query = sa.select(jobs).where(jobs.c.token_digest == token_digest).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None or not hmac.compare_digest(row.token_digest, token_digest):
        return False
    values: dict[str, Any] = {}
    if row.arrived is None and (row.state not in FINAL or row.state == "unclear"):
        values = {"arrived": request_id, "rung": True}
    if row.state == "unclear":
        values |= reopened(row)
    if values:
        connection.execute(sa.update(jobs).where(jobs.c.id == row.id).values(**values))
    return True
