"""A platform as the composition root joins it: its outward side, and its inward one."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from adapters.web.server import Route
from bot.flow.desk import Desk
from bot.ports import JobStore, Platform


async def _keeps_nothing(_: Collection[str]) -> None:
    """Have nothing to remove."""


@dataclass(frozen=True)
class Face:
    """One platform of this process.

    ``listening`` takes commands for a desk while its context is open; ``routes`` is what the bot's HTTP server serves
    for it. ``gone`` is told the ids of jobs that are no longer stored, and removes what it keeps of them.
    """

    platform: Platform
    listening: Callable[[Desk], AbstractAsyncContextManager[None]]
    routes: Callable[[Desk], Sequence[Route]]
    gone: Callable[[Collection[str]], Awaitable[None]] = _keeps_nothing


MakeFaces = Callable[[JobStore], Sequence[Face]]
"""Opens the platforms that the settings name, over a store."""
