"""Images that a platform hands over once, in the database: whichever process stages their job finds them.

They are gone with their job's end: it deletes them in the transaction that concludes it.
"""

import time
from collections.abc import Callable

import sqlalchemy as sa
import structlog

from adapters.store.database import Database
from adapters.store.replacing import replace
from adapters.store.tables import inbox, jobs
from bot.domain.errors import BadImage, ImageFault, Which

log = structlog.get_logger()

PATIENCE_S = 60.0
"""How long an image may wait for those before it: hundreds at once take a disk several seconds."""

DAY_S = 86_400.0


class StoredInbox:
    """``bot.ports.Inbox`` on the table ``inbox``."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def put(self, job_id: str, which: Which, data: bytes) -> None:
        """Keep an image, except where its job has ended by now."""
        await self._put(job_id, which, {"data": data, "fault": None, "detail": None})

    async def put_fault(self, fault: BadImage, job_id: str) -> None:
        """Keep why there is no image."""
        await self._put(job_id, fault.which, {"data": None, "fault": fault.fault.value, "detail": fault.detail})

    async def get(self, job_id: str, which: Which) -> bytes | None:
        """Return the image, or raise what was kept in its place; a fault of a later version is a missing image."""
        query = sa.select(inbox.c.data, inbox.c.fault, inbox.c.detail).where(
            inbox.c.job_id == job_id, inbox.c.which == which
        )
        row = await self._database.run(
            lambda connection: connection.execute(query).one_or_none(), patience=PATIENCE_S, heavy=True
        )
        if row is None:
            return None
        if row.fault is not None:
            raise BadImage(which, _fault(row.fault), row.detail or "")
        return bytes(row.data)

    async def _put(self, job_id: str, which: Which, kept: dict[str, object]) -> None:
        row = {"job_id": job_id, "which": which, "put_at": self._clock(), **kept}
        # Locked, so that a job that is being concluded deletes what was put before, or is seen to be concluded.
        ended = sa.select(jobs.c.concluded).where(jobs.c.id == job_id).with_for_update(read=True)

        def work(connection: sa.Connection) -> None:
            if not connection.execute(ended).scalar_one_or_none():
                replace(connection, inbox, row)

        await self._database.run(work, patience=PATIENCE_S, heavy=kept["data"] is not None)


async def sweep(database: Database, now: float) -> int:
    """Delete images that are older than a day and whose job has ended, or was never accepted; return how many.

    A process that dies between an image and its job's accept leaves such. They go one by one, for each may be large.
    """
    under_way = sa.select(jobs.c.id).where(jobs.c.id == inbox.c.job_id, ~jobs.c.concluded).exists()
    left = sa.select(inbox.c.job_id, inbox.c.which).where(inbox.c.put_at < now - DAY_S, ~under_way).limit(1)
    key = sa.tuple_(inbox.c.job_id, inbox.c.which)
    deleting = sa.delete(inbox).where(key.in_(left))
    swept = 0
    while count := await database.run(lambda connection: connection.execute(deleting).rowcount, heavy=True):
        swept += count
    return swept


def _fault(name: str) -> ImageFault:
    try:
        return ImageFault(name)
    except ValueError:
        log.warning("image_fault_unknown", fault=name)
        return ImageFault.MISSING
