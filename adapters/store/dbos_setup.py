"""How DBOS is set up: its database, its names and its log."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from dbos import DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy import event

from adapters.store.database import Database

log = structlog.get_logger()

SQLITE_FILE = "dbos.sqlite"


QUIET_S = 60.0
"""How long what is logged from one place is not logged from there again: in an outage it comes every second."""


class Log(logging.Handler):
    """Takes what DBOS logs into the bot's log, shortened and less often: its errors hold whole statements."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._until: dict[tuple[str, int], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on, unless another one from the same place was passed on just now."""
        place, now = (record.pathname, record.lineno), self._clock()
        if now < self._until.get(place, now):
            return
        self._until[place] = now + QUIET_S
        said = record.getMessage().partition("Traceback")[0].partition("\n")[0].strip()[:300]
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        log.log(record.levelno, "dbos", said=said, error=kind)


def config_of(database: Database, executor: str, engine: sa.Engine | None) -> DBOSConfig:
    """Return the settings of DBOS as the node ``executor``; ``engine`` is that of its SQLite file, if it has one."""
    settings = DBOSConfig(
        name="tweenbot",
        # Pinned: the computed one changes with every deploy, and strands what the one before has begun.
        application_version="1",
        executor_id=executor,
        system_database_url=database.url if engine is None else str(engine.url),
        serializer=DBOSPortableJSONSerializer(),
        max_executor_threads=4 if database.is_sqlite else 8,
        sys_db_pool_size=8,
        sys_db_idle_transaction_timeout_sec=3,
        log_level="WARNING",
        use_listen_notify=False,
        # We send no notifications, so a look costs nothing; but DBOS' end waits for the next one, a second by default.
        notification_listener_polling_interval_sec=0.1,
        scheduler_polling_interval_sec=3600,
    )
    if engine is not None:
        settings["system_database_engine"] = engine
    return settings


def sqlite_of(database: Database) -> sa.Engine:
    """Return the engine of the SQLite file that DBOS has beside ours."""
    file = Path(sa.make_url(database.url).database or "").with_name(SQLITE_FILE)
    engine = sa.create_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "connect")
    def _(connection: Any, _: object) -> None:  # noqa: ANN401  # DBAPI's own
        connection.isolation_level = "IMMEDIATE"
        # NORMAL: what a power cut takes back is taken from our own table again.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
