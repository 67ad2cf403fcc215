"""Group commit for a database with one writer: transactions that wait share one, and one sync of the disk.

Each is a savepoint of its own, so one that fails takes nothing of the others with it; none is answered before the
commit that makes all of them durable. Heavy ones, which write megabytes, share with nobody, and take turns with the
others: whoever comes waits for one of them, however many there are.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from enum import Enum
from typing import Any

import sqlalchemy as sa

MOST = 64
"""Transactions that share a commit: more of them would only keep the first one waiting."""


class Abandoned(Exception):  # not an error: nobody waits for it
    """Whoever asked has been told that nothing happened, so nothing may happen."""


class _Stage(Enum):
    OPEN = "open"
    SEALED = "sealed"
    ABANDONED = "abandoned"


class Piece:
    """One transaction's work, and its outcome. It is either sealed, right before it is made durable, or abandoned."""

    def __init__(self, work: Callable[[sa.Connection], Any], *, heavy: bool = False) -> None:
        self.heavy = heavy
        self.outcome: Future[Any] = Future()
        self.outcome.set_running_or_notify_cancel()  # from here on nobody can cancel it under the writer's hands
        self._work = work
        self._stage = _Stage.OPEN
        self._lock = threading.Lock()

    @property
    def is_abandoned(self) -> bool:
        """Whether nobody waits for it any more."""
        return self._stage is _Stage.ABANDONED

    def do(self, connection: sa.Connection) -> Any:  # noqa: ANN401  # whatever the work returns
        """Do the work and seal it; raise :class:`Abandoned` where nobody waits for it any more."""
        if self.is_abandoned:
            raise Abandoned
        result = self._work(connection)
        if not self._turn(_Stage.SEALED):
            raise Abandoned
        return result

    def abandon(self) -> bool:
        """Make sure that nothing comes of it; False where it is sealed, and its outcome is to be waited for."""
        return self._turn(_Stage.ABANDONED)

    def _turn(self, stage: _Stage) -> bool:
        with self._lock:
            if self._stage is _Stage.OPEN:
                self._stage = stage
            return self._stage is stage


def alone(engine: sa.Engine, piece: Piece) -> None:
    """Run a piece as a transaction of its own."""
    if piece.is_abandoned:
        # An outage may leave many of these, and none is worth an attempt to connect.
        piece.outcome.set_exception(Abandoned())
        return
    try:
        with engine.begin() as connection:
            result = piece.do(connection)
    except BaseException as error:  # noqa: BLE001  # handed to whoever waits
        piece.outcome.set_exception(error)
    else:
        piece.outcome.set_result(result)


class Group:
    """Runs pieces on one thread of ``executor``, as many as wait in one transaction; heavy ones alone, in turn."""

    def __init__(self, engine: sa.Engine, executor: Executor) -> None:
        self._engine = engine
        self._executor = executor
        self._light: deque[Piece] = deque()
        self._heavy: deque[Piece] = deque()
        self._was_heavy = False
        self._lock = threading.Lock()
        self._busy = False

    def add(self, piece: Piece) -> None:
        """Have a piece run."""
        with self._lock:
            (self._heavy if piece.heavy else self._light).append(piece)
            if self._busy:
                return
            self._busy = True
        self._executor.submit(self._work)

    def _work(self) -> None:
        while pieces := self._take():
            if len(pieces) == 1:
                alone(self._engine, pieces[0])
            else:
                self._together(pieces)

    def _take(self) -> list[Piece]:
        with self._lock:
            self._was_heavy = bool(self._heavy) and not (self._light and self._was_heavy)
            waiting, most = (self._heavy, 1) if self._was_heavy else (self._light, MOST)
            pieces = [waiting.popleft() for _ in range(min(most, len(waiting)))]
            self._busy = bool(pieces)
            return pieces

    def _together(self, pieces: list[Piece]) -> None:
        done: list[tuple[Piece, Any]] = []
        failed: list[tuple[Piece, BaseException]] = []
        try:
            with self._engine.begin() as connection:
                for piece in pieces:
                    try:
                        with connection.begin_nested():
                            result = piece.do(connection)
                        done.append((piece, result))
                    except Exception as error:  # handed to whoever waits
                        failed.append((piece, error))
                        if not _in_transaction(connection):
                            raise
        except BaseException as error:  # noqa: BLE001  # none of them is durable
            for piece in pieces:
                piece.outcome.set_exception(error)
            return
        for piece, reason in failed:
            piece.outcome.set_exception(reason)
        for piece, result in done:
            piece.outcome.set_result(result)


def _in_transaction(connection: sa.Connection) -> bool:
    """Whether the others' savepoints still stand: a full disk, for one, makes SQLite take everything back."""
    return bool(getattr(connection.connection.driver_connection, "in_transaction", False))
