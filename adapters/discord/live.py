"""The interactions whose token still lives: an ephemeral card can be edited with nothing else.

Nothing of it is stored, for a token is a secret; after a restart, or its fifteen minutes, the bot's own token takes
over.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import discord

TOKEN_LIFE_S = 15 * 60.0
"""Discord's documentation, "Interaction tokens are valid for 15 minutes"."""
MARGIN_S = 2 * 60.0
"""An edit may wait for a rate limit or a slow upload, so the token is given up a good while before it dies."""
ANSWER_S = 5.0
"""How long a card waits for the first answer to its command, which makes the message that it edits."""


@dataclass
class Live:
    """One interaction: ``message`` is the id of its first answer, once there is one; ``born`` by the clock."""

    interaction: discord.Interaction
    born: float
    message: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def answered(self) -> int | None:
        """Return the id of its first answer's message; None where there is none, and will be none."""
        await asyncio.wait((self.message,), timeout=ANSWER_S)
        return self.message.result() if self.message.done() and not self.message.cancelled() else None


class LiveInteractions:
    """The living tokens by job id; ``clock`` is monotonic."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._live: dict[str, Live] = {}

    def begin(self, job_id: str, interaction: discord.Interaction) -> Live | None:
        """Take note of the interaction that a job comes from; None where there is one: it was delivered again."""
        self._tidy()
        if job_id in self._live:
            return None
        self._live[job_id] = Live(interaction, self._clock())
        return self._live[job_id]

    def renew(self, job_id: str, interaction: discord.Interaction, message: int) -> None:
        """Use the token of a button's press, acknowledged already, for the card of this message that it is on."""
        self.end(job_id)
        live = self._live[job_id] = Live(interaction, self._clock())
        live.message.set_result(message)

    def of(self, job_id: str) -> Live | None:
        """Return a job's interaction while its token may be used."""
        live = self._live.get(job_id)
        return live if live and self._clock() - live.born < TOKEN_LIFE_S - MARGIN_S else None

    def end(self, job_id: str) -> None:
        """Use a job's token no more."""
        if (live := self._live.pop(job_id, None)) and not live.message.done():
            live.message.cancel()

    def _tidy(self) -> None:
        now = self._clock()
        # In the order of their birth: the first that lives ends the search.
        for job_id, live in list(self._live.items()):
            if now - live.born < TOKEN_LIFE_S:
                return
            del self._live[job_id]
