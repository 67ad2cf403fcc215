"""How long to wait for fal, how often to ask again, and how much to take."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from adapters.fal.places import Pace


@dataclass(frozen=True)
class Patience:
    """Seconds, the clock they are measured with, and two sizes.

    ``connect``: to open a connection. ``answer``: for one small question, with every repetition of it. ``submit``: for
    the POST and its answer. ``upload``: for one image. ``download``: for the video. ``silence``: a stream without a
    byte is dead then; fal sends a comment every 15 s (its page "Stream request status", read 2026-11). ``steady``: one
    that lived this long was a good one. ``away``: without any good answer, following gives up. ``late``: how long a
    result may lag behind "completed". ``largest_video`` is in bytes. ``pace``: how many jobs are followed closely, None
    for as many as suits a provider with or without a webhook.
    """

    connect: float = 10
    answer: float = 60
    submit: float = 60
    upload: float = 180
    download: float = 1800
    silence: float = 45
    steady: float = 30
    away: float = 600
    late: float = 60
    first_pause: float = 0.5
    longest_pause: float = 5
    streams: int = 4
    largest_video: int = 512 * 1024 * 1024
    pace: Pace | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic

    def pause(self, attempt: int) -> float:
        """Return the seconds to wait after the attempt of this number (from 1): doubling, capped, with jitter."""
        whole = min(self.first_pause * 2.0 ** min(attempt - 1, 16), self.longest_pause)
        return whole * random.uniform(0.75, 1)  # noqa: S311  # spreads the load, guards nothing

    def timeout(self, read: float) -> httpx.Timeout:
        """Return httpx's limits with this many seconds without a byte."""
        return httpx.Timeout(read, connect=self.connect)
