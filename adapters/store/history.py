"""What is stored of an author: the list of jobs, and the deletion of one or all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from adapters.store.codec import decode
from adapters.store.codec_states import FINAL
from adapters.store.media_index import end
from adapters.store.tables import inbox, jobs, media
from bot.domain.errors import Charge
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
    deleted = empty(connection, _of(author) & jobs.c.concluded)
    # Whatever is reopened or concluded between the two statements of one transaction is marked as well.
    marked = connection.execute(sa.update(jobs).where(_of(author), ~jobs.c.concluded).values(forget=True)).rowcount
    return deleted, marked


def delete(connection: sa.Connection, row: sa.Row[Any] | None) -> bool:
    """Delete the job of a locked row; False, and nothing happens, where it is under way.

    One whose last card is still being shown is deleted when it is concluded. True also where nothing is left to delete.
    """
    if row is None or is_empty(row):
        return True
    mine = jobs.c.id == row.id
    if row.concluded:
        empty(connection, mine)
    elif row.state in FINAL:
        connection.execute(sa.update(jobs).where(mine).values(forget=True))
    return row.concluded or row.state in FINAL


def empty(connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    """Delete all that is stored of these jobs but that they were; return how many.

    Their ids stay until retention takes them: a command may be delivered once more, and must not be paid for twice.
    """
    ids = sa.select(jobs.c.id).where(which)
    connection.execute(sa.delete(inbox).where(inbox.c.job_id.in_(ids)))
    end(connection, media.c.job_id.in_(ids))
    return connection.execute(sa.update(jobs).where(which).values(_EMPTY)).rowcount


def is_empty(row: sa.Row[Any]) -> bool:
    """Whether nothing is stored of a job but that it was."""
    return bool(row.forget and row.concluded)


_EMPTY = {
    **dict.fromkeys(("server", "author", "prompt"), ""),
    **dict.fromkeys(
        ("again_of", "image_sizes", "expected", "request_id", "seed", "node", "token_digest", "arrived"), sa.null()
    ),
    "roles": [],
    "options": {},
    "images": [{"name": "", "locator": ""}] * 2,
    "place": {},
    "state": "cancelled",
    "detail": sa.case(
        (jobs.c.owed_micros > 0, sa.literal({"charge": Charge.POSSIBLE.value}, sa.JSON)),
        else_=sa.literal({"charge": Charge.NONE.value}, sa.JSON),
    ),
    "forget": True,
    "concluded": True,
    "waiting": False,
    "asks": False,
    "rung": False,
}


def _of(author: Author) -> sa.ColumnElement[bool]:
    return (jobs.c.platform == author.platform) & (jobs.c.author == author.id)
