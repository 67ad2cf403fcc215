"""A whole job in one go, for somebody who sits and waits: nothing is stored, and it ends with the process."""

from bot.domain.job import Job
from bot.domain.progress import Phase, Progress
from bot.flow.card import CardMaker
from bot.flow.deliver import put_away
from bot.flow.kit import Kit
from bot.flow.narrate import Narrator
from bot.flow.run import Run, Unrecorded
from bot.flow.signals import Signals
from bot.flow.step import step
from bot.ports import CancelAnswer, Channel


async def tween(job: Job, kit: Kit, channel: Channel, signals: Signals) -> Job:
    """Return the job in its final state, with its card shown and its video posted. ``signals.stop()`` cancels it."""
    maker = CardMaker(charges=kit.provider.charges)
    async with Narrator(channel) as narrator:

        def tell(job: Job, progress: Progress, answer: CancelAnswer | None = None) -> None:
            narrator.tell(maker.card(job, progress, kit.clock(), answer))

        run = Run(kit, channel, Unrecorded(), signals, tell)
        while not job.is_final:
            job = await step(job, run)
        put_away(job, kit)
        tell(job, Progress(Phase.DELIVERING))
    return job
