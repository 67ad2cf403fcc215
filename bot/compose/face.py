"""A platform as the composition root joins it: its outward side, and its inward one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from adapters.web.server import Route
from bot.flow.desk import Desk
from bot.ports import JobStore, Platform


@asynccontextmanager
async def _opens_nothing() -> AsyncIterator[None]:
    """Need nothing open."""
    yield


async def _keeps_nothing(_: Collection[str]) -> None:
    """Have nothing to remove."""


@dataclass(frozen=True)
class Face:
    """One platform of this process.

    ``listening`` takes commands for a desk while its context is open; ``routes`` is what the bot's HTTP server serves
    for it. ``opened`` is open in every process, also in one that only carries jobs, and before it does. ``gone`` is
    told the ids of jobs that are no longer stored, and removes what it keeps of them. ``lost`` is set once the platform
    has turned the bot out, and only another start can mend that.
    """

    platform: Platform
    listening: Callable[[Desk], AbstractAsyncContextManager[None]]
    routes: Callable[[Desk], Sequence[Route]]
    gone: Callable[[Collection[str]], Awaitable[None]] = _keeps_nothing
    opened: Callable[[], AbstractAsyncContextManager[None]] = _opens_nothing
    lost: asyncio.Event | None = None


MakeFaces = Callable[[JobStore], Sequence[Face]]
"""Opens the platforms that the settings name, over a store."""
