"""Tries again what surely did not happen, ever more slowly, until its time is over or the author wants it stopped."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.domain.errors import ChannelBusy, Charge, ProviderBusy, TookTooLong, TryLater, TweenError
from bot.flow.kit import Kit
from bot.flow.signals import Signals

log = structlog.get_logger()
T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0


class Stopped(Exception):  # what happened, not an error
    """The author asked for a stop during a pause."""


def may_pass(error: TweenError) -> bool:
    """Whether the same may work in a while, with nothing spent by the attempt that failed."""
    return isinstance(error, TryLater) and not isinstance(error, TookTooLong) and error.charge is Charge.NONE


async def patiently(attempt: Callable[[], Awaitable[T]], kit: Kit, signals: Signals) -> T:
    """Return what the attempt gives; raise its error where it will not pass, or ``limits.patience`` is over."""
    ends = kit.clock() + kit.limits.patience
    pause = FIRST_PAUSE
    while True:
        try:
            return await attempt()
        except TweenError as error:
            wait = max(pause, asked_to_wait(error))
            if not may_pass(error) or kit.clock() + wait > ends:
                raise
            log.warning("trying_again", error=str(error), seconds=wait)
        await pass_time(wait, signals)
        pause = min(2 * pause, LONGEST_PAUSE)


def asked_to_wait(error: TweenError) -> float:
    """Return the seconds that the other side asked for."""
    return error.retry_after or 0.0 if isinstance(error, ProviderBusy | ChannelBusy) else 0.0


async def pass_time(seconds: float, signals: Signals) -> None:
    """Wait, whatever the wall clock does; raise :class:`Stopped` as soon as the author asks for a stop."""
    clock = asyncio.get_running_loop().time
    ends = clock() + seconds
    while not signals.stopped and (left := ends - clock()) > 0:
        await signals.news(left)
    if signals.stopped:
        raise Stopped


class Turns:
    """Attempts at a channel, further and further apart, until ``limits.posting`` is over."""

    def __init__(self, kit: Kit) -> None:
        self._clock = kit.clock
        self._ends = kit.clock() + kit.limits.posting
        self._pause = FIRST_PAUSE

    async def another(self, error: TweenError) -> bool:
        """Wait for the next turn; False where there is none."""
        wait = max(self._pause, asked_to_wait(error))
        if self._clock() + wait > self._ends:
            return False
        await asyncio.sleep(wait)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        return True
