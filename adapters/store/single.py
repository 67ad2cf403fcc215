"""One process at a time on a SQLite file: an advisory lock on a file beside it, which ends with its process."""

import fcntl
import os
from pathlib import Path

from bot.domain.errors import DatabaseInUse


class SingleProcess:
    """The right to be the one process that works on ``database``; the lock's file stays behind, empty."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take the right for the life of this process; raise :class:`DatabaseInUse` where another has it."""
        path = self._database.with_name(f"{self._database.name}.lock")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise DatabaseInUse(self._database) from None
        self._descriptor = descriptor

    def give_back(self) -> None:
        """Let another process have it; without the right this does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
