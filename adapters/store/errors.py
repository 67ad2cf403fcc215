"""The one place where the database's exceptions become ours.

What a database says of itself names hosts, users and files, and never a password or a row; of several lines only the
first is told, for the others may quote a statement.
"""

import sqlite3

import sqlalchemy as sa

from bot.domain.errors import StoreUnusable

_MOST = 200
_PASSING = (
    "starting up",
    "shutting down",
    "recovery mode",
    "too many",
    "connection slots",
    "is locked",
    "terminating connection",
    "canceling statement",
)
"""Words of a refusal that is over in a while."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def said_by(error: sa.exc.DBAPIError) -> str:
    """Return what the database said, in a line."""
    first = str(error.orig).strip().partition("\n")[0].strip()
    return first.rpartition(" failed: ")[2][:_MOST] or type(error.orig).__name__


def passes(error: sa.exc.DBAPIError) -> bool:
    """Whether waiting may help: nobody answers, or the database is busy; a refusal is answered the same for ever."""
    said = str(error.orig)
    if any(words in said for words in _PASSING):
        return True
    if isinstance(error.orig, sqlite3.Error):
        return False
    refused = any(words in said for words in ("FATAL:", "SSL", "connection is bad"))
    return isinstance(error, sa.exc.OperationalError) and not refused


def unusable(name: str, error: sa.exc.DBAPIError) -> StoreUnusable:
    """Return the refusal to start on the database of this name."""
    if isinstance(error.orig, sqlite3.Error) and is_damaged(error.orig):
        return StoreUnusable(name, "the file is damaged: put a copy in its place, or move it away to begin anew")
    return StoreUnusable(name, said_by(error))


def is_damaged(error: sqlite3.Error) -> bool:
    """Whether the file is no database, or not a whole one."""
    # Python gives its own errors, such as one of a closed connection, no code.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF in _DAMAGED
