"""take: what somebody asks for becomes a job, from memory and the store alone; then its first card is posted.

A form is stored before Slack hears that it was taken; of a mention or a direct message Slack hears first, for bolt
answers events by itself. A job that is stored ends with its video or with a word on its card, whatever happens here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from adapters.slack.attachments import FileRef
from adapters.slack.clients import NotInstalled
from adapters.slack.errors import LIBRARY, code_of
from adapters.slack.outside import Outside
from adapters.slack.upload import SlackChannel
from bot.domain.errors import TweenError
from bot.domain.job import Job
from bot.domain.request import Author, Command, Fit, ImageRef, Where
from bot.flow.desk import Desk

log = structlog.get_logger()

NAME = "slack"
"""As in :class:`bot.domain.request.Author`."""


@dataclass(frozen=True)
class Seat:
    """Where somebody sits: the workspace, the enterprise if it belongs to one, the user, and the channel."""

    team: str
    enterprise: str
    user: str
    channel: str
    thread: str = ""

    @property
    def author(self) -> Author:
        """The user, as the core knows users: a workspace is a server, direct messages included."""
        return Author(NAME, self.user, self.team)

    @property
    def place(self) -> dict[str, str]:
        """What a job's channel is found by."""
        place = {"team": self.team, "channel": self.channel}
        if self.enterprise:
            place["enterprise"] = self.enterprise
        if self.thread:
            place["thread"] = self.thread
        return place

    def file(self, id_: str) -> FileRef:
        """Return a file of the workspace."""
        return FileRef("file", self.team, self.enterprise, id_)


@dataclass(frozen=True)
class Ask:
    """What somebody asks for. ``id`` is unique to the event that brought it; ``broadcast``: in the channel, too.

    ``brought`` are the ids of files that the bot has put into Slack for it, which go when its job is deleted.
    ``asks``: its author wants to see the frames before anything is spent.
    """

    id: str
    start: ImageRef
    end: ImageRef
    prompt: str
    options: Mapping[str, object] = field(default_factory=dict)
    broadcast: bool = False
    brought: tuple[str, ...] = ()
    fit: Fit = Fit.CROP
    asks: bool = False


class Taker:
    """Takes what is asked for."""

    def __init__(self, outside: Outside, desk: Desk) -> None:
        self._outside = outside
        self._desk = desk

    async def has(self, seat: Seat, id_: str) -> bool:
        """Whether what an event asks for is stored already."""
        return await self._desk.shown(_job_id(seat, id_)) is not None

    async def accept(self, seat: Seat, ask: Ask) -> Job:
        """Store the job; raises what :meth:`Desk.accept` does, and then nothing is stored."""
        asked = (ask.start, ask.end, ask.prompt, ask.options)
        where = Where((seat.channel,))
        command = Command(job_id(seat, ask), seat.author, *asked, where=where, fit=ask.fit, asks=ask.asks)
        place = seat.place | ({"broadcast": "1"} if ask.broadcast else {})
        if ask.brought:
            place["fetched"] = " ".join(ask.brought)
        # Before it is stored: whoever carries it then waits for the card that is about to be posted here.
        self._outside.cards.begin(command.id)
        try:
            return await self._desk.accept(command, place)
        except TweenError:
            self._outside.cards.end(command.id)
            raise

    async def post_card(self, job: Job) -> None:
        """Post the first card of a job that was just accepted, unless it has one."""
        if "message" in job.place or not self._outside.cards.claim(job.id):
            return
        channel = SlackChannel(job, self._outside)
        try:
            message = await channel.begin(self._desk.first_card(job))
        except (*LIBRARY, NotInstalled, TweenError) as error:
            # Whoever carries the job tries again.
            log.warning("card_not_posted", job_id=job.id, error=code_of(error) or type(error).__name__)
            self._outside.cards.end(job.id)
            return
        self._outside.cards.posted(job.id, message["message"])
        await self._desk.placed(job.id, message)


def job_id(seat: Seat, ask: Ask) -> str:
    """Return the id of the job that an ask makes."""
    return _job_id(seat, ask.id)


def _job_id(seat: Seat, id_: str) -> str:
    return f"{NAME}:{seat.team}:{id_}"
