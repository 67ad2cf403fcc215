"""What the core needs from outside. Each docstring is the contract its adapters keep.

All coroutines may be cancelled at any await; what a cancelled call may leave behind is said where it matters. Failures
come as the errors of ``bot.domain.errors`` and nothing else.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from bot.domain.budget import Allowance, Budget, Usage
from bot.domain.card import Card
from bot.domain.errors import BadImage, Which
from bot.domain.job import Job, Outcome, Ticket
from bot.domain.media import Frame, Video
from bot.domain.model import Value
from bot.domain.progress import Update
from bot.domain.request import Author, ImageRef
from bot.domain.server import Rules


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


class StagedFiles(Protocol):
    """Keeps what was fetched for a job on this disk, so that a restart does not depend on the platform's links."""

    def around(self, job: Job, attachments: Attachments) -> Attachments:
        """Return attachments that are fetched once, and from this disk afterwards."""
        ...

    async def drop(self, job_id: str) -> None:
        """Remove what is kept for a job; a job without anything is fine."""
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


@dataclass(frozen=True)
class Terms:
    """What the operator allows: jobs running and waiting at the same time, and money a month by default."""

    running: int
    running_per_server: int
    running_per_author: int
    waiting: int
    waiting_per_author: int
    allowance: Allowance


class Hold(Protocol):
    """The one right to carry a job on. What it saves is durable before the call returns.

    Every method raises :class:`Superseded` once another process has taken the job over, and waits while the store is
    away: what is to be saved has already happened.
    """

    async def save(self, job: Job, token: str | None = None) -> None:
        """Make the job's state durable, and settle its money where the state is final.

        ``token`` is the secret that the next webhook will carry; its digest is stored. Saving the same state twice
        is harmless.
        """
        ...

    async def remember(self, place: Mapping[str, str]) -> None:
        """Make the job's place durable."""
        ...

    async def check(self) -> None:
        """Make sure, right before an effect outside, that this process still holds the job."""
        ...

    async def conclude(self) -> None:
        """Take note that the final card is shown: nothing is left to do."""
        ...


class Superseded(Exception):  # not an error: somebody else carries on
    """Another process has taken the job over; this one must stop touching it."""


@dataclass(frozen=True)
class Ring:
    """News from outside for a job that this process carries: a stop, or the provider's word that it is completed."""

    job_id: str
    stop: bool
    request_id: str | None


@dataclass(frozen=True)
class Entry:
    """A job as its history tells it: the job, and when it began, was sent, and ended (epoch seconds)."""

    job: Job
    started_at: float | None
    submitted_at: float | None
    finished_at: float | None


@dataclass(frozen=True)
class Sought:
    """What is looked for among all jobs: at most ``limit``, accepted before that moment (epoch seconds).

    Each of the ``words`` stands somewhere in a job's prompt, seed, request id or author's id, in capitals or not.
    """

    words: tuple[str, ...] = ()
    platform: str | None = None
    before: float | None = None
    limit: int = 20


PARKED = "parked"
"""What is said of a job in the place of its next state while it waits for the provider: there is no step to take."""


@dataclass(frozen=True)
class Claim:
    """A job that this process now carries, and the news of it so far."""

    job: Job
    hold: Hold
    news: Ring


class Inbox(Protocol):
    """Images that a platform hands over once, under links that expire: kept until their job has ended.

    What one process puts in, each process of the same store finds. Raises :class:`StoreAway`.
    """

    async def put(self, job_id: str, which: Which, data: bytes) -> None:
        """Keep an image; a second one replaces the first."""
        ...

    async def put_fault(self, fault: BadImage, job_id: str) -> None:
        """Keep, in the place of the image that the fault is about, why there is none."""
        ...

    async def get(self, job_id: str, which: Which) -> bytes | None:
        """Return the image, or None while there is none; raise the :class:`BadImage` that stands in its place."""
        ...


class Vault(Protocol):
    """Values that are secret, under names that are not. They are sealed before they come here.

    What one process puts in, each process of the same store finds. Raises :class:`StoreAway`.
    """

    async def put(self, name: str, value: bytes) -> None:
        """Keep a value; a second one replaces the first."""
        ...

    async def swap(self, name: str, old: bytes | None, new: bytes) -> bool:
        """Keep ``new`` where ``old`` still stands, or, with None, nothing; False where that is not so.

        Of several at once, one succeeds.
        """
        ...

    async def get(self, name: str) -> bytes | None:
        """Return a value, or None where there is none."""
        ...

    async def take(self, name: str) -> bytes | None:
        """Return a value and remove it: of several at once, one gets it."""
        ...

    async def names(self, prefix: str) -> Sequence[str]:
        """Return the names that begin so, in order."""
        ...

    async def drop(self, prefix: str) -> int:
        """Remove every value whose name begins so; return how many."""
        ...


class Previews(Protocol):
    """Pictures of two frames, as a video's shape crops them."""

    async def draw(self, start: Frame, end: Frame, size: tuple[int, int]) -> bytes:
        """Return a JPEG of both frames, cropped at the centre to ``size`` (width, height in pixels), side by side."""
        ...


class LastFrames(Protocol):
    """Where a video ends, another one may begin."""

    async def last_frame(self, path: Path) -> bytes:
        """Return the very last frame as a PNG file; raise :class:`BadVideo`."""
        ...


class Posters(Protocol):
    """What a video shows before it is played."""

    async def poster(self, path: Path) -> bytes:
        """Return the very first frame as a JPEG file; raise :class:`BadVideo`."""
        ...


class Fitter(Protocol):
    """Makes videos weigh less."""

    async def fit(self, path: Path, to: Path, limit: int) -> Video:
        """Write a copy of at most ``limit`` bytes, with as much of its resolution as that allows, and return its facts.

        The file appears at ``to`` only when it is whole. Raises :class:`BadVideo` where no copy fits.
        """
        ...


class Servers(Protocol):
    """What the admins of servers have decided, and what an adapter notes for itself. Raises :class:`StoreAway`."""

    async def set_rules(self, platform: str, server: str, rules: Rules) -> None:
        """Set a server's rules; they hold from the next accept on, and the limits from the next admission."""
        ...

    async def drop_server(self, platform: str, server: str) -> None:
        """Remove a server's rules and budgets: the bot was taken out of it."""
        ...

    async def note(self, name: str) -> str | None:
        """Return what a platform's adapter has noted under this name."""
        ...

    async def set_note(self, name: str, value: str) -> None:
        """Note something; it replaces what was noted under this name."""
        ...


class JobStore(Protocol):
    """All jobs, durable: the truth for users. Raises :class:`StoreAway` where it does not answer in time."""

    async def accept(self, job: Job, terms: Terms) -> Job:
        """Store a new job and reserve its price, or return the job of that id that is there already.

        One that sends an unclear job again is stored only while that is unclear; else that job is returned. Raises
        :class:`QueueFull` or :class:`BudgetSpent`, and then nothing is stored.
        """
        ...

    async def load(self, job_id: str) -> Job | None:
        """Return a job as it stands."""
        ...

    async def claim(self, job_id: str) -> Claim | None:
        """Take a job that was admitted to this process, or whose process is dead; None where nothing is left to do.

        Raises :class:`Superseded` where another living process holds it.
        """
        ...

    async def ask_to_stop(self, job_id: str) -> None:
        """Let the process that carries the job know that its author wants it stopped; durable."""
        ...

    async def arrived(self, token: str, request_id: str) -> bool:
        """Take a webhook's word that the request of the job with this token is completed; durable and idempotent.

        An unclear job goes on with it. False where no job has this token.
        """
        ...

    async def look_again(self, job_id: str) -> Job:
        """Have an unclear job looked up once more; others are returned as they are."""
        ...

    async def rung(self) -> Sequence[Ring]:
        """Return the news for jobs of this process that it has not been told yet."""
        ...

    async def history(self, author: Author, limit: int = 20) -> Sequence[Entry]:
        """Return an author's newest jobs on that platform, newest first."""
        ...

    async def search(self, sought: Sought) -> Sequence[Entry]:
        """Return what fits among the jobs of all platforms, newest first; none that is, or is to be, forgotten."""
        ...

    async def under_way(self, author: Author, ended_since: float | None = None) -> Mapping[str, str]:
        """Return the ids of an author's jobs on that platform that something is left to do for, each with a mark.

        A mark changes when what is stored of its job does. With ``ended_since`` (epoch seconds) the newest of those
        that have ended since are among them.
        """
        ...

    async def load_all(self, job_ids: Collection[str]) -> Sequence[Job]:
        """Return those of these jobs that are stored, in any order."""
        ...

    async def usage(self, author: Author, default: Allowance) -> Usage:
        """Return this month's money of an author and the author's server."""
        ...

    async def set_budget(self, budget: Budget) -> None:
        """Set a budget; it holds from the next accept on."""
        ...

    async def drop_budget(self, budget: Budget) -> None:
        """Remove the budget of that platform, server, kind and id."""
        ...

    async def budgets(self, platform: str, server: str) -> Sequence[Budget]:
        """Return the budgets of a server."""
        ...

    async def placed(self, job_id: str, place: Mapping[str, str]) -> None:
        """Add to a job's place, whoever carries it; what is there already stays. Nothing where there is no such job."""
        ...

    async def delete(self, job_id: str) -> bool:
        """Delete what is stored of one job that has ended, as :meth:`forget` does; False where it is under way."""
        ...

    async def rules(self, platform: str, server: str) -> Rules:
        """Return a server's rules; those of one that has set none leave everything open."""
        ...

    async def forget(self, author: Author) -> tuple[int, int]:
        """Delete what is stored of an author's ended jobs on that platform; (deleted, still under way).

        Those under way are deleted when they end. The sums of the month stay, under a pseudonym, and so do the bare
        ids for a while: a command that is redelivered is still no new job, but one that has been cancelled.
        """
        ...
