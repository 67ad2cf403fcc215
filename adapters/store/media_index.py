"""Which files are handed out by a link, in the database: every process of the store serves them, or stops to.

A job that is deleted ends its file's time in the same transaction, so no process serves it from then on.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.tables import media
from bot.ports import Shelved

_LOCK = 0x6D656469
"""Postgres' advisory lock: two processes that look for room at the same time would both take the last of it."""


class StoredMediaIndex:
    """``bot.ports.MediaIndex`` on the table ``media``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, shelved: Shelved, most: int) -> Shelved | None:
        """Note a file, or return the one of that job that lives; None where there is no room.

        A job's earlier file whose time is over stays to be removed: it no longer counts as the job's.
        """

        def work(connection: sa.Connection) -> Shelved | None:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            earlier = connection.execute(_OF_JOB, {"of_job": shelved.job_id}).one_or_none()
            if earlier is not None and earlier.expires_at > shelved.made_at:
                expires_at = max(earlier.expires_at, shelved.expires_at)
                connection.execute(_changed(earlier.id, expires_at=expires_at))
                return Shelved(earlier.id, earlier.job_id, earlier.bytes, earlier.made_at, expires_at)
            if connection.execute(_TOTAL).scalar_one() + shelved.bytes > most:
                return None
            if earlier is not None:
                connection.execute(_changed(earlier.id, job_id=earlier.id))
            connection.execute(sa.insert(media).values(_columns(shelved)))
            return shelved

        return await self._database.run(work)

    async def get(self, id_: str) -> Shelved | None:
        """Return what is known of a file."""

        def work(connection: sa.Connection) -> Shelved | None:
            row = connection.execute(_OF_ID, {"of_id": id_}).one_or_none()
            return None if row is None else _shelved(row)

        return await self._database.run(work)

    async def total(self) -> int:
        """Return the bytes of all files that are there."""
        return await self._database.run(lambda connection: int(connection.execute(_TOTAL).scalar_one()))

    async def end(self, job_id: str) -> None:
        """End the time of a job's file."""
        await self._database.run(lambda connection: end(connection, media.c.job_id == job_id))

    async def expired(self, now: float, limit: int = 100) -> tuple[Shelved, ...]:
        """Return files that are there still, and whose time is over, those that have waited longest first."""
        query = sa.select(media).where(media.c.expires_at <= now, media.c.bytes > 0)
        query = query.order_by(media.c.expires_at).limit(limit)
        return await self._database.run(lambda connection: tuple(map(_shelved, connection.execute(query))))

    async def removed(self, ids: Collection[str], before: float) -> None:
        """Note that these files are gone, and forget what has been over since ``before``."""

        def work(connection: sa.Connection) -> None:
            if ids:
                connection.execute(sa.update(media).where(media.c.id.in_(list(ids))).values(bytes=0))
            connection.execute(sa.delete(media).where(media.c.expires_at < before, media.c.bytes == 0))

        await self._database.run(work)


def end(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    """End the time of these files, whose jobs are deleted: nobody is told any more that they have been there."""
    connection.execute(sa.update(media).where(which).values(expires_at=0.0))


_OF_JOB = sa.select(media).where(media.c.job_id == sa.bindparam("of_job")).with_for_update()
_OF_ID = sa.select(media).where(media.c.id == sa.bindparam("of_id"))
_TOTAL = sa.select(sa.func.coalesce(sa.func.sum(media.c.bytes), 0))


def _changed(id_: str, **columns: object) -> sa.Update:
    return sa.update(media).where(media.c.id == id_).values(**columns)


def _columns(shelved: Shelved) -> dict[str, object]:
    return {
        "id": shelved.id,
        "job_id": shelved.job_id,
        "bytes": shelved.bytes,
        "made_at": shelved.made_at,
        "expires_at": shelved.expires_at,
    }


def _shelved(row: sa.Row[Any]) -> Shelved:
    return Shelved(row.id, row.job_id, row.bytes, row.made_at, row.expires_at)
