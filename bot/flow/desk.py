"""The desk: everything that a platform's adapter may ask of the core on behalf of a person.

It works with the store alone, so it answers in time whatever the provider does, and it may run in another process than
the one that carries the job.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from bot.domain.budget import Usage
from bot.domain.card import Action, Card
from bot.domain.errors import Draining, NotYours
from bot.domain.job import Accepted, Job, Proposed, Staged, Submitted, Submitting, Unclear
from bot.domain.model import Model
from bot.domain.progress import Phase, Progress
from bot.domain.request import Author, Command, ImageRef
from bot.domain.server import Rules, narrower
from bot.flow.accept import accept
from bot.flow.card import CardMaker
from bot.flow.judge import Judge
from bot.ports import Entry, JobStore, Sought, Terms

_PHASES: Mapping[type, Phase] = {
    Accepted: Phase.WAITING,
    Proposed: Phase.ASKING,
    Staged: Phase.STAGING,
    Submitting: Phase.RECONCILING,
    Submitted: Phase.QUEUED,
}


class Desk:
    """Takes commands and questions. ``wake`` tells this process's worker, if there is one, of something new."""

    def __init__(  # noqa: PLR0913  # what it works with
        self,
        store: JobStore,
        model: Model,
        terms: Terms,
        maker: CardMaker,
        clock: Callable[[], float],
        wake: Callable[[], None],
        *,
        judge: Judge | None = None,
    ) -> None:
        self._store = store
        self._model = model
        self._terms = terms
        self._maker = maker
        self._clock = clock
        self._wake = wake
        self._judge = judge
        self._closed = False

    @property
    def model(self) -> Model:
        """What the videos are made with."""
        return self._model

    @property
    def charges(self) -> bool:
        """Whether a job costs money."""
        return self._maker.charges

    def close(self) -> None:
        """Take no more jobs: the process is about to end."""
        self._closed = True

    async def accept(self, command: Command, place: Mapping[str, str]) -> Job:
        """Check and store a command, and reserve its price; then it is acknowledged. A redelivered one is the same job.

        Raises :class:`BadRequest`, :class:`NotHere`, :class:`NotThem`, :class:`UnsafeRefused`, :class:`Moderated`,
        :class:`QueueFull`, :class:`BudgetSpent`, :class:`StoreAway` or :class:`Draining`; nothing is stored and nothing
        is spent then.
        """
        if self._closed:
            raise Draining
        rules = await self._rules(command)
        if (where := command.where) is not None:
            rules.check(command.author, where)
            command = replace(command, options=rules.complete(command.options, self._model))
            rules.check_safety(command.options, self._model, where)
        job = replace(accept(command, self._model, self._clock()), place=place)
        if self._is_to_ask(command, job, rules):
            job = replace(job, state=Accepted(asks=True))
        if self._judge is not None:
            await self._judge.prompt(job)
        waiting = narrower(rules.waiting_per_author, self._terms.waiting_per_author)
        kept = await self._store.accept(job, replace(self._terms, waiting_per_author=waiting))
        self._wake()
        return kept

    def first_card(self, job: Job) -> Card:
        """Return the card to show for a job that was just accepted."""
        return self._maker.card(job, Progress(Phase.WAITING), self._clock())

    def card(self, job: Job) -> Card:
        """Return the card of a job as the store has it: without the provider's progress, which is not stored."""
        return self._maker.card(job, Progress(_PHASES.get(type(job.state), Phase.DELIVERING)), self._clock())

    async def find(self, job_id: str, author: Author) -> Job | None:
        """Return a job as it stands. None where there is no such job."""
        return await self._own(job_id, author)

    async def shown(self, job_id: str) -> Job | None:
        """Return a job to somebody who sees its card, whoever that is. None where there is no such job."""
        return await self._store.load(job_id)

    async def placed(self, job_id: str, place: Mapping[str, str]) -> None:
        """Note where the card is that answered a job's command: whichever process carries the job edits that."""
        await self._store.placed(job_id, place)

    async def delete(self, job_id: str, author: Author) -> bool:
        """Delete what is stored of a job of the author's that has ended; False where it is under way.

        True where nothing is stored of it any more: of two presses at once, the second finds nothing.
        """
        job = await self._own(job_id, author)
        return job is None or await self._store.delete(job_id)

    async def stop(self, job_id: str, author: Author) -> Job | None:
        """Ask for a stop; what came of it is told on the card. None where there is no such job."""
        job = await self._own(job_id, author)
        if job is not None and not job.is_final:
            await self._store.ask_to_stop(job_id)
            self._wake()
        return job

    async def go(self, job_id: str, author: Author) -> Job | None:
        """Have a proposed job made; others stay as they are. None where there is no such job.

        One whose price has risen is proposed anew. Raises :class:`NotYours`, and :class:`BudgetSpent` for the rise.
        """
        job = await self._own(job_id, author)
        if job is None or not isinstance(job.state, Proposed):
            return job
        job = await self._store.go(job_id, self._terms.allowance)
        self._wake()
        return job

    async def mend(self, job_id: str, author: Author, mend: Action) -> Job | None:
        """Have a proposed job proposed anew with a change; others stay as they are. None where there is no such job.

        Raises as :meth:`go` does.
        """
        job = await self._own(job_id, author)
        if job is None or not isinstance(job.state, Proposed):
            return job
        job = await self._store.mend(job_id, mend, self._terms.allowance)
        self._wake()
        return job

    async def look_again(self, job_id: str, author: Author) -> Job | None:
        """Have an unclear job looked up once more. None where there is no such job."""
        job = await self._own(job_id, author)
        if job is None or not isinstance(job.state, Unclear):
            return job
        job = await self._store.look_again(job_id)
        self._wake()
        return job

    async def send_again(
        self, job_id: str, author: Author, place: Mapping[str, str], images: tuple[ImageRef, ImageRef] | None = None
    ) -> Job | None:
        """Send an unclear job again, as a job of its own: the one way to a second charge, and its author's alone.

        An unclear job is sent again once, however often the button is pressed; the second job has a button of its own,
        and the id of :func:`again_id`. ``images`` are where the platform has them now, if that is elsewhere.
        """
        job = await self._own(job_id, author)
        if job is None or not isinstance(job.state, Unclear):
            return job
        old = job.request
        start, end = images or old.images
        again = again_id(job_id)
        command = Command(again, author, start, end, old.prompt, old.options, again_of=job_id, fit=old.fit)
        return await self.accept(command, place)

    async def history(self, author: Author, limit: int = 20) -> Sequence[Entry]:
        """Return the author's newest jobs."""
        return await self._store.history(author, limit)

    async def search(self, sought: Sought) -> Sequence[Entry]:
        """Return the newest jobs of all platforms that fit: for the operator alone."""
        return await self._store.search(sought)

    async def under_way(self, author: Author, ended_since: float | None = None) -> Mapping[str, str]:
        """Return the author's jobs under way, and those that ended since, by id, each with a mark of how it stands."""
        return await self._store.under_way(author, ended_since)

    async def found(self, job_ids: Collection[str], author: Author) -> Sequence[Job]:
        """Return those of these jobs that are there and the author's."""
        return [job for job in await self._store.load_all(job_ids) if _is_of(job, author)]

    async def usage(self, author: Author) -> Usage:
        """Return this month's money of the author and the author's server."""
        return await self._store.usage(author, self._terms.allowance)

    async def defaults(self, author: Author) -> Mapping[str, object]:
        """Return the options that the author's server has defaults for."""
        return (await self._store.rules(author.platform, author.server)).complete({}, self._model)

    async def forget(self, author: Author) -> tuple[int, int]:
        """Delete my data: (jobs deleted, jobs under way, which are deleted when they end)."""
        return await self._store.forget(author)

    async def _rules(self, command: Command) -> Rules:
        author = command.author
        if command.where is None or not author.server:
            return Rules()
        return await self._store.rules(author.platform, author.server)

    def _is_to_ask(self, command: Command, job: Job, rules: Rules) -> bool:
        """Whether the job waits for a *Go*: its author wants it, or its price is above the limit of where it is made.

        Sending an unclear job again is an answer already, and where there are no channels the price is shown before.
        """
        limit = self._terms.ask_over if rules.ask_over is None else rules.ask_over
        is_dear = command.where is not None and limit is not None and job.request.price > limit
        return command.asks or (is_dear and command.again_of is None)

    async def _own(self, job_id: str, author: Author) -> Job | None:
        job = await self._store.load(job_id)
        if job is not None and not _is_of(job, author):
            raise NotYours
        return job


def _is_of(job: Job, author: Author) -> bool:
    return (job.request.author.platform, job.request.author.id) == (author.platform, author.id)


def again_id(job_id: str) -> str:
    """Return the id of the job that sends an unclear one again."""
    return f"{job_id}+"
