"""What every twin is beside the service it stands in for: an HTTP server on loopback that judges whoever calls it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar, Self

from aiohttp import web


class Listening(ABC):
    """A twin that listens while it is open as a context; leaving fails where it was sent what its service refuses.

    ``SERVICE`` is its name in a sentence, ``LARGEST`` the bytes of the largest request that it reads, ``BACKLOG`` how
    many connections may wait to be taken.
    """

    SERVICE: ClassVar[str]
    LARGEST: ClassVar[int] = 256 * 1024 * 1024
    BACKLOG: ClassVar[int] = 1024

    def __init__(self) -> None:
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
        if error is None and (refused := self._not_taken()):
            raise AssertionError(f"{self.SERVICE} would not have taken: {refused}")

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        app = web.Application(client_max_size=self.LARGEST)
        self._route(app.router)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.05, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, backlog=self.BACKLOG).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop listening, and drop every connection."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _route(self, router: web.UrlDispatcher) -> None:
        """Say what answers which path."""
        router.add_route("*", "/{path:.*}", self._handle)

    @abstractmethod
    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""

    @abstractmethod
    def _not_taken(self) -> Sequence[str]:
        """Return what was sent that the service would not have taken, a sentence each."""
