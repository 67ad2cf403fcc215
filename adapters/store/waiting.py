"""Who of those that wait runs next: as many as the terms allow, in turns among authors, each author's oldest first.

A job's turn is the number of jobs that its author would have running with it; lower turns go first, then older jobs. So
an author with one job never waits behind another's twenty, and nobody waits for ever. Jobs whose server or author has
no room are passed over, not waited for. A server's own limits narrow the operator's, and count its own jobs alone.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.tables import jobs, servers
from bot.domain.job import FINAL, PROPOSED_S
from bot.ports import Terms

_FINAL = tuple(state.__name__.lower() for state in FINAL)
_LOCK = 0x7477656E
"""Postgres' advisory lock of admission: two nodes that count at the same time would both fill the last place."""

_RUNNING = sa.and_(
    jobs.c.node.is_not(None), ~jobs.c.concluded, ~jobs.c.waiting, ~jobs.c.asks, jobs.c.state.not_in(_FINAL)
)
ASKED_AT_ONCE = 64
"""Jobs that a process gets ready to propose at the same time: each has two images in its memory."""
ASKED_S = 60.0
"""What takes longer waits for somebody outside, with no image in its hands, and does not count any more."""


@dataclass(frozen=True)
class Start:
    """A job that has just become this node's, and the workflow to begin for it."""

    job_id: str
    workflow_id: str


class Waiting:
    """The jobs that wait for a process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def admit(self, node: str, terms: Terms, room: int) -> Sequence[Start]:
        """Make waiting jobs this node's, until it has ``room`` or the terms allow no more, and return them.

        A job that its author stopped while it waited is admitted whatever the limits: all that is left is to say so. So
        is one that is only to be proposed; and one that was proposed long ago, whose author says nothing, is stopped.
        Jobs of dead nodes count as running, since they will. Should the answer be lost, the jobs are this node's
        nevertheless.
        """

        def work(connection: sa.Connection) -> Sequence[Start]:
            connection.execute(_giving_up())
            if connection.scalar(sa.select(jobs.c.id).where(jobs.c.waiting).limit(1)) is None:
                return []
            if not self._database.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            asked = connection.scalar(_asked(node)) or 0
            chosen = [*connection.execute(_stopped()), *connection.execute(_asking(max(0, ASKED_AT_ONCE - asked)))]
            own = sa.func.count().filter(jobs.c.node == node)
            running, mine = connection.execute(sa.select(sa.func.count(), own).where(_RUNNING)).one()
            free = min(terms.running - running, room - mine)
            if free > 0:
                chosen += connection.execute(_next(terms, free))
            if chosen:
                started = {"node": node, "waiting": False, "started_at": sa.func.coalesce(jobs.c.started_at, _now())}
                connection.execute(sa.update(jobs).where(jobs.c.id.in_(row.id for row in chosen)).values(started))
            return [Start(row.id, workflow_id(row.id, row.run)) for row in chosen]

        return await self._database.run(work)


def workflow_id(job_id: str, run: int) -> str:
    """Return the engine's name for one of a job's runs; it has several where an earlier one was lost."""
    return job_id if run == 1 else f"{job_id}/{run}"


def _now() -> sa.ColumnElement[float]:
    return sa.literal(time.time(), sa.Float)


def _stopped() -> sa.Select[tuple[str, int]]:
    return sa.select(jobs.c.id, jobs.c.run).where(jobs.c.waiting, jobs.c.stop_asked)


def _asked(node: str) -> sa.Select[Any]:
    """Count the jobs that a node is getting ready to propose."""
    ready = (jobs.c.asks, jobs.c.node == node, ~jobs.c.concluded, jobs.c.state == "accepted")
    return sa.select(sa.func.count()).where(*ready, jobs.c.started_at > time.time() - ASKED_S)


def _asking(most: int) -> sa.Select[tuple[str, int]]:
    asking = sa.select(jobs.c.id, jobs.c.run).where(jobs.c.waiting, jobs.c.asks, ~jobs.c.stop_asked)
    return asking.order_by(jobs.c.accepted_at, jobs.c.id).limit(most)


def _giving_up() -> sa.Update:
    # Of a job that rests, ``started_at`` is when it was left to its author.
    resting = (jobs.c.asks, ~jobs.c.waiting, jobs.c.node.is_(None), ~jobs.c.concluded, ~jobs.c.stop_asked)
    long_ago = jobs.c.started_at < time.time() - PROPOSED_S
    stopped = {"stop_asked": True, "waiting": True, "run": jobs.c.run + 1, "fence": jobs.c.fence + 1}
    return sa.update(jobs).where(*resting, long_ago).values(stopped)


def _next(terms: Terms, free: int) -> sa.Select[tuple[str, int]]:
    """Select the next jobs to run. No author's turn goes to a job whose server, or whose author there, has no room."""
    turns = _turns(_candidates(terms))
    place = turns.c.there + sa.func.row_number().over(
        partition_by=(turns.c.platform, turns.c.server), order_by=(turns.c.turn, turns.c.accepted_at, turns.c.id)
    )
    places = sa.select(turns, place.label("place")).where(turns.c.turn <= terms.running_per_author).subquery("places")
    fits = sa.or_(places.c.server == "", places.c.place <= places.c.most_there)
    order = (places.c.turn, places.c.accepted_at, places.c.id)
    return sa.select(places.c.id, places.c.run).where(fits).order_by(*order).limit(free)


def _candidates(terms: Terms) -> sa.Subquery:
    """Select the waiting jobs whose server has room: ``there`` jobs of it run, and ``most_there`` may.

    ``own_there`` is the number of jobs that the author would have running in that server with this one, ``own_most``
    how many the server allows. Direct messages are nobody's server.
    """
    in_server, own = _running(jobs.c.server), _running(jobs.c.server, jobs.c.author)
    there = sa.func.coalesce(in_server.c.running, 0)
    most_there = _narrower(servers.c.running, terms.running_per_server)
    own_there = sa.func.coalesce(own.c.running, 0) + sa.func.row_number().over(
        partition_by=(jobs.c.platform, jobs.c.server, jobs.c.author), order_by=(jobs.c.accepted_at, jobs.c.id)
    )
    return (
        sa.select(jobs.c.id, jobs.c.run, jobs.c.platform, jobs.c.server, jobs.c.author, jobs.c.accepted_at)
        .add_columns(there.label("there"), most_there.label("most_there"), own_there.label("own_there"))
        .add_columns(_narrower(servers.c.running_per_author, terms.running_per_author).label("own_most"))
        .outerjoin(servers, _same(servers, jobs, "server"))
        .outerjoin(in_server, _same(in_server, jobs, "server"))
        .outerjoin(own, _same(own, jobs, "server", "author"))
        .where(jobs.c.waiting, ~jobs.c.asks, ~jobs.c.stop_asked, sa.or_(jobs.c.server == "", there < most_there))
        .subquery("candidates")
    )


def _turns(candidates: sa.Subquery) -> sa.Subquery:
    everywhere = _running(jobs.c.author)
    turn = sa.func.coalesce(everywhere.c.running, 0) + sa.func.row_number().over(
        partition_by=(candidates.c.platform, candidates.c.author),
        order_by=(candidates.c.accepted_at, candidates.c.id),
    )
    return (
        sa.select(candidates, turn.label("turn"))
        .outerjoin(everywhere, _same(everywhere, candidates, "author"))
        .where(sa.or_(candidates.c.server == "", candidates.c.own_there <= candidates.c.own_most))
        .subquery("turns")
    )


def _running(*by: sa.Column[str]) -> sa.CTE:
    """Count the jobs that run, for each platform and these."""
    whose = (jobs.c.platform, *by)
    counted = sa.select(*whose, sa.func.count().label("running")).where(_RUNNING).group_by(*whose)
    return counted.cte("_".join(("running", *(column.name for column in by))))


def _same(one: sa.FromClause, other: sa.FromClause, *names: str) -> sa.ColumnElement[bool]:
    return sa.and_(*(one.c[name] == other.c[name] for name in ("platform", *names)))


def _narrower(own: sa.Column[int | None], limit: int) -> sa.ColumnElement[int]:
    """Return the limit that holds where a server has one of its own, or NULL: ``bot.domain.server.narrower``."""
    return sa.case((own < limit, own), else_=limit)
