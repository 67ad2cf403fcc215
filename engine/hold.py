"""One data folder, one engine: a lock that the operating system drops when its holder dies, however it dies.

Two engines over one job table would render every waiting job twice. Here too is the start's one sentence about a
folder, or a file in it, that cannot be used.
"""

import atexit
import contextlib
import fcntl
import sqlite3
from collections.abc import Iterator
from pathlib import Path


class DataDirError(Exception):
    """The engine cannot work in this folder."""


class DataDirTaken(DataDirError):
    """Another engine works in this folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"Another engine uses {folder}. Stop it, or give this one a --data-dir of its own.")


class DamagedFile(DataDirError):
    """A file of the engine's own holds something else."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is damaged. Move it away, or give this engine another --data-dir, and start again.")


@contextlib.contextmanager
def usable(path: Path) -> Iterator[None]:
    """Turn what the system, or SQLite, says about a path of the engine's into a sentence that names it."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise DataDirError(f"Cannot use {path}: {error}. Mend that, or choose another --data-dir.") from error
    except (sqlite3.DatabaseError, ValueError) as error:
        raise DamagedFile(path) from error
    except OSError as error:
        named = error.filename or path
        raise DataDirError(f"Cannot use {named}: {error.strerror}. Mend that, or choose another --data-dir.") from error


def hold(folder: Path) -> None:
    """Lock the folder for the life of this process. Raises DataDirTaken, or OSError."""
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise DataDirTaken(folder) from error
    atexit.register(lock.close)
