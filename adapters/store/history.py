"""What is stored of an author: the list of jobs, and "delete my data"."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from adapters.store.codec import decode
from adapters.store.tables import jobs
from bot.domain.model import Model
from bot.domain.request import Author
from bot.ports import Entry


def history(connection: sa.Connection, author: Author, models: Mapping[str, Model], limit: int) -> Sequence[Entry]:
    """Return the author's newest jobs, newest first."""
    query = sa.select(jobs).where(_of(author)).order_by(jobs.c.accepted_at.desc(), jobs.c.id.desc()).limit(limit)
    return [
        Entry(decode(row, models), row.started_at, row.submitted_at, row.finished_at)
        for row in connection.execute(query)
    ]


def forget(connection: sa.Connection, author: Author) -> tuple[int, int]:
    """Delete the author's concluded jobs, and have the others deleted when they are; (deleted, marked)."""
    deleted = connection.execute(sa.delete(jobs).where(_of(author), jobs.c.concluded)).rowcount
    # Whatever is reopened or concluded between the two statements of one transaction is marked as well.
    marked = connection.execute(sa.update(jobs).where(_of(author), ~jobs.c.concluded).values(forget=True)).rowcount
    return deleted, marked


def _of(author: Author) -> sa.ColumnElement[bool]:
    return (jobs.c.platform == author.platform) & (jobs.c.author == author.id)
