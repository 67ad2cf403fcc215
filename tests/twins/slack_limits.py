"""Slack's rate limits: so many calls a minute of a method and a workspace, one post a second in a channel.

Tiers as on the page of each method (read 2026-11); a tier says "N+ a minute", this is N, with all of it as a burst.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

TIERS = {1: 1.0, 2: 20.0, 3: 50.0, 4: 100.0}
SPECIAL = 300.0
"""Calls a minute of methods without a tier ("several hundred", "hundreds")."""
BURST_IN_A_CHANNEL = 4
"""Posts that a channel takes at once; Slack says "short bursts" and no number."""


@dataclass
class _Bucket:
    left: float
    at: float


class Limits:
    """Token buckets. ``on`` switches them; ``scale`` multiplies what is allowed, for a test that wants less or more."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.on = True
        self.scale = 1.0
        self._now = now
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def take(self, method: str, per_minute: float, workspace: str, channel: str = "") -> int | None:
        """Count a call; return the seconds of Retry-After where it is one too many, else None."""
        if not self.on:
            return None
        waits = [self._take((method, workspace), per_minute / 60, per_minute)]
        if method == "chat.postMessage":
            waits.append(self._take((method, workspace, channel), 1.0, BURST_IN_A_CHANNEL))
        longest = max(waits)
        return math.ceil(longest) if longest > 0 else None

    def _take(self, key: tuple[str, ...], rate: float, burst: float) -> float:
        rate, burst = rate * self.scale, max(burst * self.scale, 1.0)
        now = self._now()
        bucket = self._buckets.setdefault(key, _Bucket(burst, now))
        bucket.left = min(burst, bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.left < 1:
            return (1 - bucket.left) / rate
        bucket.left -= 1
        return 0.0
