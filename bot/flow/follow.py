"""follow: waits for the provider, passes on what it says, and stops the job when asked or when its time is over."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.domain.errors import (
    AccountExhausted,
    Charge,
    CredentialsMissing,
    CredentialsRefused,
    JobCancelled,
    ProviderUnreachable,
    TookTooLong,
    TweenError,
)
from bot.domain.job import Cancelled, Failed, Finished, Job, Submitted
from bot.domain.progress import InProgress, InQueue, Phase, Progress
from bot.flow.cancel import cancel, charge
from bot.flow.run import Run
from bot.ports import CancelAnswer

log = structlog.get_logger()
T = TypeVar("T")

OUTAGE_PAUSE = 15.0
LATE_LOOK = 60.0
"""Seconds for the provider to tell of a job whose deadline passed while no process followed it: it may be made."""


async def follow(job: Job, run: Run) -> Job:
    """Submitted -> Finished, Failed or Cancelled. A stop asks the provider to stop; it may finish anyway."""
    submitted = job.state
    assert isinstance(submitted, Submitted)
    wait = _Wait(job, submitted, run)
    try:
        await wait.until_completed()
        outcome = await wait.through_outages(lambda: run.kit.provider.result(submitted.ticket))
    except JobCancelled as error:
        return job.to(Cancelled(charge(error, run.kit, never_ran=wait.never_ran)))
    except TweenError as error:
        return job.to(Failed(error))
    return job.to(Finished(submitted.ticket, outcome, submitted.since))


class _Wait:
    """One wait for one job: its progress so far, and whether it was asked to stop."""

    def __init__(self, job: Job, submitted: Submitted, run: Run) -> None:
        self._job = job
        self._ticket = submitted.ticket
        self._run = run
        self._kit = run.kit
        deadline = run.kit.limits.deadline
        self._ends = max(submitted.since + deadline, run.kit.clock() + min(LATE_LOOK, deadline))
        self._progress = Progress(Phase.QUEUED)
        self._answer: CancelAnswer | None = None
        self._asked = self._queued = self._ran = False

    @property
    def never_ran(self) -> bool:
        """Whether it was stopped while it was seen in the queue, and never seen to run, before or after."""
        return self._asked and self._queued and not self._ran

    async def until_completed(self) -> None:
        """Return when the provider is done; raise :class:`TookTooLong` at the deadline."""
        self._tell()
        # One task beside this one, and no more: thousands of jobs wait here at the same time.
        watch = asyncio.create_task(self.through_outages(self._watch))
        watch.add_done_callback(lambda _: self._run.signals.poke())
        try:
            await self._hear(watch)
            if watch.done():
                await watch
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def through_outages(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask, and where nobody answers, or the key is refused, ask again until the deadline: the job goes on there.

        A key that was mistyped at a restart must not end every job that was paid.
        """
        while True:
            try:
                return await ask()
            except (ProviderUnreachable, CredentialsMissing, CredentialsRefused, AccountExhausted) as error:
                if not self._kit.limits.outlasts or self._left() <= OUTAGE_PAUSE:
                    raise
                log.warning("provider_away", job_id=self._job.id, error=str(error))
            await asyncio.sleep(OUTAGE_PAUSE)

    async def _watch(self) -> None:
        async for update in self._kit.provider.follow(self._ticket):
            self._progress = self._progress.after(update, self._kit.clock())
            self._queued |= isinstance(update, InQueue)
            self._ran |= isinstance(update, InProgress)
            self._tell()

    async def _hear(self, watch: asyncio.Task[None]) -> None:
        """Return once the job is completed: the watch has ended, or the provider has called back or says so.

        Raises :class:`JobCancelled` where a stop is never confirmed.
        """
        while not self._is_over(watch):
            if self._run.signals.stopped and not self._asked:
                await self._stop(watch)
            elif not await self._run.signals.news(self._left()):
                if await cancel(self._ticket, self._kit) is CancelAnswer.TOO_LATE:
                    return
                raise TookTooLong(self._kit.limits.deadline).billed(self._kit.owed(Charge.POSSIBLE))

    async def _stop(self, watch: asyncio.Task[None]) -> None:
        self._asked = True
        self._answer = await cancel(self._ticket, self._kit)
        self._tell()
        if self._answer is not CancelAnswer.REQUESTED:
            return
        ends = self._kit.clock() + self._kit.limits.stop_grace
        while not self._is_over(watch):
            if not await self._run.signals.news(max(0.0, ends - self._kit.clock())):
                # Asked but never confirmed: it may be running, and billed.
                self._ran = True
                raise JobCancelled

    def _is_over(self, watch: asyncio.Task[None]) -> bool:
        # What is told of another attempt's request is no word of this one.
        return watch.done() or self._run.signals.request_id == self._ticket.request_id

    def _tell(self) -> None:
        self._run.tell(self._job, self._progress, self._answer)

    def _left(self) -> float:
        return max(0.0, self._ends - self._kit.clock())
