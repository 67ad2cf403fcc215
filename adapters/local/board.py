"""The newest cards of the jobs that this process carries, and who waits for news of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.card import Card


class Changes:
    """Which jobs have changed, for one who follows all of them."""

    def __init__(self) -> None:
        self._job_ids: set[str] = set()
        self._any = asyncio.Event()

    def note(self, job_id: str) -> None:
        """Note a job."""
        self._job_ids.add(job_id)
        self._any.set()

    def take(self) -> set[str]:
        """Return the jobs that were noted since the last call."""
        taken, self._job_ids = self._job_ids, set()
        self._any.clear()
        return taken

    async def wait(self, seconds: float) -> None:
        """Wait until a job is noted, for so many seconds at most."""
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._any.wait()
        except TimeoutError:
            return


class Board:
    """Cards of jobs under way. The last card of a job is not kept: it can be drawn again from what is stored."""

    def __init__(self) -> None:
        self._cards: dict[str, Card] = {}
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._followers: list[Changes] = []

    def put(self, card: Card) -> None:
        """Put up a card in the place of the job's last one; a final card takes it down."""
        if card.phase is None:
            self._cards.pop(card.job_id, None)
        else:
            self._cards[card.job_id] = card
        self.touch(card.job_id)

    def touch(self, job_id: str) -> None:
        """Let those who watch know that a job has changed."""
        for event in self._watchers.get(job_id, ()):
            event.set()
        for changes in self._followers:
            changes.note(job_id)

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

    @contextmanager
    def followed(self) -> Iterator[Changes]:
        """Give the changes of all jobs."""
        changes = Changes()
        self._followers.append(changes)
        try:
            yield changes
        finally:
            self._followers.remove(changes)
