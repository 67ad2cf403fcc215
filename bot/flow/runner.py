"""Carries the jobs of this process, a step at a time; whatever drives it may stop between two steps and start again.

The store is the truth: a step begins from what is stored there, and its outcome is stored before the next one. So a
step may be asked for twice, by this process or by the one that takes over, and nothing happens twice outside.
"""

import asyncio
from collections.abc import Mapping, Sequence
from weakref import WeakValueDictionary

import structlog

from bot.domain.errors import ChannelGone, Charge, Defect, TweenError
from bot.domain.job import Accepted, Failed, Finished, Job, Posting, Proposed, Staged, Submitted
from bot.domain.progress import Phase, Progress
from bot.flow.card import CardMaker
from bot.flow.carried import Carried
from bot.flow.deliver import put_away
from bot.flow.kit import Kit
from bot.flow.patience import Turns
from bot.flow.run import Exit
from bot.ports import PARKED, JobStore, Platform, Ring, StagedFiles, Superseded

log = structlog.get_logger()


MOST_READY = 64
"""Jobs whose wait is over that are told of at once."""


class Runner:
    """All jobs that this process carries. ``kit`` has the attachments of no platform yet."""

    def __init__(
        self, store: JobStore, kit: Kit, platforms: Mapping[str, Platform], staged_files: StagedFiles, exit_: Exit
    ) -> None:
        self._store = store
        self._kit = kit
        self._platforms = platforms
        self._staged_files = staged_files
        self._exit = exit_
        self._maker = CardMaker(charges=kit.provider.charges, foretells=kit.outlook is not None)
        self._carried: dict[str, Carried] = {}
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def carried(self) -> int:
        """How many jobs this process carries."""
        return len(self._carried)

    async def advance(self, job_id: str) -> str | None:
        """Take a job one step further, and return the name of its state; None once nothing is left to do.

        :data:`PARKED`: it waits for the provider, with nothing but this process's memory, and :meth:`ready` will name
        it. Thousands wait at the same time, and whatever drives them is not to be kept alive for each.

        Where another process has taken the job over, this one is about to end, and so this never returns. Two calls
        for one job take turns.
        """
        # Held by those who wait for it, and by nothing else.
        turn = self._turns.setdefault(job_id, asyncio.Lock())
        async with turn:
            return await self._advance(job_id)

    async def _advance(self, job_id: str) -> str | None:
        try:
            carried = self._carried.get(job_id) or await self._take(job_id)
            if carried is None:
                return None
            if carried.job.is_final:
                await self._conclude(carried)
                return None
            if isinstance(carried.job.state, Proposed) and not carried.run.signals.stopped:
                await self._rest(carried)
                return None
            if not isinstance(carried.job.state, Submitted):
                await self._further(carried)
            # A state that is not stored, or only waited in, is no place to stop at: each stop costs its record.
            while isinstance(carried.job.state, Staged | Submitted | Finished):
                if isinstance(carried.job.state, Submitted) and not carried.has_followed(self._ready.put_nowait):
                    return PARKED
                await self._further(carried)
        except Superseded:
            log.warning("job_taken_over", job_id=job_id)
            self._carried.pop(job_id, None)
            await asyncio.Event().wait()
            raise
        return type(carried.job.state).__name__.lower()

    async def ready(self) -> Sequence[str]:
        """Wait for jobs whose wait for the provider is over, and return their ids: they can be taken further."""
        ids = [await self._ready.get()]
        while len(ids) < MOST_READY and not self._ready.empty():
            ids.append(self._ready.get_nowait())
        return ids

    def is_parked(self, job_id: str) -> bool:
        """Whether this process has the job wait for the provider."""
        carried = self._carried.get(job_id)
        return carried is not None and carried.is_parked

    def ring(self, news: Ring) -> None:
        """Pass on what reached a job from outside, where this process carries it."""
        if carried := self._carried.get(news.job_id):
            carried.heed(news)

    async def drain(self, seconds: float) -> None:
        """Begin nothing new, let nothing be cut in the middle, and have the cards say that their jobs resume."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._exit.end(seconds))
            group.create_task(self._say_that_they_resume(seconds))

    async def _say_that_they_resume(self, seconds: float) -> None:
        waiting = [each for each in self._carried.values() if not each.job.is_final]
        for carried in waiting:
            carried.tell(carried.job, Progress(Phase.RESUMING), None)
            carried.muted = True
        closing = [asyncio.create_task(each.narrator.close(), name=f"resume {each.job.id}") for each in waiting]
        if closing:
            _, late = await asyncio.wait(closing, timeout=seconds)
            for task in late:
                task.cancel()

    async def _take(self, job_id: str) -> Carried | None:
        claim = await self._store.claim(job_id)
        if claim is None:
            return None
        name = claim.job.request.author.platform
        if name not in self._platforms:
            # Whatever it has cost already, it is not ended for a setting that may have been left out by mistake.
            raise LookupError(f"the platform {name} is not configured")
        carried = Carried(claim, self._platforms[name], self._maker, self._kit)
        carried.begin(self._staged_files, self._exit)
        self._carried[job_id] = carried
        return carried

    async def _further(self, carried: Carried) -> None:
        try:
            job = await carried.next()
        except Superseded:
            raise
        except Exception as error:
            # A fault of ours ends the one job, truthfully, and is not repeated without end.
            log.exception("defect", job_id=carried.job.id, state=type(carried.job.state).__name__)
            job = carried.job.to(Failed(Defect(type(error).__name__).billed(self._may_owe(carried.job))))
        if isinstance(job.state, Staged | Finished):
            # They hold links that are not stored; a restart makes them anew, for nothing.
            carried.job = job
        elif job is not carried.job:
            await carried.run.hold.save(job)

    def _may_owe(self, job: Job) -> Charge:
        match job.state:
            case Accepted() | Proposed() | Staged():
                return Charge.NONE
            case Finished() | Posting():
                return self._kit.owed(Charge.BILLED)
            case _:
                return self._kit.owed(Charge.POSSIBLE)

    async def _rest(self, carried: Carried) -> None:
        """Show what is proposed, and let the job rest, without a process, until its author says something."""
        await self._show_at_last(carried, Phase.ASKING)
        self._carried.pop(carried.job.id, None)
        await carried.run.hold.rest()

    async def _conclude(self, carried: Carried) -> None:
        """Show the last card until it is shown, or cannot be, and let everything of the job go."""
        put_away(carried.job, self._kit)
        await self._show_at_last(carried, Phase.DELIVERING)
        await self._staged_files.drop(carried.job.id)
        self._carried.pop(carried.job.id, None)
        try:
            await carried.run.hold.conclude()
        except Superseded:
            # An unclear job that came home, or was looked up again, just now: a run of its own goes on with it.
            log.info("reopened", job_id=carried.job.id)

    async def _show_at_last(self, carried: Carried, phase: Phase) -> None:
        await carried.narrator.close()
        card = self._maker.card(carried.job, Progress(phase), self._kit.clock())
        turns = Turns(self._kit)
        while not carried.narrator.has_shown(card):
            try:
                await carried.narrator.show(card)
            except ChannelGone as error:
                log.warning("last_card_not_shown", job_id=card.job_id, error=str(error))
                break
            except TweenError as error:
                if not await turns.another(error):
                    log.exception("last_card_not_shown", job_id=card.job_id)
                    break
            except Superseded:
                raise
            except Exception:
                # A fault of ours would be met again without end, and the job never be let go.
                log.exception("last_card_not_shown", job_id=card.job_id)
                break
