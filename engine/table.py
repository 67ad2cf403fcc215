"""The engine's memory on disk: one SQLite file for jobs, files and webhooks that still have to go out.

It exists so that a killed engine comes back with everything it had accepted. Write-ahead logging with
`synchronous=NORMAL` survives the death of the process; only a power cut can cost the last moments.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import aiosqlite
import structlog

from engine.hold import usable

# How long one attempt waits for another program that writes to the file; everything else waits behind it.
BUSY_S = 1.0
AGAIN_S = 0.5

T = TypeVar("T")

log = structlog.get_logger()

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done')),
    input TEXT NOT NULL,
    base_url TEXT NOT NULL,
    webhook TEXT,
    lifetime_s REAL,
    starts INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL,
    finished REAL,
    inference_s REAL,
    outcome TEXT,
    logs TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, number);
CREATE TABLE IF NOT EXISTS files (
    token TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER,
    created REAL NOT NULL,
    expires REAL NOT NULL,
    lifetime_s REAL NOT NULL,
    upload_id TEXT
);
CREATE INDEX IF NOT EXISTS files_by_expiry ON files (expires);
CREATE TABLE IF NOT EXISTS webhooks (
    request_id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS webhooks_by_due ON webhooks (due);
"""


class Table:
    """An open SQLite file: reads at any time, writes one transaction after another."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._writing = asyncio.Lock()

    async def rows(self, sql: str, *values: str | float) -> Iterable[aiosqlite.Row]:
        """Read every row that a query gives."""
        return await self._connection.execute_fetchall(sql, values)

    async def row(self, sql: str, *values: str | float) -> aiosqlite.Row | None:
        """Read the first row that a query gives."""
        return next(iter(await self.rows(sql, *values)), None)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[aiosqlite.Connection]:
        """Hold the file for one transaction: committed at the end, rolled back on an error or a cancellation."""
        async with self._writing:
            try:
                yield self._connection
                await self._connection.commit()
            except BaseException:
                # A commit that failed leaves its transaction open: the next one would carry it along.
                await self._connection.rollback()
                raise


async def in_the_end(act: Callable[[], Awaitable[T]]) -> T:
    """Write what must not be lost: while the file is held or the disk is full, try again until it is done.

    For the work in the background, which has nobody to answer to; a caller over HTTP is told instead.
    """
    while True:
        try:
            return await act()
        except sqlite3.OperationalError as error:
            log.warning("the database cannot be written; trying again", why=str(error))
            await asyncio.sleep(AGAIN_S)


@asynccontextmanager
async def open_table(path: Path) -> AsyncIterator[Table]:
    """Open the file, made when it is missing, and close it at the end. Raises DataDirError."""
    async with aiosqlite.connect(path, timeout=BUSY_S) as connection:
        with usable(path):
            connection.row_factory = aiosqlite.Row
            await connection.execute("PRAGMA journal_mode=WAL")
            await connection.execute("PRAGMA synchronous=NORMAL")
            await connection.executescript(_SCHEMA)
        yield Table(connection)
