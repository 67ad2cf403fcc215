"""How large a chaos test is, and where its bots die."""

import random
from dataclasses import dataclass
from typing import Literal

from tests.chaos.crossings import BOUNDARIES

Engine = Literal["sqlite", "postgres"]

TRIES = 3
LEASE_S = 10.0
"""After so many seconds without a word a process is taken for dead, on Postgres."""
NTH = {"show": 6, "remember": 4, "claim": 4, "begin": 3, "accept": 3, "acknowledge command": 3}
"""Acts that are so frequent that a process may die at a later crossing than the first."""


TAKING = frozenset({"accept", "acknowledge command", "acknowledge button", "go"})
"""The acts of a process that takes commands."""
DEAREST = (
    "after accept",
    "after save submitting",
    "after submit",
    "after save submitted",
    "after save posting",
    "after post",
    "after save delivered",
)
"""Where a careless bot pays, posts or loses: a small test dies here first."""


@dataclass(frozen=True)
class Kill:
    """One death: at the nth crossing of a boundary, or after ``seconds`` at the latest.

    One that ``freezes`` stands still for so many seconds instead, and wakes when the others have its jobs. A boundary
    that was not reached is tried again, ``tries`` times in all.
    """

    boundary: str | None
    nth: int
    seconds: float
    freezes: float = 0.0
    tries: int = 1

    def fits(self, role: str) -> bool:
        """Whether a process of that role comes to this boundary."""
        takes = self.boundary is not None and self.boundary.partition(" ")[2] in TAKING
        return role == "all" or self.boundary is None or takes == (role == "gateway")


@dataclass(frozen=True)
class Plan:
    """``roles`` are those of the processes. ``jobs`` and ``kills`` are at least so many, of all of them together.

    ``freezes`` come on top: processes that stand still for longer than their lease, and wake. ``life`` is how long a
    process waits for its boundary, in seconds.
    """

    jobs: int
    kills: int
    database: Engine
    seed: int
    roles: tuple[str, ...] = ("all",)
    freezes: int = 0
    faults: float = 0.08
    life: float = 12.0

    def schedule(self) -> list[Kill]:
        """Return the deaths: every boundary once, as far as the number goes, a quarter or more at random moments."""
        chance = random.Random(self.seed)
        others = [each for each in BOUNDARIES if each not in DEAREST]
        named = [*chance.sample(DEAREST, len(DEAREST)), *chance.sample(others, len(others))]
        at_random = max(self.kills - len(named), self.kills // 4)
        deaths = [*named[: self.kills - at_random], *[None] * at_random]
        kills = [self._kill(each, chance) for each in deaths]
        kills += [Kill(None, 1, chance.uniform(3.0, 6.0), LEASE_S + 3.0) for _ in range(self.freezes)]
        return chance.sample(kills, len(kills))

    def _kill(self, boundary: str | None, chance: random.Random) -> Kill:
        if boundary is None:
            return Kill(None, 1, chance.uniform(0.3, 4.0))
        most = NTH.get(boundary.partition(" ")[2], 1)
        return Kill(boundary, chance.randint(1, most), chance.uniform(self.life / 2, self.life), tries=TRIES)
