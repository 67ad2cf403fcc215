"""The first contact with the database: what waiting may mend is waited for, everything else is refused at once."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

import sqlalchemy as sa
import structlog

from adapters.store.database import Database
from adapters.store.errors import passes, said_by, unusable

log = structlog.get_logger()

PAUSE_S = 1.0
SAY_EVERY_S = 15.0


async def reach(database: Database, patience: float) -> None:
    """Return once the database can be written to.

    Raises :class:`StoreUnusable` at once where it refuses this process, and after ``patience`` seconds where nobody
    answers: a bot and its database often start at the same time.
    """
    ends = time.monotonic() + patience
    say_at = float("-inf")
    while True:
        try:
            await _aside(lambda: _touch(database.engine))
        except sa.exc.DBAPIError as error:
            now = time.monotonic()
            if not passes(error) or now + PAUSE_S > ends:
                raise unusable(database.name, error) from error
            if now >= say_at:
                say_at = now + SAY_EVERY_S
                waits = round(ends - now)
                log.warning("waiting_for_database", TWEENBOT_DATABASE_URL=database.name, said=said_by(error), s=waits)
            await asyncio.sleep(PAUSE_S)
        else:
            return


def _touch(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        # On SQLite the transaction has begun with the right to write.
        connection.execute(sa.text("SELECT 1"))


async def _aside(work: Callable[[], None]) -> None:
    """Do it on a thread that no end of the process waits for: a host that swallows everything holds it for long."""
    done: Future[None] = Future()

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  # it is the waiting coroutine's to raise
            done.set_exception(error)
        else:
            done.set_result(None)

    done.set_running_or_notify_cancel()
    threading.Thread(target=run, name="reach", daemon=True).start()
    await asyncio.wrap_future(done)
