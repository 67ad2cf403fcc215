"""A platform as the composition root joins it: its outward side, and its inward one."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from adapters.web.server import Route
from bot.flow.desk import Desk
from bot.ports import JobStore, Platform


@dataclass(frozen=True)
class Face:
    """One platform of this process.

    ``listening`` takes commands for a desk while its context is open; ``routes`` is what the bot's HTTP server serves
    for it.
    """

    platform: Platform
    listening: Callable[[Desk], AbstractAsyncContextManager[None]]
    routes: Callable[[Desk], Sequence[Route]]


MakeFaces = Callable[[JobStore], Sequence[Face]]
"""Opens the platforms that the settings name, over a store."""
