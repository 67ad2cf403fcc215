"""A small internet on loopback: hosts at addresses of their own, a name server, and a fetcher that may reach some."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest

from adapters.links.fetch import GuardedLinks, Patience
from bot.domain.errors import BadImage
from tests.twins.dns import NameServer, WireResolver, name_server

LIMIT = 100_000
OPEN, CLOSED = "127.0.0.2", "127.0.0.3"
"""The one address of loopback that the fetcher may reach, as if it were a public one; and one that it may not."""
Speak = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
"""Writes an answer to a request, whose head is given."""


@dataclass
class Host:
    """A program that listens at an address and says to everyone what ``speak`` writes; ``heads`` are the requests."""

    address: str
    port: int = 0
    speak: Speak | None = None
    heads: list[bytes] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/a.png", host: str | None = None) -> str:
        """Return the address of a file there, perhaps under a name."""
        own = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host or own}:{self.port}{path}"

    def answers(self, body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> None:
        """Have it answer so, with the length that a body has, or another one."""

        async def speak(_: bytes, writer: asyncio.StreamWriter) -> None:
            lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
            writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

        self.speak = speak

    def redirects(self, to: str, status: str = "302 Found") -> None:
        """Have it send everyone elsewhere."""
        self.answers(b"", f"Location: {to}", status=status)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head)
            if self.speak is not None:
                await self.speak(head, writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.close()


class Net:
    """The hosts, the names and the fetcher."""

    def __init__(self, names: NameServer, stack: AsyncExitStack) -> None:
        self.names = names
        self._stack = stack
        self.links: GuardedLinks | None = None

    async def host(self, address: str = OPEN, port: int = 0, tls: ssl.SSLContext | None = None) -> Host:
        """Start a host."""
        host = Host(address)
        server = await asyncio.start_server(host.serve, address, port, ssl=tls)
        self._stack.callback(server.close)
        host.port = server.sockets[0].getsockname()[1]
        return host

    async def open(self, *allowed: str, patience: Patience | None = None, as_it_runs: bool = False) -> GuardedLinks:
        """Open a fetcher that may reach these networks beside public ones; it may ask the machine for names."""
        networks = [ip_network(each) for each in allowed]
        resolver = None if as_it_runs else WireResolver(self.names.address)
        return await self._stack.enter_async_context(GuardedLinks(networks, resolver, patience))

    async def fetch(self, url: str, limit: int = LIMIT) -> bytes:
        """Fetch a link for the first image."""
        if self.links is None:
            self.links = await self.open(f"{OPEN}/32")
        return await self.links.fetch("start", url, limit)

    async def refused(self, url: str, limit: int = LIMIT) -> BadImage:
        """Return why a link is not fetched."""
        with pytest.raises(BadImage) as caught:
            await self.fetch(url, limit)
        return caught.value


@pytest.fixture
async def net() -> AsyncIterator[Net]:
    async with AsyncExitStack() as stack:
        yield Net(await stack.enter_async_context(name_server()), stack)
