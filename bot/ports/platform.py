"""The places where jobs come from, and where their cards and videos go."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from bot.domain.card import Card
from bot.domain.errors import Which
from bot.domain.job import Job
from bot.domain.media import Frame, Video
from bot.domain.request import ImageRef


class Attachments(Protocol):
    """The platform's files."""

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the whole file, or raise :class:`BadImage`: missing, or more than ``limit`` bytes."""
        ...


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

    async def bring(self, job: Job, path: Path) -> None:
        """Bring the video at ``path`` to the platform without showing it to anybody, where it has a way to.

        May be repeated; what is needed to post it then is in the place, which is made durable before the post. Raises
        as :meth:`post` does.
        """
        ...

    async def post(self, job: Job, video: Video, path: Path) -> None:
        """Hand over the finished video at ``path``, as one new message; the file may be moved away.

        Raises :class:`ChannelBusy` (surely not posted), :class:`PostUnclear` (it may be there: ask :meth:`posted`), or
        :class:`NotHandedOver` where no later attempt can work; the file then still lies at ``path``.
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
