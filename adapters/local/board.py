"""The newest cards of the jobs that this process carries, and who waits for news of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.card import Card


class Board:
    """Cards of jobs under way. The last card of a job is not kept: it can be drawn again from what is stored."""

    def __init__(self) -> None:
        self._cards: dict[str, Card] = {}
        self._watchers: dict[str, set[asyncio.Event]] = {}

    def put(self, card: Card) -> None:
        """Put up a card in the place of the job's last one; a final card takes it down."""
        if card.phase is None:
            self._cards.pop(card.job_id, None)
        else:
            self._cards[card.job_id] = card
        for event in self._watchers.get(card.job_id, ()):
            event.set()

    def newest(self, job_id: str) -> Card | None:
        """Return the newest card of a job that this process carries."""
        return self._cards.get(job_id)

    @contextmanager
    def watched(self, job_id: str) -> Iterator[asyncio.Event]:
        """Give an event that every new card of the job sets."""
        event = asyncio.Event()
        watchers = self._watchers.setdefault(job_id, set())
        watchers.add(event)
        try:
            yield event
        finally:
            watchers.discard(event)
            if not watchers:
                self._watchers.pop(job_id, None)
