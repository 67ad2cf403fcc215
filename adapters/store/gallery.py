"""What an operator looks through: all jobs, newest first, and what is under way on a platform."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from adapters.store.codec import decode
from adapters.store.tables import Text, jobs
from bot.domain.job import Job
from bot.domain.model import Model
from bot.domain.request import Author
from bot.ports import Entry, Sought

MOST_ENDED = 1000
"""Jobs that have ended, the newest of them, that are told to somebody who was away."""
BATCH = 500
"""Ids in one query: SQLite and Postgres both have a limit on parameters."""


def search(connection: sa.Connection, sought: Sought, models: Mapping[str, Model]) -> Sequence[Entry]:
    """Return the newest jobs in which every word stands somewhere; none whose author has asked to be forgotten."""
    query = sa.select(jobs).where(~jobs.c.forget)
    if sought.platform is not None:
        query = query.where(jobs.c.platform == sought.platform)
    if sought.before is not None:
        query = query.where(jobs.c.accepted_at < sought.before)
    for word in sought.words:
        query = query.where(_holds(word, connection.dialect.name))
    newest = query.order_by(jobs.c.accepted_at.desc(), jobs.c.id.desc()).limit(sought.limit)
    return [
        Entry(decode(row, models), row.started_at, row.submitted_at, row.finished_at)
        for row in connection.execute(newest)
    ]


def under_way(connection: sa.Connection, author: Author, ended_since: float | None) -> Mapping[str, str]:
    """Return the mark of each job of the author's that is under way, and of those that ended since that moment."""
    mine = (jobs.c.platform == author.platform) & (jobs.c.author == author.id)
    marks = {row.id: _mark(row) for row in connection.execute(_MARKS.where(mine, ~jobs.c.concluded))}
    if ended_since is not None:
        ended = _MARKS.where(mine, ~jobs.c.forget, jobs.c.finished_at >= ended_since)
        newest = ended.order_by(jobs.c.finished_at.desc()).limit(MOST_ENDED)
        marks |= {row.id: _mark(row) for row in connection.execute(newest)}
    return marks


def load_all(connection: sa.Connection, job_ids: Collection[str], models: Mapping[str, Model]) -> Sequence[Job]:
    """Return those of these jobs of which something is stored."""
    ids, kept = list(job_ids), ~(jobs.c.forget & jobs.c.concluded)
    found: list[Job] = []
    for first in range(0, len(ids), BATCH):
        some = sa.select(jobs).where(jobs.c.id.in_(ids[first : first + BATCH]), kept)
        found += [decode(row, models) for row in connection.execute(some)]
    return found


def wanted(connection: sa.Connection, request_ids: Collection[str]) -> set[str]:
    """Return those of these requests whose jobs are under way, or stored as failed: their videos may be here alone."""
    ids, found = list(request_ids), set[str]()
    kept = sa.or_(~jobs.c.concluded, (jobs.c.state == "failed") & ~jobs.c.forget)
    for first in range(0, len(ids), BATCH):
        some = sa.select(jobs.c.request_id).where(jobs.c.request_id.in_(ids[first : first + BATCH]), kept)
        found.update(connection.execute(some).scalars())
    return found


_MARKS: sa.Select[Any] = sa.select(
    jobs.c.id,
    jobs.c.state,
    jobs.c.fence,
    jobs.c.stop_asked,
    jobs.c.request_id,
    jobs.c.image_sizes.is_not(sa.null()).label("has_sizes"),
)


def _mark(row: sa.Row[Any]) -> str:
    return f"{row.state} {row.fence} {row.stop_asked} {row.request_id} {row.has_sizes}"


def _holds(word: str, dialect: str) -> sa.ColumnElement[bool]:
    """Whether the word stands in a job's prompt, seed, request id or author's id, in capitals or not."""
    pattern = f"%{word.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
    texts = (jobs.c.prompt, jobs.c.request_id, jobs.c.author, sa.cast(jobs.c.seed, Text))
    if dialect == "postgresql":
        return sa.or_(*(text.ilike(pattern, escape="/") for text in texts))
    if word.isascii():
        # SQLite's LIKE knows no difference between capitals and small letters, of ASCII.
        return sa.or_(*(text.like(pattern, escape="/") for text in texts))
    small = sa.func.unicode_lower(jobs.c.prompt, type_=Text)
    return small.like(pattern.lower(), escape="/")
