"""``bot.ports.Moderator``: words and patterns at once, and the checks of the operator and of the server's admins."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from adapters.moderation.check import DEADLINE_S, Check, Operators
from adapters.moderation.patterns import compiled_or_why
from adapters.moderation.question import Image, Kind, question
from adapters.moderation.words import plain, word_list
from bot.domain.errors import CheckAway, Moderated, Withheld
from bot.domain.job import Job
from bot.domain.media import Frame
from bot.domain.server import Rules
from bot.ports import Endpoints

log = structlog.get_logger()


class WebModerator:
    """Judges. ``guarded`` asks the checks of servers' admins, whose addresses are strangers'.

    What is sent to those is not signed: the secret is the operator's, and no admin has it. They are asked after the
    operator's, so that they get no picture that was refused. ``clock`` gives epoch seconds.
    """

    def __init__(
        self, operators: Operators, guarded: Endpoints, clock: Callable[[], float], deadline: float = DEADLINE_S
    ) -> None:
        self._guarded = guarded
        self._clock = clock
        self._deadline = deadline
        self._own = operators.check(clock, deadline)

    def check_prompt(self, rules: Rules, prompt: str) -> None:
        """Raise :class:`Moderated` where a word stands in the prompt, or a pattern matches it, as it is or undisguised.

        Whatever waits for RE2 lets other threads run.
        """
        if rules.words and word_list(rules.words).stands_in(prompt):
            raise Moderated("prompt")
        texts = {prompt, plain(prompt)} if rules.patterns else set()
        for pattern in rules.patterns:
            compiled = compiled_or_why(pattern)
            if isinstance(compiled, str):
                # It was checked when it was set; what is not known to fit is not let through.
                log.warning("pattern_unusable", said=compiled)
                raise CheckAway(compiled)
            if any(compiled.search(text) for text in texts):
                raise Moderated("prompt")

    def has_check(self, rules: Rules) -> bool:
        """Whether the operator or the server's admins have one."""
        return bool(self._checks(rules))

    async def check_frames(self, rules: Rules, job: Job, frames: Sequence[Frame]) -> None:
        """Raise :class:`Moderated` or :class:`CheckAway`."""
        images = [(frame.which, frame.content_type, frame.data) for frame in frames]
        if (said := await self._refusal(rules, "before", job, images)) is not None:
            raise Moderated("request", said)

    async def check_video(self, rules: Rules, job: Job, posters: Sequence[bytes]) -> None:
        """Raise :class:`Withheld` or :class:`CheckAway`."""
        names = ["first", "middle", "last"] if len(posters) > 2 else ["first", "last"]
        images = [(name, "image/jpeg", data) for name, data in zip(names, posters, strict=False)]
        if (said := await self._refusal(rules, "after", job, images)) is not None:
            raise Withheld(said)

    async def _refusal(self, rules: Rules, kind: Kind, job: Job, images: Sequence[Image]) -> str | None:
        checks = self._checks(rules)
        if not checks:
            return None
        asked = job.request
        body = await asyncio.to_thread(question, kind, asked.author, job.id, asked.prompt, images)
        for check in checks:
            try:
                said = await check.refusal(body)
            except CheckAway as error:
                log.warning("check_away", host=check.host, said=str(error))
                raise
            if said is not None:
                return said
        return None

    def _checks(self, rules: Rules) -> list[Check]:
        own = [] if self._own is None else [self._own]
        url = rules.check_url
        return own if url is None else [*own, Check(self._guarded, url, None, self._clock, self._deadline)]
