"""The provider of videos."""

from collections.abc import AsyncIterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Protocol

from bot.domain.job import Outcome, Ticket
from bot.domain.media import Frame
from bot.domain.model import Value
from bot.domain.progress import Update


class CancelAnswer(Enum):
    """What a provider says to a cancel; ``NOT_HEARD`` is the flow's own, where the provider could not be asked."""

    REQUESTED = "requested"
    TOO_LATE = "too late"
    NOT_FOUND = "not found"
    NOT_HEARD = "not heard"


class Provider(Protocol):
    """Makes videos: fal, or any server that speaks its protocol."""

    @property
    def charges(self) -> bool:
        """Whether a job costs money."""
        ...

    async def upload(self, frame: Frame) -> str:
        """Store a frame where the model can read it, and return its URL, which must not be logged or stored.

        Uploading costs nothing, so it may be repeated.
        """
        ...

    async def submit(self, endpoint: str, arguments: Mapping[str, Value], token: str | None = None) -> Ticket:
        """Send the request exactly once. ``token`` is the job's secret for the provider's webhook, where it has one.

        Raises :class:`SubmitUnclear` when the provider may have accepted it; every other error proves
        that nothing was accepted.
        """
        ...

    def trace(self, arguments: Mapping[str, Value]) -> str:
        """Return what a request of these arguments is known by in the provider's history; safe to store and log."""
        ...

    async def look_up(self, endpoint: str, trace: str, since: float) -> Ticket | None:
        """Look in the provider's history for the request of this trace, sent at ``since`` (epoch seconds) or later.

        None: it is not there, or there is no history. A request that was just sent may appear later.
        """
        ...

    def ticket(self, endpoint: str, request_id: str) -> Ticket:
        """Return the ticket that an accepted request's id stands for."""
        ...

    def follow(self, ticket: Ticket) -> AsyncIterator[Update]:
        """Yield every change of the job until :class:`Completed`, which is the last.

        Survives broken streams and short outages. Raises :class:`ProviderUnreachable` when the provider stays away,
        :class:`EndpointUnknown` when it knows no such request. Closing the iterator early is safe.
        """
        ...

    async def result(self, ticket: Ticket) -> Outcome:
        """Return what a completed job made, or raise the error it ended with. May be repeated."""
        ...

    async def cancel(self, ticket: Ticket) -> CancelAnswer:
        """Ask the provider to stop the job. May be repeated; a job that is running may still finish, and be billed."""
        ...

    async def download(self, url: str, to: Path) -> None:
        """Stream the video to a file that appears at ``to`` only when it is whole. May be repeated."""
        ...
