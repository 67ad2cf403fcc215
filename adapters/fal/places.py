"""Who is followed closely: only so many jobs at a time have a stream open; the others are asked about now and then.

An open stream is a socket and its buffers on both sides. With a webhook the provider tells the end by itself, so a
stream only serves the progress on the card: a few hundred are enough, and whoever has none is asked about after a
minute, and in the end every hour. Without one, the end is found by asking, so that is done more often.
"""

import asyncio
import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """How closely jobs are followed: ``places`` of them with a stream, the others by questions.

    The first question comes after ``first`` seconds, the next ones after pauses that double up to ``longest``. Where
    many jobs wait, pauses are longer (up to ``longest`` as well), so that about ``per_second`` questions are sent in
    all: after a restart thousands of jobs begin to wait at the same time.
    """

    places: int
    first: float
    longest: float
    per_second: float = 20


WITH_WEBHOOK = Pace(places=500, first=60, longest=3600, per_second=3)
WITHOUT_WEBHOOK = Pace(places=2000, first=5, longest=30, per_second=20)


class Places:
    """The places of one provider. A place that is given back goes to the job that has waited the longest."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._free = pace.places
        self._waiting: dict[asyncio.Future[bool], None] = {}

    def pause(self, rests: int) -> float:
        """Return the seconds before the next question about a job without a place, after so many of them (from 0)."""
        grown = max(self._pace.first * 2.0 ** min(rests, 16), len(self._waiting) / self._pace.per_second)
        return min(grown, self._pace.longest) * random.uniform(0.75, 1)  # noqa: S311  # spreads the load, guards nothing

    def take(self) -> bool:
        """Take a place where one is free; who has one must :meth:`give_back`."""
        if self._free == 0:
            return False
        self._free -= 1
        return True

    def give_back(self) -> None:
        """Hand the place on, or have one more free."""
        for turn in self._waiting:
            if not turn.done():
                turn.set_result(True)
                del self._waiting[turn]
                return
        self._free += 1

    async def wait(self, seconds: float) -> bool:
        """Wait for a place, so many seconds at most; whether there was one, which is taken then."""
        if self.take():
            return True
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        # A timer on the future, and no task of its own: ten thousand jobs may wait here.
        timer = loop.call_later(seconds, _is_over, turn)
        self._waiting[turn] = None
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self.give_back()
            raise
        finally:
            timer.cancel()
            self._waiting.pop(turn, None)


def _is_over(turn: asyncio.Future[bool]) -> None:
    if not turn.done():
        turn.set_result(False)
