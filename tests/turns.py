"""Several tests at a time, and those that measure time alone.

Every worker process takes a lock for each test: a shared one, or for a test that is marked ``alone`` an exclusive one.
Both are taken behind a door, one after the other, so that whoever wants to be alone is not kept waiting by those who
come later. The files of the locks are these tests' own: a second run in the same tree keeps the turns as well.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DOOR, ROOM = Path(__file__), Path(__file__).parent


class Turns:
    """A worker's part in them; one test at a time. ``door`` and ``room`` are what is locked, the same for all."""

    def __init__(self, door: Path = DOOR, room: Path = ROOM) -> None:
        self._door = door
        self._room = os.open(room, os.O_RDONLY)
        self._alone = False

    @contextmanager
    def turn(self, *, alone: bool, next_alone: bool) -> Iterator[None]:
        """Be in the room beside others, or alone; stay there where the next test of this worker is alone too."""
        if not (alone and self._alone):
            self._enter(alone=alone)
        try:
            yield
        finally:
            if not (alone and next_alone):
                self._leave()

    def _enter(self, *, alone: bool) -> None:
        door = os.open(self._door, os.O_RDONLY)
        try:
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(self._room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        finally:
            # A test's child process may have inherited the door: unlocked, it is open for all the same.
            fcntl.flock(door, fcntl.LOCK_UN)
            os.close(door)
        self._alone = alone

    def _leave(self) -> None:
        fcntl.flock(self._room, fcntl.LOCK_UN)
        self._alone = False
