"""One job's way: stage, submit, follow, deliver, each told on the job's card. Every platform takes this way."""

import asyncio

from bot.domain.errors import Charge
from bot.domain.job import Accepted, Cancelled, Finished, Job, Submitted
from bot.domain.progress import Phase, Progress
from bot.flow.card import CardMaker
from bot.flow.deliver import deliver
from bot.flow.follow import follow
from bot.flow.kit import Kit
from bot.flow.narrate import Narrator
from bot.flow.stage import stage
from bot.flow.submit import submit
from bot.ports import CancelAnswer, Channel


async def tween(job: Job, kit: Kit, channel: Channel, stop: asyncio.Event) -> Job:
    """Return the job in its final state, with its card shown and its video posted. Setting ``stop`` cancels it."""
    maker = CardMaker(charges=kit.provider.charges)
    async with Narrator(channel) as narrator:

        def tell(job: Job, progress: Progress, answer: CancelAnswer | None = None) -> None:
            narrator.tell(maker.card(job, progress, kit.clock(), answer))

        tell(job, Progress(Phase.STAGING))
        job = await _staged(job, kit, stop)
        if not job.is_final:
            job = await submit(job, kit, lambda job: tell(job, Progress(Phase.SUBMITTING)))
        if isinstance(job.state, Submitted):
            submitted = job
            tell(submitted, Progress(Phase.QUEUED))
            job = await follow(submitted, kit, stop, lambda progress, answer: tell(submitted, progress, answer))
        if isinstance(job.state, Finished):
            tell(job, Progress(Phase.DELIVERING))
            job = await deliver(job, kit, channel)
        tell(job, Progress(Phase.DELIVERING))
    return job


async def _staged(job: Job, kit: Kit, stop: asyncio.Event) -> Job:
    """Stage the job, unless it is stopped before: then nothing was sent, and nothing is owed."""
    assert isinstance(job.state, Accepted)
    staging = asyncio.create_task(stage(job, kit), name=f"stage {job.id}")
    stopped = asyncio.create_task(stop.wait(), name=f"stop {job.id}")
    try:
        await asyncio.wait((staging, stopped), return_when=asyncio.FIRST_COMPLETED)
        return job.to(Cancelled(Charge.NONE)) if stopped.done() else await staging
    finally:
        for task in (staging, stopped):
            task.cancel()
        await asyncio.gather(staging, stopped, return_exceptions=True)
