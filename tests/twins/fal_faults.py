"""Bad luck for the fal twin: every kind of call goes wrong now and then, by a seed, in every way that a wire has."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.twins.fal_jobs import TwinJob
from tests.twins.fal_replies import CutStream, HangThenCut, RefuseUnread, Reply
from tests.twins.replies import Answer, CutFile, LoseAnswer, Refuse

BUSY = Answer(429, {"detail": "Too many requests"}, {"Retry-After": "1"})
BROKEN = Answer(500, {"detail": "Internal server error"})
PROXY = Answer(502, "<html><center>502 Bad Gateway</center></html>")
CALLS = (
    "token",
    "upload",
    "initiate",
    "put",
    "submit",
    "status",
    "stream",
    "result",
    "cancel",
    "file",
    "history",
    "jwks",
)


@dataclass
class Faults:
    """``rate`` of all calls go wrong, ``rates`` of those of a kind where it is named there.

    ``webhooks``: how often a webhook is lost, or posted twice. ``hang`` is in seconds, after which the connection
    breaks. ``done`` counts what was done, by kind and fault.
    """

    seed: int = 0
    rate: float = 0.0
    rates: dict[str, float] = field(default_factory=dict)
    webhooks: float = 0.0
    hang: float = 1.0
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def switch(self, given: Mapping[str, Any]) -> None:
        """Change rates: any of ``rate``, ``rates``, ``webhooks``, ``hang``."""
        self.rate = float(given.get("rate", self.rate))
        self.rates = {str(kind): float(rate) for kind, rate in given.get("rates", self.rates).items()}
        self.webhooks = float(given.get("webhooks", self.webhooks))
        self.hang = float(given.get("hang", self.hang))

    def draw(self, kind: str) -> Reply | None:
        """Return what goes wrong with this call, None where nothing does."""
        if kind not in CALLS or self._dice.random() >= self.rates.get(kind, self.rate):
            return None
        ways: list[Reply] = [BUSY, BROKEN, PROXY, HangThenCut(self.hang), RefuseUnread(), Refuse(), LoseAnswer()]
        if kind == "stream":
            ways = [BUSY, BROKEN, PROXY, RefuseUnread(), CutStream(0), CutStream(1), CutStream(2)]
        if kind == "file":
            ways = [BROKEN, PROXY, RefuseUnread(), CutFile(0), CutFile(1000)]
        way = self._dice.choice(ways)
        self.done[f"{kind}: {way.status if isinstance(way, Answer) else type(way).__name__}"] += 1
        return way

    def posts(self, job: TwinJob) -> int:
        """Return how often a job's webhook is posted: not at all, once, or twice."""
        if self._dice.random() >= self.webhooks:
            return 1
        times = self._dice.choice((0, 2))
        self.done["webhook: lost" if times == 0 else "webhook: twice"] += 1
        return times
