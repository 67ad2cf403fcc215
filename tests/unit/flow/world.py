"""A world that outlives the process: a store, a provider that bills and a channel, and a process that may die anywhere.

Every call that crosses into the world is a place to die: before its effect, or after it and before its answer. What is
played is drawn by hypothesis in ``test_whatever_happens``; here is what the world does, as strict as the contracts in
``bot.ports``. The channel knows no nonces: only looking first keeps a second video away.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

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
from bot.domain.job import Job, Outcome, Ticket
from bot.domain.media import Frame
from bot.domain.model import Value
from bot.domain.progress import Completed, InProgress, InQueue, Update
from bot.ports import CancelAnswer, Parcel
from tests.unit.flow.world_store import World


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
