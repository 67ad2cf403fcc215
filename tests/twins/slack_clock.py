"""The Slack twin's clock: the real one, and whatever a test has let pass besides."""

import asyncio
import time


class Clock:
    """Epoch seconds that can jump forward, deadlines that jump with them, and the news that something changed."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._jumped = asyncio.Event()
        self._changed = asyncio.Event()
        self._last_ts = 0

    def now(self) -> float:
        """Epoch seconds."""
        return time.time() + self._ahead

    def ts(self) -> str:
        """Return a message's timestamp: microseconds, later than every one before."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def jump(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self._ahead += seconds
        self._jumped.set()
        self._jumped = asyncio.Event()
        self.tell()

    def tell(self) -> None:
        """Wake those who wait for news."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def news(self, seconds: float) -> None:
        """Wait for news, for so many real seconds at most."""
        await _first((self._changed,), seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait for an event, for so many seconds of this clock at most; return whether it came."""
        deadline = self.now() + seconds
        while not event.is_set() and (left := deadline - self.now()) > 0:
            await _first((event, self._jumped), left)
        return event.is_set()


async def _first(events: tuple[asyncio.Event, ...], seconds: float) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
