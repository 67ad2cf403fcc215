"""Rate limits of the twin: a bucket a route and place, and one for everything that the bot's token asks for.

The numbers are what has been seen in Discord's headers, not promises (Discord's page "Rate Limits" gives only the
global one, 50 a second): a client has to read the headers. Callbacks and webhooks do not count towards the global one.
"""

from collections import deque
from dataclasses import dataclass

from tests.twins.discord_values import Clock, Json

BUCKETS = {"message_create": (5, 5.0), "message_edit": (5, 5.0), "webhook": (5, 2.0)}
EVERYWHERE = (50, 1.0)
OLD_EDITS = (3, 20.0)
"""Edits of messages older than an hour, a channel: unpublished (error 30046, discord-api-docs#4413)."""


@dataclass
class _Bucket:
    limit: int
    window: float
    used: int = 0
    until: float = 0.0


class TooMany(Exception):
    """A 429. ``body`` and ``headers`` as Discord sends them; ``after`` in seconds."""

    def __init__(self, after: float, *, everywhere: bool = False, code: int = 0, bucket: str = "") -> None:
        super().__init__(f"429, again in {after:.3f} s")
        self.body: Json = {"message": "You are being rate limited.", "retry_after": round(after, 3)}
        self.body["global"] = everywhere
        if code:
            self.body |= {"code": code, "message": "Maximum number of edits to messages older than 1 hour reached"}
        self.headers = {"Retry-After": str(int(after) + 1), "X-RateLimit-Scope": "global" if everywhere else "user"}
        self.headers |= {"X-RateLimit-Global": "true"} if everywhere else {}
        if bucket:
            again = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": f"{after:.3f}"}
            self.headers |= again | {"X-RateLimit-Bucket": bucket}


class Limits:
    """Counts requests by the twin's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._all: deque[float] = deque()

    def count(self, bucket: str, place: str, *, by_bot: bool) -> dict[str, str]:
        """Count one request, and return the headers that say what is left. Raises TooMany."""
        if by_bot:
            self._count_everywhere()
        if bucket not in BUCKETS:
            return {}
        found = self._buckets.setdefault((bucket, place), _Bucket(*BUCKETS[bucket]))
        left = self._use(found)
        if left < 0:
            raise TooMany(found.until - self._clock.now(), bucket=f"{bucket}-bucket")
        return {
            "X-RateLimit-Limit": str(found.limit),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": f"{found.until:.3f}",
            "X-RateLimit-Reset-After": f"{found.until - self._clock.now():.3f}",
            "X-RateLimit-Bucket": f"{bucket}-bucket",
        }

    def count_old_edit(self, channel: str) -> None:
        """Count an edit of a message older than an hour. Raises TooMany with 30046."""
        found = self._buckets.setdefault(("old", channel), _Bucket(*OLD_EDITS))
        if self._use(found) < 0:
            raise TooMany(found.until - self._clock.now(), code=30046)

    def _use(self, bucket: _Bucket) -> int:
        now = self._clock.now()
        if now >= bucket.until:
            bucket.used, bucket.until = 0, now + bucket.window
        bucket.used += 1
        return bucket.limit - bucket.used

    def _count_everywhere(self) -> None:
        limit, window = EVERYWHERE
        now = self._clock.now()
        while self._all and self._all[0] <= now - window:
            self._all.popleft()
        if len(self._all) >= limit:
            raise TooMany(self._all[0] + window - now, everywhere=True)
        self._all.append(now)
