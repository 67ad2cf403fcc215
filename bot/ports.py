"""What the core needs from outside. Each docstring is the contract its adapters keep.

All coroutines may be cancelled at any await; what a cancelled call may leave behind is said where it matters. Failures
come as the errors of ``bot.domain.errors`` and nothing else.
"""

from collections.abc import AsyncIterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Protocol

from bot.domain.card import Card
from bot.domain.errors import Which
from bot.domain.job import Job, Outcome, Ticket
from bot.domain.media import Frame, Video
from bot.domain.model import Value
from bot.domain.progress import Update
from bot.domain.request import ImageRef


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

    async def submit(self, endpoint: str, arguments: Mapping[str, Value]) -> Ticket:
        """Send the request exactly once.

        Raises :class:`SubmitUnclear` when the provider may have accepted it; every other error proves
        that nothing was accepted.
        """
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


class Attachments(Protocol):
    """The platform's files."""

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the whole file, or raise :class:`BadImage`: missing, or more than ``limit`` bytes."""
        ...


class Frames(Protocol):
    """Turns what people attach into frames."""

    async def prepare(self, which: Which, data: bytes) -> Frame:
        """Decode, turn upright, convert to sRGB, drop all metadata; raise :class:`BadImage` where that cannot be done.

        Memory is bounded whatever the file claims to be. Never blocks the event loop.
        """
        ...


class Videos(Protocol):
    """Looks into finished videos."""

    async def inspect(self, path: Path) -> Video:
        """Decode enough to know that it is a playable H.264 MP4; raise :class:`BadVideo` otherwise."""
        ...


class ContactSheets(Protocol):
    """Pictures that show a whole video at a glance."""

    async def draw(self, video: Path, to: Path, title: str, facts: str) -> None:
        """Write a PNG of evenly spaced frames, from the first to the last, under a title and above a line of facts."""
        ...


class Channel(Protocol):
    """Where a job was asked for, and where its card and its video go."""

    @property
    def pace(self) -> float:
        """Seconds that must lie between two edits of a card."""
        ...

    async def show(self, card: Card) -> None:
        """Post the card, or edit it when it is there already."""
        ...

    async def post(self, job: Job, video: Video, path: Path) -> None:
        """Hand over the finished video at ``path``, as one new message; the file may be moved away.

        Raises :class:`NotHandedOver`, and then the file still lies at ``path``.
        """
        ...
