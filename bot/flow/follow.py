"""follow: waits for the provider, passes on what it says, and stops the job when asked or when its time is over."""

import asyncio
from collections.abc import Callable

from bot.domain.errors import Charge, JobCancelled, TookTooLong, TweenError
from bot.domain.job import Cancelled, Failed, Finished, Job, Submitted, Ticket
from bot.domain.progress import InProgress, InQueue, Phase, Progress
from bot.flow.cancel import cancel, charge
from bot.flow.kit import Kit
from bot.ports import CancelAnswer

Tell = Callable[[Progress, CancelAnswer | None], None]
"""Told of every change: the progress, and the provider's answer to a cancel once there is one."""


async def follow(job: Job, kit: Kit, stop: asyncio.Event, tell: Tell) -> Job:
    """Submitted -> Finished, Failed or Cancelled. Setting ``stop`` asks the provider to stop; it may finish anyway."""
    submitted = job.state
    assert isinstance(submitted, Submitted)
    wait = _Wait(submitted.ticket, kit, tell)
    try:
        await wait.until_completed(stop)
        outcome = await kit.provider.result(submitted.ticket)
    except JobCancelled as error:
        return job.to(Cancelled(charge(error, kit, never_ran=wait.never_ran)))
    except TweenError as error:
        return job.to(Failed(error))
    return job.to(Finished(submitted.ticket, outcome))


class _Wait:
    """One wait for one job: its progress so far, and whether it was asked to stop."""

    def __init__(self, ticket: Ticket, kit: Kit, tell: Tell) -> None:
        self._ticket = ticket
        self._kit = kit
        self._tell = tell
        self._progress = Progress(Phase.QUEUED)
        self._answer: CancelAnswer | None = None
        self._asked = self._queued = self._ran = False

    @property
    def never_ran(self) -> bool:
        """Whether it was stopped while it was seen in the queue, and never seen to run, before or after."""
        return self._asked and self._queued and not self._ran

    async def until_completed(self, stop: asyncio.Event) -> None:
        """Return when the provider is done; raise :class:`TookTooLong` at the deadline."""
        limits = self._kit.limits
        ends = self._kit.clock() + limits.deadline
        watch = asyncio.create_task(self._watch(), name=f"watch {self._ticket.request_id}")
        stopped = asyncio.create_task(stop.wait(), name=f"stop {self._ticket.request_id}")
        try:
            await asyncio.wait((watch, stopped), timeout=limits.deadline, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done() and not watch.done():
                await self._stop(watch, ends)
            if not watch.done():
                await cancel(self._ticket, self._kit)
                raise TookTooLong(limits.deadline).billed(self._kit.owed(Charge.POSSIBLE))
            await watch
        finally:
            for task in (watch, stopped):
                task.cancel()
            await asyncio.gather(watch, stopped, return_exceptions=True)

    async def _watch(self) -> None:
        async for update in self._kit.provider.follow(self._ticket):
            self._progress = self._progress.after(update, self._kit.clock())
            self._queued |= isinstance(update, InQueue)
            self._ran |= isinstance(update, InProgress)
            self._tell(self._progress, self._answer)

    async def _stop(self, watch: asyncio.Task[None], ends: float) -> None:
        self._asked = True
        self._answer = await cancel(self._ticket, self._kit)
        self._tell(self._progress, self._answer)
        if self._answer is not CancelAnswer.REQUESTED:
            await asyncio.wait((watch,), timeout=max(0.0, ends - self._kit.clock()))
            return
        await asyncio.wait((watch,), timeout=self._kit.limits.stop_grace)
        if not watch.done():
            # Asked but never confirmed: it may be running, and billed.
            self._ran = True
            raise JobCancelled
