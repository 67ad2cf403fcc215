"""A world that outlives the process: a store, a provider that bills and a channel, and a process that may die anywhere.

Every call that crosses into the world is a place to die: before its effect, or after it and before its answer. What is
played is drawn by hypothesis in ``test_whatever_happens``; here is what the world does, as strict as the contracts in
``bot.ports``. The channel knows no nonces: only looking first keeps a second video away.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

from bot.domain.card import Card
from bot.domain.errors import (
    ChannelBusy,
    Charge,
    InputRefused,
    JobCancelled,
    PostUnclear,
    ProviderBusy,
    ProviderUnreachable,
    SubmitUnclear,
)
from bot.domain.job import (
    Accepted,
    Cancelled,
    Delivered,
    Failed,
    Finished,
    Job,
    Outcome,
    Posting,
    Staged,
    Submitted,
    Submitting,
    Ticket,
    Unclear,
)
from bot.domain.media import Frame
from bot.domain.model import Value
from bot.domain.progress import Completed, InProgress, InQueue, Update
from bot.ports import CancelAnswer, Claim, Parcel, Ring

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
        arrived = _arrived(world)
        return Claim(world.job, WorldHold(world), Ring(job_id, world.stop, arrived))


def _arrived(world: World) -> str | None:
    """Return the request that the webhook of the token on record has brought home."""
    known = [request for request, token in world.tokens.items() if token is not None and token == world.token]
    return known[0] if world.plan.calls_back and known else None


class WorldProvider:
    """Bills every request that it accepts."""

    charges = True

    def __init__(self, world: World) -> None:
        self._world = world

    async def upload(self, frame: Frame) -> str:
        """Store it."""
        await self._world.cross()
        return f"https://files/{frame.which}"

    def trace(self, arguments: Mapping[str, Value]) -> str:
        """As the history knows it."""
        return str(arguments["prompt"])

    async def submit(self, endpoint: str, arguments: Mapping[str, Value], token: str | None = None) -> Ticket:
        """Do what the plan says."""
        world = self._world
        await world.cross()
        plan = world.plan.submits
        how = plan[world.submits_sent] if world.submits_sent < len(plan) else "accept"
        world.submits_sent += 1
        if how == "busy":
            raise ProviderBusy(5.0)
        if how == "away":
            raise ProviderUnreachable("refused")
        if how == "refuse":
            raise InputRefused("prompt", "value_error", "no")
        if how == "lose":
            raise SubmitUnclear
        request_id = f"r{len(world.bills)}"
        world.bills.append(request_id)
        world.traces[request_id] = self.trace(arguments)
        world.tokens[request_id] = token
        await world.cross()
        if how == "accept and lose":
            raise SubmitUnclear
        return self.ticket(endpoint, request_id)

    async def look_up(self, endpoint: str, trace: str, since: float) -> Ticket | None:
        """Look among the bills."""
        await self._world.cross()
        known = [request for request, known in self._world.traces.items() if known == trace]
        return self.ticket(endpoint, known[0]) if self._world.plan.history and known else None

    def ticket(self, endpoint: str, request_id: str) -> Ticket:
        """Return the ticket of an id."""
        return Ticket(request_id, endpoint, endpoint, endpoint)

    async def follow(self, ticket: Ticket) -> AsyncIterator[Update]:
        """Wait, run, and be done."""
        await self._world.cross()
        yield InQueue(0)
        await asyncio.sleep(5)
        await self._world.cross()
        yield InProgress(("1/30",))
        await asyncio.sleep(5)
        yield Completed()

    async def result(self, ticket: Ticket) -> Outcome:
        """Return the video, or how it ended."""
        await self._world.cross()
        if ticket.request_id in self._world.cancelled:
            raise JobCancelled
        if self._world.plan.fails:
            raise InputRefused("prompt", "value_error", "no").billed(Charge.POSSIBLE)
        return Outcome("https://files/video", 7, None)

    async def cancel(self, ticket: Ticket) -> CancelAnswer:
        """Stop it."""
        await self._world.cross()
        self._world.cancelled.add(ticket.request_id)
        return CancelAnswer.REQUESTED

    async def download(self, url: str, to: Path) -> None:
        """Write a file."""
        assert url, "a video without its address"
        await self._world.cross()
        to.write_bytes(b"mp4")


@dataclass
class WorldChannel:
    """Shows one card, and takes every video that is posted."""

    world: World
    pace: float = 2.0

    @property
    def place(self) -> Mapping[str, str]:
        """Where the card is."""
        return {"card": "c1"} if self.world.card else {}

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:
        """Do nothing: nobody looks."""

    async def show(self, card: Card) -> None:
        """Keep it."""
        await self.world.cross()
        self.world.card = card

    async def limit(self) -> None:
        """There is none."""

    async def bring(self, job: Job, parcel: Parcel) -> None:
        """Do nothing: a message carries its file."""

    async def post(self, job: Job, parcel: Parcel) -> None:
        """Do what the plan says."""
        world = self.world
        await world.cross()
        plan = world.plan.posts
        how = plan[world.posts_sent] if world.posts_sent < len(plan) else "take"
        world.posts_sent += 1
        if how == "busy":
            raise ChannelBusy(3.0)
        if how == "lose":
            raise PostUnclear
        world.videos += 1
        await world.cross()
        if how == "take and lose":
            raise PostUnclear

    async def posted(self, job: Job) -> bool:
        """Look."""
        await self.world.cross()
        return self.world.videos > 0


class NoStagedFiles:
    """Keeps nothing."""

    def around(self, job: Job, attachments: object) -> object:
        """Return them as they are."""
        return attachments

    async def drop(self, job_id: str) -> None:
        """Do nothing."""
