"""Names become addresses here, and only those that may be reached leave this room: nothing else is connected to.

So there is no moment between the check and the connect at which a name could change its mind.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.links.addresses import Reach

T = TypeVar("T")


class NotPublic(OSError):
    """A name all of whose addresses are out of reach."""


class SystemResolver(AbstractResolver):
    """The machine's own resolver, on threads of its own.

    A name server that never answers holds a thread for long, and cannot be told to stop: it is none of those that the
    rest of the bot works with, and no end of the process waits for it.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return a name's addresses; raise ``OSError``."""
        found = await _aside(
            lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        )
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for kind, _, proto, _, address in found
        ]

    async def close(self) -> None:
        """Do nothing."""


class GuardedResolver(AbstractResolver):
    """Returns those of another resolver's addresses that may be reached."""

    def __init__(self, inner: AbstractResolver, reach: Reach) -> None:
        self._inner = inner
        self._reach = reach

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return them; raise :class:`NotPublic` where there is none among them."""
        found = await self._inner.resolve(host, port, family)
        open_ = [each for each in found if self._reach.covers(each["host"])]
        if found and not open_:
            raise NotPublic
        return open_

    async def close(self) -> None:
        """Close the other one."""
        await self._inner.close()


async def _aside(work: Callable[[], T]) -> T:
    done: Future[T] = Future()

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001  # it is the waiting coroutine's to raise
            done.set_exception(error)
        else:
            done.set_result(result)

    done.set_running_or_notify_cancel()
    threading.Thread(target=run, name="resolve", daemon=True).start()
    return await asyncio.wrap_future(done)
