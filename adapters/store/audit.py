"""What admins, the operator and the moderation have done, in the order in which it was.

Rows are only added. A change is written by the transaction that makes it (:func:`add`); what changes of a row later is
the id of an author who is forgotten (:func:`unname`), and :func:`purge` deletes those that have been kept long enough.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.tables import audit
from bot.domain.request import Author
from bot.ports import MODERATION, Deed, pseudonym

BATCH = 500
"""Deeds that are deleted in one transaction: more would keep an accept waiting."""

AGAIN_S = 86400.0
"""How long after it a refusal may be told a second time."""


class StoredAudit:
    """``bot.ports.AuditLog`` on the table ``audit``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, deed: Deed) -> None:
        """Add a deed, but for a refusal that is there."""

        def write(connection: sa.Connection) -> None:
            if deed.actor != MODERATION or not _is_there(connection, deed):
                add(connection, deed)

        await self._database.run(write)

    async def deeds(
        self, platform: str | None = None, server: str | None = None, since: float = 0.0, limit: int = 1000
    ) -> Sequence[Deed]:
        """Return the newest deeds."""
        query = _newest(platform, server, since).limit(limit)
        rows = await self._database.run(lambda connection: connection.execute(query).all())
        return [_decode(row) for row in rows]

    async def pages(
        self, platform: str | None = None, server: str | None = None, since: float = 0.0, size: int = 500
    ) -> AsyncIterator[Sequence[Deed]]:
        """Yield all of them; each page is a transaction of its own."""
        query = _newest(platform, server, since).limit(size)
        below: sa.ColumnElement[bool] = sa.true()
        while rows := await self._page(query.where(below)):
            yield [_decode(row) for row in rows]
            last = rows[-1]
            # Those that are written meanwhile are newer than the first, or of the same moment and counted higher.
            below = (audit.c.at < last.at) | ((audit.c.at == last.at) & (audit.c.id < last.id))

    async def _page(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        return await self._database.run(lambda connection: connection.execute(query).all())


def _is_there(connection: sa.Connection, deed: Deed) -> bool:
    """Whether it is told again: of a command that came twice, or a job whose process ended as it had been judged."""
    query = _newest(deed.platform, deed.server, deed.at - AGAIN_S).where(
        audit.c.actor == deed.actor, audit.c.action == deed.action, audit.c.subject == deed.subject
    )
    return any(_mapping(row.detail) == deed.detail for row in connection.execute(query))


def add(connection: sa.Connection, deed: Deed) -> None:
    """Write a deed down in the transaction of what it tells of; one that ran before, to an unclear end, has done so."""
    columns = {name: getattr(deed, name) for name in ("at", "platform", "server", "actor", "action", "subject")}
    same = sa.select(audit.c.detail).where(*(audit.c[name] == value for name, value in columns.items()))
    if not any(_mapping(row.detail) == deed.detail for row in connection.execute(same)):
        connection.execute(sa.insert(audit).values(**columns, detail=dict(deed.detail)))


def newest_action(connection: sa.Connection, platform: str, server: str) -> str | None:
    """Return what was done last in a server; None where nothing was."""
    query = _newest(platform, server, 0.0).with_only_columns(audit.c.action).limit(1)
    return connection.execute(query).scalar_one_or_none()


def unname(connection: sa.Connection, author: Author) -> None:
    """Give an author who is forgotten a pseudonym in what the moderation has done.

    What admins have done stays under their ids, and so does whose budget they have set: they act for the server.
    """
    if not author.id:
        return
    named = sa.cast(audit.c.detail, sa.Text).contains(author.id, autoescape=True)
    query = sa.select(audit).where(
        audit.c.platform == author.platform,
        (audit.c.actor == MODERATION) | audit.c.action.startswith(MODERATION),
        (audit.c.subject == author.id) | (audit.c.actor == author.id) | named,
    )
    for row in connection.execute(query).all():
        columns = {name: _unnamed(getattr(row, name), author) for name in ("actor", "subject")}
        detail = {name: _unnamed(said, author) for name, said in _mapping(row.detail).items()}
        connection.execute(sa.update(audit).where(audit.c.id == row.id).values(**columns, detail=detail))


async def purge(database: Database, older_than: float) -> int:
    """Delete the deeds of before that moment (epoch seconds); return how many. Raises :class:`StoreAway`."""
    some = sa.select(audit.c.id).where(audit.c.at < older_than).limit(BATCH)
    deleting = sa.delete(audit).where(audit.c.id.in_(some.scalar_subquery()))
    deleted = 0
    while now := await database.run(lambda connection: connection.execute(deleting).rowcount):
        deleted += now
    return deleted


def _newest(platform: str | None, server: str | None, since: float) -> sa.Select[Any]:
    query = sa.select(audit).where(audit.c.at >= since).order_by(audit.c.at.desc(), audit.c.id.desc())
    if platform is not None:
        query = query.where(audit.c.platform == platform)
    return query if server is None else query.where(audit.c.server == server)


def _unnamed(said: str, author: Author) -> str:
    return pseudonym(author) if said == author.id else said


def _mapping(detail: object) -> dict[str, str]:
    return {str(name): str(said) for name, said in detail.items()} if isinstance(detail, Mapping) else {}


def _decode(row: sa.Row[Any]) -> Deed:
    return Deed(row.at, row.platform, row.server, row.actor, row.action, row.subject, _mapping(row.detail))
