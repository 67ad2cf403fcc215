"""The world that lasts: what is planned, what is stored, and who holds the one job."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from bot.domain.card import Card
from bot.domain.errors import (
    Charge,
)
from bot.domain.job import (
    Accepted,
    Cancelled,
    Delivered,
    Failed,
    Finished,
    Job,
    Posting,
    Staged,
    Submitted,
    Submitting,
    Unclear,
)
from bot.ports import Claim, Ring

OnSubmit = Literal["accept", "accept and lose", "lose", "busy", "refuse", "away"]


OnPost = Literal["take", "take and lose", "lose", "busy"]


@dataclass(frozen=True)
class Plan:
    """What happens: how the submits and the posts go, one each, and after how many crossings the process dies.

    ``stop_at``: seconds until the author wants it stopped. ``calls_back``: whether the provider's webhook comes.
    ``history``: whether it knows its requests. ``fails``: the job ends badly there.
    """

    submits: tuple[OnSubmit, ...]
    posts: tuple[OnPost, ...]
    deaths: tuple[int, ...]
    stop_at: float | None
    calls_back: bool
    history: bool
    fails: bool


@dataclass
class World:
    """All that lasts."""

    plan: Plan
    job: Job
    price: Decimal
    reserved: Decimal = Decimal(0)
    token: str | None = None
    fence: int = 0
    concluded: bool = False
    stop: bool = False
    bills: list[str] = field(default_factory=list)
    traces: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str | None] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    videos: int = 0
    card: Card | None = None
    posts_sent: int = 0
    submits_sent: int = 0
    crossings: int = 0

    def __post_init__(self) -> None:
        """Accept the job: its price is reserved."""
        self.reserved = self.price
        self._deaths = list(self.plan.deaths)

    def live(self) -> None:
        """Begin the next life."""
        self.died = asyncio.Event()
        self.crossings = 0

    async def cross(self) -> None:
        """Pass a place where the process may die. Nothing comes back from one that is dead."""
        self.crossings += 1
        if self._deaths and self.crossings >= self._deaths[0]:
            self._deaths.pop(0)
            self.died.set()
        if self.died.is_set():
            await asyncio.Event().wait()


class WorldHold:
    """A hold on the one job."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.fence += 1
        self._fence = world.fence

    async def save(self, job: Job, token: str | None = None) -> None:
        """Store it, as the table does: what holds links is stored as the state before."""
        world = self._world
        await self.check()
        await world.cross()
        world.job = _stored(job)
        if isinstance(job.state, Submitting):
            world.token = token
        world.reserved = _owed(job, world.price)
        await world.cross()

    async def remember(self, place: Mapping[str, str]) -> None:
        """Store the place."""
        await self._world.cross()
        self._world.job = replace(self._world.job, place=place)

    async def check(self) -> None:
        """One process at a time lives here."""
        assert self._fence == self._world.fence

    async def rest(self) -> None:
        """Nobody is asked here."""
        raise AssertionError("a job that asks nobody")

    async def conclude(self) -> None:
        """Nothing is left to do."""
        await self._world.cross()
        self._world.concluded = True
        await self._world.cross()


def _stored(job: Job) -> Job:
    match job.state:
        case Staged():
            return replace(job, state=Accepted())
        case Finished(ticket=ticket, since=since):
            return replace(job, state=Submitted(ticket, since))
        case Posting(outcome=outcome) as posting:
            return replace(job, state=replace(posting, outcome=replace(outcome, video_url="")))
        case _:
            return job


def _owed(job: Job, price: Decimal) -> Decimal:
    match job.state:
        case Delivered(cost=cost):
            return cost or Decimal(0)
        case Failed(error=error):
            return Decimal(0) if error.charge is Charge.NONE else price
        case Cancelled(charge=charge) | Unclear(charge=charge):
            return Decimal(0) if charge is Charge.NONE else price
        case _:
            return price


class WorldStore:
    """The part of ``bot.ports.JobStore`` that carrying a job needs."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def claim(self, job_id: str) -> Claim | None:
        """Hand the job over, with the news."""
        world = self._world
        await world.cross()
        if world.concluded:
            return None
        request = _arrived(world)
        return Claim(world.job, WorldHold(world), Ring(job_id, world.stop, request))


def _arrived(world: World) -> str | None:
    """Return the request that the webhook of the token on record has brought home."""
    known = [request for request, token in world.tokens.items() if token is not None and token == world.token]
    return known[0] if world.plan.calls_back and known else None
