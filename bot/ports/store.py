"""The job store."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from bot.domain.budget import Allowance, Budget, Usage
from bot.domain.card import Action
from bot.domain.job import Expected, Job
from bot.domain.request import Author
from bot.domain.server import Rules
from bot.ports.carrying import Claim, Ring
from bot.ports.moderation import Deed


@dataclass(frozen=True)
class Terms:
    """What the operator allows: jobs running and waiting at the same time, and money a month by default.

    A job above ``ask_over`` US dollars waits for its author's *Go* where its server has no limit of its own.
    """

    running: int
    running_per_server: int
    running_per_author: int
    waiting: int
    waiting_per_author: int
    allowance: Allowance
    ask_over: Decimal | None = None


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


class Outlook(Protocol):
    """What is known before a job is sent. Raises :class:`StoreAway`; neither changes anything."""

    async def expected(self, job: Job, now: float) -> Expected | None:
        """Return what a job will take if it is sent at ``now`` (epoch seconds); None where nothing like it is known."""
        ...

    async def left(self, author: Author) -> Decimal | None:
        """Return US dollars that are left of this month's budget, the narrower of the author's and the server's.

        What is reserved for jobs under way is spent already. None without a budget.
        """
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

    async def go(self, job_id: str, default: Allowance) -> Job:
        """Have a proposed job made, as it was shown; others are returned as they are.

        One whose price has risen meanwhile is proposed anew, with the rise reserved; raises :class:`BudgetSpent` where
        that does not fit, and then nothing is changed.
        """
        ...

    async def mend(self, job_id: str, mend: Action, default: Allowance) -> Job:
        """Have a proposed job proposed anew, changed by a mend of :mod:`bot.domain.mend`; others stay as they are.

        Reserves, and raises, as :meth:`go` does.
        """
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
        """Return a server's rules; those of one that has set none leave everything open.

        What cannot be read of them is :attr:`Rules.unreadable`.
        """
        ...

    async def forget(self, author: Author, deed: Deed | None = None) -> tuple[int, int]:
        """Delete what is stored of an author's ended jobs on that platform; (deleted, still under way).

        Those under way are deleted when they end. The sums of the month stay, under a pseudonym, and so do the bare
        ids for a while: a command that is redelivered is still no new job, but one that has been cancelled. In what the
        moderation has done the author has a pseudonym. ``deed`` tells of it, where somebody else does it.
        """
        ...
