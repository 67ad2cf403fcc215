"""Boundaries between a job's steps, at which the test's program ends itself as a power cut would.

What is composed into the program is wrapped, so that the process crosses a named boundary before and after each save,
each request to fal, each message. At the crossing that the test named, it kills itself with SIGKILL.
"""

import os
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from bot.domain.card import Card
from bot.domain.job import Job, Ticket
from bot.domain.media import Video
from bot.domain.model import Value
from bot.ports import Attachments, CancelAnswer, Channel, Claim, Hold, JobStore, Platform, Provider, Terms

STATES = ("submitting", "submitted", "posting", "delivered", "failed", "cancelled", "unclear")
ACTS = (
    "accept",
    "acknowledge command",
    "acknowledge button",
    "claim",
    *(f"save {state}" for state in STATES),
    "check",
    "remember",
    "submit",
    "cancel",
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

    def store(self, inner: JobStore) -> JobStore:
        """Return the store with boundaries around what it does for a job."""
        return cast("JobStore", _Store(inner, self))

    def provider(self, inner: Provider) -> Provider:
        """Return the provider with boundaries around what costs money."""
        return cast("Provider", _Provider(inner, self))

    def platform(self, inner: Platform) -> Platform:
        """Return the platform with boundaries around its messages."""
        return _Platform(inner, self)


class _Store:
    def __init__(self, inner: JobStore, crossings: Crossings) -> None:
        self._inner = inner
        self._crossings = crossings

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever else a store does
        return getattr(self._inner, name)

    async def accept(self, job: Job, terms: Terms) -> Job:
        """Accept."""
        with self._crossings.around("accept"):
            return await self._inner.accept(job, terms)

    async def claim(self, job_id: str) -> Claim | None:
        """Claim, and put boundaries around the hold."""
        with self._crossings.around("claim"):
            claim = await self._inner.claim(job_id)
        return claim and replace(claim, hold=_Hold(claim.hold, self._crossings))


@dataclass(frozen=True)
class _Hold:
    inner: Hold
    crossings: Crossings

    async def save(self, job: Job, token: str | None = None) -> None:
        """Save."""
        with self.crossings.around(f"save {type(job.state).__name__.lower()}"):
            await self.inner.save(job, token)

    async def remember(self, place: Mapping[str, str]) -> None:
        """Remember."""
        with self.crossings.around("remember"):
            await self.inner.remember(place)

    async def check(self) -> None:
        """Check."""
        with self.crossings.around("check"):
            await self.inner.check()

    async def conclude(self) -> None:
        """Conclude."""
        with self.crossings.around("conclude"):
            await self.inner.conclude()


class _Provider:
    def __init__(self, inner: Provider, crossings: Crossings) -> None:
        self._inner = inner
        self._crossings = crossings

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever else a provider does
        return getattr(self._inner, name)

    async def submit(self, endpoint: str, arguments: Mapping[str, Value], token: str | None = None) -> Ticket:
        """Submit."""
        with self._crossings.around("submit"):
            return await self._inner.submit(endpoint, arguments, token)

    async def cancel(self, ticket: Ticket) -> CancelAnswer:
        """Cancel."""
        with self._crossings.around("cancel"):
            return await self._inner.cancel(ticket)


@dataclass(frozen=True)
class _Platform:
    inner: Platform
    crossings: Crossings

    @property
    def name(self) -> str:
        """As the platform's."""
        return self.inner.name

    @property
    def attachments(self) -> Attachments:
        """As the platform's."""
        return self.inner.attachments

    def channel(self, job: Job) -> Channel:
        """Open the channel, with boundaries around its messages."""
        return _Channel(self.inner.channel(job), self.crossings)


@dataclass(frozen=True)
class _Channel:
    inner: Channel
    crossings: Crossings

    @property
    def pace(self) -> float:
        """As the channel's."""
        return self.inner.pace

    @property
    def place(self) -> Mapping[str, str]:
        """As the channel's."""
        return self.inner.place

    async def show(self, card: Card) -> None:
        """Show."""
        with self.crossings.around("show last" if card.phase is None else "show"):
            await self.inner.show(card)

    async def post(self, job: Job, video: Video, path: Path) -> None:
        """Post."""
        with self.crossings.around("post"):
            await self.inner.post(job, video, path)

    async def posted(self, job: Job) -> bool:
        """Look for the video."""
        return await self.inner.posted(job)
