"""narrate: one card, edited on change only, never faster than the channel likes; the newest wins."""

import asyncio
from typing import Self

import structlog

from bot.domain.card import Card
from bot.domain.errors import TweenError
from bot.ports import Channel

log = structlog.get_logger()


class Narrator:
    """Shows the newest card. Telling never waits; leaving the context shows the last card before it returns."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._newest: Card | None = None
        self._shown: Card | None = None
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="narrator")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        self._changed.set()
        await self._task

    def tell(self, card: Card) -> None:
        """Have this card shown, unless a newer one comes before its turn."""
        self._newest = card
        self._changed.set()

    async def _run(self) -> None:
        while not self._closing.is_set():
            await self._changed.wait()
            self._changed.clear()
            await self._show()
            await self._pause()
        await self._show()

    async def _show(self) -> None:
        card = self._newest
        if card is None or card == self._shown:
            return
        try:
            await self._channel.show(card)
        except TweenError as error:
            # The job is worth more than its card: the next change tries again.
            log.warning("card_not_shown", job_id=card.job_id, error=str(error))
        else:
            self._shown = card

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._channel.pace):
                await self._closing.wait()
        except TimeoutError:
            pass
