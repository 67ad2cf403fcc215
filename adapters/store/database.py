"""The database: SQLite in the data folder by default, Postgres by its URL; transactions on threads of their own.

SQLite is one file with one writer: write-ahead log, and ``synchronous=FULL``, since an intent to pay that a power cut
takes back would be paid twice. Every transaction there begins IMMEDIATE, so what it reads stays true until it commits.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

import sqlalchemy as sa
import structlog
from sqlalchemy import event

from adapters.store.errors import said_by
from adapters.store.group import Group, Piece, alone
from bot.domain.errors import StoreAway, StoreUnusable

log = structlog.get_logger()
T = TypeVar("T")

ANSWER_S = 2.0
"""How long somebody who waits for an answer is kept waiting for a database that is away."""

LOG_EVERY_S = 15.0
"""How often it is logged that the database is away, at most."""


def url_of(data_dir: Path) -> str:
    """Return the address of the SQLite file in the data folder."""
    return f"sqlite:///{data_dir.resolve() / 'tweenbot.sqlite'}"


class Database:
    """One database. ``threads`` run its transactions; a SQLite file has one, on which they share commits.

    Heavy transactions, which move megabytes, are done one at a time, on Postgres on a thread and a connection more.

    ``name`` is its address without what is secret. An address that is none of ours is refused, :class:`StoreUnusable`.
    """

    def __init__(self, url: str, *, threads: int = 4) -> None:
        parsed = _parsed(url)
        self.is_sqlite = parsed.drivername == "sqlite"
        self.url = parsed.render_as_string(hide_password=False)
        self.name = parsed.set(query={}).render_as_string(hide_password=True).replace("+psycopg", "")
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgres(self.url, threads)
        self._threads = ThreadPoolExecutor(1 if self.is_sqlite else threads, thread_name_prefix="store")
        self._heavy = ThreadPoolExecutor(1, thread_name_prefix="store_heavy")  # no thread before it is used
        self._group = Group(self.engine, self._threads)
        self._logged = float("-inf")

    async def run(
        self, work: Callable[[sa.Connection], T], *, patience: float | None = ANSWER_S, heavy: bool = False
    ) -> T:
        """Run one transaction; ``work`` may be run again after a broken connection, so it checks what it finds.

        Raises :class:`StoreAway` where the database does not answer for ``patience`` seconds, and then nothing has
        happened, unless the connection broke in the very commit; None waits without end. One that is ``heavy`` waits
        for the others of its kind, and keeps nobody else waiting for more than itself.
        """
        ends = None if patience is None else time.monotonic() + patience
        pause = 0.05
        while True:
            try:
                return cast("T", await self._once(Piece(work, heavy=heavy), ends))
            except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError) as error:
                reason = said_by(error)
            self._log(reason)
            if ends is not None and time.monotonic() + pause > ends:
                raise StoreAway(reason)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 1.0)

    def close(self) -> None:
        """Close every connection."""
        for threads in (self._threads, self._heavy):
            threads.shutdown(wait=True, cancel_futures=True)
        self.engine.dispose()

    async def _once(self, piece: Piece, ends: float | None) -> Any:  # noqa: ANN401  # whatever the work returns
        if self.is_sqlite:
            self._group.add(piece)
        else:
            (self._heavy if piece.heavy else self._threads).submit(alone, self.engine, piece)
        outcome = asyncio.wrap_future(piece.outcome)
        try:
            await asyncio.wait((outcome,), timeout=None if ends is None else max(0.0, ends - time.monotonic()))
            if not outcome.done() and piece.abandon():
                raise StoreAway("no answer")
            return await outcome
        finally:
            outcome.cancel()

    def _log(self, reason: str) -> None:
        now = time.monotonic()
        if now - self._logged >= LOG_EVERY_S:
            self._logged = now
            log.warning("store_away", error=reason)


def _parsed(url: str) -> sa.URL:
    """Return the address under this room's drivers. What it says is not repeated: it may be a password alone."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise StoreUnusable("of TWEENBOT_DATABASE_URL", "that is no database's address") from error
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:" and "mode" not in parsed.query:
            return parsed.set(drivername="sqlite")
        case "sqlite":
            raise StoreUnusable("of TWEENBOT_DATABASE_URL", "a SQLite database must be a file")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise StoreUnusable("of TWEENBOT_DATABASE_URL", f"{other[:40]} is neither sqlite nor postgresql")


def _sqlite(url: str) -> sa.Engine:
    engine = sa.create_engine(url)
    file = Path(sa.make_url(url).database or "")

    @event.listens_for(engine, "connect")
    def _(connection: Any, record: Any) -> None:  # noqa: ANN401  # DBAPI's own
        record.info["inode"] = file.stat().st_ino
        # sqlite3 begins a transaction by itself, and only before a write: SQLAlchemy's "begin" below does it instead.
        connection.isolation_level = None
        # SQLite's own lower() knows ASCII alone.
        connection.create_function("unicode_lower", 1, str.lower, deterministic=True)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=1000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _(connection: sa.Connection) -> None:
        if not _is_there(file, connection.info["inode"]):
            # SQLite goes on with a file that was deleted or replaced, and all of it is gone with the process.
            lost = sqlite3.OperationalError("the file was deleted or replaced while the bot ran")
            raise sa.exc.OperationalError("BEGIN", None, lost)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _is_there(file: Path, inode: int) -> bool:
    try:
        return file.stat().st_ino == inode
    except OSError:
        return False


def _postgres(url: str, threads: int) -> sa.Engine:
    # A process that freezes in the middle of a transaction must not hold its locks over its own death.
    options = "-c idle_in_transaction_session_timeout=3000 -c statement_timeout=15000 -c lock_timeout=5000"
    return sa.create_engine(
        url,
        pool_size=threads + 1,
        max_overflow=0,
        pool_pre_ping=True,
        # A network that swallows everything is noticed in seconds, not in TCP's hours.
        connect_args={
            "options": options,
            "connect_timeout": 3,
            "application_name": "tweenbot",
            "tcp_user_timeout": 10_000,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
        },
    )
