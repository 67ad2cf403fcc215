"""Who is asked whether a job may be made, and its video be shown; and what admins can look up afterwards."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.job import Job
from bot.domain.media import Frame
from bot.domain.request import Author
from bot.domain.server import Rules

OPERATOR, MODERATION = "operator", "moderation"
"""Who has done a deed, where it was nobody with an id."""


class Moderator(Protocol):
    """Judges by a server's rules, and by what the operator has set for all.

    Raises :class:`Moderated`, or of a video :class:`Withheld`, where it says no, and :class:`CheckAway` where whoever
    is to be asked does not answer: what was not checked is not made, and not shown.
    """

    def check_prompt(self, rules: Rules, prompt: str) -> None:
        """Look for words and patterns. Fast, whatever the pattern and the prompt: it waits for nothing."""
        ...

    def has_check(self, rules: Rules) -> bool:
        """Whether anybody is to be asked about pictures."""
        ...

    async def check_frames(self, rules: Rules, job: Job, frames: Sequence[Frame]) -> None:
        """Have the prompt and both frames checked, before anything is spent. Nothing where nobody is to be asked."""
        ...

    async def check_video(self, rules: Rules, job: Job, posters: Sequence[bytes]) -> None:
        """Have pictures (JPEG files) of the finished video checked, before it is shown to anybody."""
        ...


@dataclass(frozen=True)
class Deed:
    """Something that an admin, the operator or the moderation has done. ``at`` in epoch seconds.

    ``platform`` and ``server`` are where it holds; the server is empty where it holds in all of them. ``actor`` is who
    did it: an id of the platform's, ``operator``, or ``moderation``; empty where the platform does not say. ``subject``
    is whom or what it was done to: a job's or a user's id, or empty for the server's own rules. ``detail`` holds no
    secret, and of an author's words none.
    """

    at: float
    platform: str
    server: str
    actor: str
    action: str
    subject: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


def pseudonym(author: Author) -> str:
    """Return what an author who is forgotten is called in the deeds that stay: the same in all of a platform's."""
    digest = hashlib.sha256(json.dumps([author.platform, author.id]).encode()).hexdigest()
    return f"forgotten:{digest[:16]}"


class AuditLog(Protocol):
    """What admins, the operator and the moderation have done. Raises :class:`StoreAway`.

    Nothing of it is ever changed but the id of an author who is forgotten.
    """

    async def write(self, deed: Deed) -> None:
        """Add a deed; durable when this returns. The moderation's about the same, with the same detail, is one deed."""
        ...

    async def deeds(
        self, platform: str | None = None, server: str | None = None, since: float = 0.0, limit: int = 1000
    ) -> Sequence[Deed]:
        """Return the newest deeds of a server, or of all, newest first."""
        ...

    def pages(
        self, platform: str | None = None, server: str | None = None, since: float = 0.0, size: int = 500
    ) -> AsyncIterator[Sequence[Deed]]:
        """Yield all of them, newest first, so many at a time; those that are written meanwhile are left out."""
        ...
