"""What every room of the adapter works with: the clients, the cards that are being posted, and the ports."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import aiohttp

from adapters.slack.clients import Clients
from bot.domain.job import Job
from bot.ports import Previews

Load = Callable[[str], Awaitable[Job | None]]
"""The store's: a job as it stands."""
CARD_S = 5.0
"""How long a job's first card may take that another process posts."""
LOOK_S = 0.5
KEPT = 2000


class FirstCards:
    """The cards that this process posts for jobs that it has just taken, by job id."""

    def __init__(self) -> None:
        self._cards: OrderedDict[str, asyncio.Future[str]] = OrderedDict()
        self._claimed: set[str] = set()

    def begin(self, job_id: str) -> None:
        """Take note that a card may be about to be posted; one that is already noted stays as it is."""
        if job_id not in self._cards:
            while len(self._cards) >= KEPT:
                self.end(next(iter(self._cards)))
            self._cards[job_id] = asyncio.get_running_loop().create_future()

    def claim(self, job_id: str) -> bool:
        """Whether the card is to be posted by the caller: by the first who asks, and by nobody else."""
        if job_id not in self._cards or job_id in self._claimed:
            return False
        self._claimed.add(job_id)
        return True

    def posted(self, job_id: str, message: str) -> None:
        """Take note of the card's timestamp."""
        if (card := self._cards.get(job_id)) is not None and not card.done():
            card.set_result(message)

    def end(self, job_id: str) -> None:
        """Take note that no card will be posted here."""
        self._claimed.discard(job_id)
        if (card := self._cards.pop(job_id, None)) is not None:
            card.cancel()

    async def message(self, job_id: str) -> str | None:
        """Return the card's timestamp, which is its id; None where it was not posted by this process."""
        card = self._cards.get(job_id)
        if card is None:
            return None
        await asyncio.wait((card,), timeout=CARD_S)
        return card.result() if card.done() and not card.cancelled() else None


@dataclass(frozen=True)
class Outside:
    """The adapter's own outside."""

    clients: Clients
    session: Callable[[], aiohttp.ClientSession]
    previews: Previews
    load: Load
    cards: FirstCards = field(default_factory=FirstCards)

    async def message_of(self, job_id: str, accepted_at: float) -> Mapping[str, str]:
        """Return where the first card is that this or another process has posted; nothing where there is none."""
        if (message := await self.cards.message(job_id)) is not None:
            return {"message": message}
        while True:
            job = await self.load(job_id)
            if job is not None and "message" in job.place:
                return {name: job.place[name] for name in ("message", "channel") if name in job.place}
            if time.time() > accepted_at + CARD_S:
                return {}
            await asyncio.sleep(LOOK_S)
