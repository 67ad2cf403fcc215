"""The places where jobs come from, and where their cards and videos go."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.domain.card import Card
from bot.domain.errors import Which
from bot.domain.job import Delivery, Job
from bot.domain.media import Frame
from bot.domain.request import ImageRef
from bot.ports.media_store import Kept


class Attachments(Protocol):
    """The platform's files."""

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the whole file, or raise :class:`BadImage`: missing, or more than ``limit`` bytes."""
        ...


@dataclass(frozen=True)
class Parcel:
    """What goes to a channel in one message: the video, or a copy of it, as a ``file``; or a ``link`` to it.

    A copy comes with the link to the video as it was made, where there is one. A link comes with what its message shows
    in the place of a video: an ``animation`` (GIF file) or at least a ``poster`` (JPEG file), where they can be drawn.
    """

    delivery: Delivery
    file: Path | None
    link: Kept | None = None
    animation: bytes | None = None
    poster: bytes | None = None


class NotTaken(Exception):  # not an error: the video takes another way
    """The channel surely did not take the file: it takes ``limit`` bytes at most now, 0: no file at all.

    ``said`` is why.
    """

    def __init__(self, limit: int, said: str) -> None:
        super().__init__(said)
        self.limit = limit
        self.said = said


class Channel(Protocol):
    """Where a job was asked for, and where its card and its video go.

    Messages carry the job's id as nonce where the platform has one, so that one that is sent again is not a second one.
    """

    @property
    def pace(self) -> float:
        """Seconds that must lie between two edits of a card."""
        ...

    @property
    def place(self) -> Mapping[str, str]:
        """What another process needs to find the channel, the card and the video's message; grows as they appear."""
        ...

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:
        """Show both frames with the card, as a video of ``size`` (width, height in pixels) crops them.

        It is done before anything is spent, and may be repeated. A channel whose card shows no pictures does nothing.
        Raises as :meth:`show` does; the job goes on without the picture then.
        """
        ...

    async def show(self, card: Card) -> None:
        """Post the card, or edit it when it is there already.

        Raises :class:`ChannelBusy`, :class:`PostUnclear`, or :class:`ChannelGone` where no later attempt can work.
        """
        ...

    async def limit(self) -> int | None:
        """Return how many bytes a file may have that the channel takes now; None: it takes every file."""
        ...

    async def bring(self, job: Job, parcel: Parcel) -> None:
        """Bring the parcel to the platform without showing it to anybody, where it has a way to.

        May be repeated; what is needed to post it then is in the place, which is made durable before the post. Raises
        as :meth:`post` does.
        """
        ...

    async def post(self, job: Job, parcel: Parcel) -> None:
        """Hand over the parcel, as one new message; its file may be moved away.

        Raises :class:`ChannelBusy` (surely not posted), :class:`PostUnclear` (it may be there: ask :meth:`posted`),
        :class:`NotTaken` (surely not posted: it is to be lighter, or a link), or :class:`ChannelGone` or
        :class:`NotHandedOver` where no later attempt can work; the file then still lies where it was.
        """
        ...

    async def posted(self, job: Job) -> bool:
        """Whether the video's message of this job is there, as far as the platform can tell."""
        ...


class Platform(Protocol):
    """One way in and out: a chat platform, or the channel on this machine."""

    @property
    def name(self) -> str:
        """As in :class:`Author`: ``discord``, ``slack``, ``local``."""
        ...

    @property
    def attachments(self) -> Attachments:
        """Fetches what this platform's image references name."""
        ...

    def channel(self, job: Job) -> Channel:
        """Open the channel of a job, from the job's place alone; sends nothing."""
        ...


class StagedFiles(Protocol):
    """Keeps what was fetched for a job on this disk, so that a restart does not depend on the platform's links."""

    def around(self, job: Job, attachments: Attachments) -> Attachments:
        """Return attachments that are fetched once, and from this disk afterwards."""
        ...

    async def drop(self, job_id: str) -> None:
        """Remove what is kept for a job; a job without anything is fine."""
        ...
