"""What reaches a job from outside while it is under way: its author's stop, and the provider's word that it is done."""

import asyncio


class Signals:
    """One job's signals. Both stay set once they are."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._stopped = False
        self._request_id: str | None = None

    @property
    def stopped(self) -> bool:
        """Whether the author asked for a stop."""
        return self._stopped

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request that it says is completed; None while it has not said so."""
        return self._request_id

    def stop(self) -> None:
        """Ask for a stop."""
        self._stopped = True
        self._news.set()

    def arrive(self, request_id: str) -> None:
        """Take the provider's word."""
        self._request_id = request_id
        self._news.set()

    def poke(self) -> None:
        """Wake whoever waits for news: something else has happened."""
        self._news.set()

    async def news(self, seconds: float | None = None) -> bool:
        """Wait for news that came since the last call, for so many seconds at most; return whether one came."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True
