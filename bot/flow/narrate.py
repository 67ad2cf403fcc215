"""narrate: one card, edited on change only, never faster than the channel likes; the newest wins."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Self

import structlog

from bot.domain.card import Card
from bot.domain.errors import TweenError
from bot.ports import Channel, Superseded

log = structlog.get_logger()

Remember = Callable[[Mapping[str, str]], Awaitable[None]]
"""Makes a job's place durable."""


class Narrator:
    """Shows the newest card. Telling never waits; leaving the context shows the last card before it returns.

    ``remember`` hears of every change of the channel's place, so that a restart edits the same message. While there is
    nothing to show there is no task either: thousands of jobs wait at the same time.
    """

    def __init__(self, channel: Channel, remember: Remember | None = None) -> None:
        self._channel = channel
        self._remember = remember
        self._place = dict(channel.place)
        self._newest: Card | None = None
        self._tried: Card | None = None
        self._shown: Card | None = None
        self._is_closing = False
        self._pausing: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def tell(self, card: Card) -> None:
        """Have this card shown, unless a newer one comes before its turn."""
        self._newest = card
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name=f"narrate {card.job_id}")

    async def close(self) -> None:
        """Show the last card without a pause."""
        self._close()
        if self._task is not None:
            await self._task
        await self._show()

    def has_shown(self, card: Card) -> bool:
        """Whether this card is the one that stands there."""
        return card == self._shown

    async def show(self, card: Card) -> None:
        """Show this card now; raise the channel's error where it cannot be shown."""
        await self._channel.show(card)
        self._shown = card
        await self._remember_place()

    async def _run(self) -> None:
        while self._newest != self._tried and not self._is_closing:
            await self._show()
            await self._pause()

    async def _show(self) -> None:
        card = self._newest
        if card is None or card == self._shown:
            return
        self._tried = card
        try:
            await self.show(card)
        except TweenError as error:
            # The job is worth more than its card: the next change tries again.
            log.warning("card_not_shown", job_id=card.job_id, error=str(error))
        except Superseded:
            # Whoever carries the job now tells of it too.
            self._close()
        except Exception:
            log.exception("card_not_shown", job_id=card.job_id)

    async def _remember_place(self) -> None:
        place = dict(self._channel.place)
        if self._remember is not None and place != self._place:
            await self._remember(place)
            self._place = place

    def _close(self) -> None:
        self._is_closing = True
        if self._pausing is not None:
            self._pausing.set()

    async def _pause(self) -> None:
        self._pausing = asyncio.Event()
        try:
            async with asyncio.timeout(self._channel.pace):
                if not self._is_closing:
                    await self._pausing.wait()
        except TimeoutError:
            pass
        finally:
            self._pausing = None
