"""One data folder, one engine: a lock that the operating system drops when its holder dies, however it dies.

Two engines over one job table would render every waiting job twice.
"""

import atexit
import fcntl
from pathlib import Path


class DataDirTaken(Exception):
    """Another engine works in this folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"Another engine uses {folder}. Stop it, or give this one a --data-dir of its own.")


def hold(folder: Path) -> None:
    """Lock the folder for the life of this process. Raises DataDirTaken."""
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise DataDirTaken(folder) from error
    atexit.register(lock.close)
