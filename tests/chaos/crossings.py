"""Boundaries between a job's steps, at which the test's program ends itself as a power cut would.

The program's own classes get a boundary before and another after each save, each request that costs money, and each
message. At the crossing that the test named, the process kills itself with SIGKILL.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adapters.fal.provider import FalProvider
from adapters.store.hold import Fenced
from adapters.store.jobs import Jobs
from adapters.store.takeover import Takeover
from bot.domain.card import Card
from bot.domain.job import Job
from tests.chaos.board_adapter import BoardChannel

STATES = ("proposed", "submitting", "submitted", "posting", "delivered", "failed", "cancelled", "unclear")
ACTS = (
    "accept",
    "acknowledge command",
    "acknowledge button",
    "begin",
    "claim",
    *(f"save {state}" for state in STATES),
    "remember",
    "submit",
    "cancel",
    "rest",
    "go",
    "arrived",
    "show",
    "show last",
    "post",
    "conclude",
)
BOUNDARIES = tuple(f"{side} {act}" for act in ACTS for side in ("before", "after"))


class Crossings:
    """Counts the crossings of each boundary; the process dies at the ``nth`` of the one ``named``, and notes it."""

    def __init__(self, named: str | None, nth: int, note: Path) -> None:
        self._named = named
        self._nth = nth
        self._note = note
        self._counts: Counter[str] = Counter()

    def cross(self, boundary: str) -> None:
        """Cross a boundary."""
        self._counts[boundary] += 1
        if boundary == self._named and self._counts[boundary] == self._nth:
            self._note.write_text(boundary)
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def around(self, act: str) -> Iterator[None]:
        """Cross a boundary before and another after; none after what failed."""
        self.cross(f"before {act}")
        yield
        self.cross(f"after {act}")

    def set_up(self) -> None:
        """Put boundaries around the acts of this process, all but the acknowledgements, which the gateway has."""
        self._bracket(Jobs, "accept", lambda *_: "accept")
        self._bracket(Jobs, "claim", lambda *_: "claim")
        self._bracket(Jobs, "arrived", lambda *_: "arrived")
        self._bracket(Takeover, "begin", lambda starts: "begin" if starts else None)
        self._bracket(Jobs, "go", lambda *_: "go")
        self._bracket(Fenced, "save", _saving)
        self._bracket(Fenced, "rest", lambda *_: "rest")
        self._bracket(Fenced, "remember", lambda *_: "remember")
        self._bracket(Fenced, "conclude", lambda *_: "conclude")
        self._bracket(FalProvider, "submit", lambda *_: "submit")
        self._bracket(FalProvider, "cancel", lambda *_: "cancel")
        self._bracket(BoardChannel, "show", _showing)
        self._bracket(BoardChannel, "post", lambda *_: "post")

    def _bracket(self, owner: type, method: str, act: Callable[..., str | None]) -> None:
        inner = getattr(owner, method)

        async def crossed(*given: Any, **named: Any) -> Any:  # noqa: ANN401  # whatever the method takes and returns
            what = act(*given[1:])
            if what is None:
                return await inner(*given, **named)
            with self.around(what):
                return await inner(*given, **named)

        setattr(owner, method, crossed)


def _saving(job: Job, *_: object) -> str | None:
    name = type(job.state).__name__.lower()
    return f"save {name}" if name in STATES else None


def _showing(card: Card) -> str:
    return "show last" if card.phase is None else "show"
