"""The job store and the office, opened for one of the operator's commands, beside a bot that may be running."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.domain.errors import TweenError
from bot.flow.office import Office
from bot.ports import JobStore
from bot.wording.refusals import explain
from config import catalogue
from config.settings import Settings

T = TypeVar("T")


def with_books(settings: Settings, work: Callable[[JobStore, Office], Awaitable[T]]) -> T:
    """Do the work, and end the program with the reason where that cannot be done."""
    try:
        return asyncio.run(_opened(settings, work))
    except TweenError as error:
        sys.exit(explain(error))


async def _opened(settings: Settings, work: Callable[[JobStore, Office], Awaitable[T]]) -> T:
    # Half a second of imports that no other command needs.
    from bot.compose.storage import opened  # noqa: PLC0415

    async with opened(settings, catalogue.load(settings.unit_prices)) as (store, office):
        return await work(store, office)
