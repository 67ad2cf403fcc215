"""The right to carry a job, and the news of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.domain.job import Job


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

    async def rest(self) -> None:
        """Leave a proposed job to its author; one whose author has said something by now waits for its next run."""
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


PARKED = "parked"
"""What is said of a job in the place of its next state while it waits for the provider: there is no step to take."""


@dataclass(frozen=True)
class Claim:
    """A job that this process now carries, and the news of it so far."""

    job: Job
    hold: Hold
    news: Ring
