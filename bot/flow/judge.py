"""judge: what may be made and what may be shown, asked where it must be known, and each refusal written down."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from bot.domain.errors import CheckAway, Moderated, StoreAway, Withheld
from bot.domain.job import Job
from bot.domain.media import Frame
from bot.domain.request import Author
from bot.domain.server import Rules
from bot.ports import AuditLog, Deed, Moderator, Posters

log = structlog.get_logger()

ACTOR = "moderation"
"""As in :attr:`bot.ports.Deed.actor`."""
PICTURES = 3
"""Pictures of a finished video that are looked at: the first, the middle and the last."""
RulesOf = Callable[[str, str], Awaitable[Rules]]
"""Returns the rules of a platform's server; :meth:`bot.ports.JobStore.rules`."""


async def no_rules(_: str, __: str) -> Rules:
    """Return the rules of a place that has none."""
    return Rules()


class Judge:
    """Judges jobs by their server's rules. ``audit`` is where refusals are written down; ``clock`` gives epoch seconds.

    What each method does not let through, it raises; so does it where nobody can tell.
    """

    def __init__(
        self,
        moderator: Moderator,
        posters: Posters,
        clock: Callable[[], float],
        rules_of: RulesOf = no_rules,
        audit: AuditLog | None = None,
    ) -> None:
        self._moderator = moderator
        self._posters = posters
        self._clock = clock
        self._rules_of = rules_of
        self._audit = audit

    async def prompt(self, job: Job) -> None:
        """Judge the words of a job that is not stored yet: raises :class:`Moderated`."""
        rules = await self._rules(job.request.author)
        if not rules.words and not rules.patterns:
            return
        async with self._noting(job):
            # An admin's patterns, all of them, may take longer than the event loop has.
            await asyncio.to_thread(self._moderator.check_prompt, rules, job.request.prompt)

    async def frames(self, job: Job, start: Frame, end: Frame) -> None:
        """Judge what is about to leave for the provider: raises :class:`Moderated` or :class:`CheckAway`."""
        rules = await self._rules(job.request.author)
        async with self._noting(job):
            await self._moderator.check_frames(rules, job, (start, end))

    async def video(self, job: Job, path: Path) -> None:
        """Judge what is about to be shown: raises :class:`Withheld` or :class:`CheckAway`."""
        rules = await self._rules(job.request.author)
        if not self._moderator.has_check(rules):
            return
        posters = await self._posters.posters(path, PICTURES)
        async with self._noting(job):
            await self._moderator.check_video(rules, job, posters)

    async def _rules(self, author: Author) -> Rules:
        rules = await self._rules_of(author.platform, author.server) if author.server else Rules()
        if rules.unreadable:
            # Nobody can tell what they would say.
            raise CheckAway
        return rules

    @asynccontextmanager
    async def _noting(self, job: Job) -> AsyncIterator[None]:
        try:
            yield
        except Moderated as refused:
            await self._note(job, refused.what)
            raise
        except Withheld:
            await self._note(job, "video")
            raise

    async def _note(self, job: Job, what: str) -> None:
        """Write a refusal down; it holds all the same where that cannot be done."""
        author = job.request.author
        log.warning("refused", job_id=job.id, what=what)
        if self._audit is None:
            return
        deed = Deed(self._clock(), author.platform, author.server, ACTOR, "refused", job.id, {"what": what})
        try:
            await self._audit.write(deed)
        except StoreAway as error:
            log.warning("refusal_not_written_down", job_id=job.id, error=str(error))
