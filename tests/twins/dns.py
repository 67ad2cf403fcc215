"""A name server on a UDP socket of loopback (RFC 1035), and a resolver that asks it over that socket.

A name has a script of answers, one a question of the kind that is asked; the last one is given again and again.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import cast

from aiohttp.abc import AbstractResolver, ResolveResult

A, AAAA = 1, 28
_HEADER = struct.Struct("!6H")
_ANSWER = struct.Struct("!HHHIH")


class NameServer(asyncio.DatagramProtocol):
    """Answers questions as its ``names`` say, at ``address``; ``asked`` are the names it was asked for (A records)."""

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []
        self.address: tuple[str, int] = ("", 0)
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.address = transport.get_extra_info("sockname")

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question."""
        name, end = _name(data)
        (kind,) = struct.unpack_from("!H", data, end)
        assert self._transport is not None
        records = [ip_address(each) for each in self._answers(name, kind)]
        fitting = [each for each in records if each.version == (4 if kind == A else 6)]
        flags = 0x8180 if name in self.names else 0x8183
        reply = _HEADER.pack(*struct.unpack_from("!H", data), flags, 1, len(fitting), 0, 0) + data[12 : end + 4]
        for each in fitting:
            reply += _ANSWER.pack(0xC00C, kind, 1, 0, len(each.packed)) + each.packed
        self._transport.sendto(reply, addr)

    def _answers(self, name: str, kind: int) -> list[str]:
        if name not in self.names:
            return []
        script = self.names[name]
        if kind == A:
            self.asked.append(name)
            return script.pop(0) if len(script) > 1 else script[0]
        return script[0]


def _name(data: bytes) -> tuple[str, int]:
    """Return the name that is asked for, and where it ends."""
    labels, at = [], 12
    while length := data[at]:
        labels.append(data[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels).lower(), at + 1


class WireResolver(AbstractResolver):
    """Asks a name server for A records, then for AAAA records, every time: nothing is kept."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return all addresses; raise ``OSError`` where there is none."""
        found = [
            ResolveResult(hostname=host, host=each, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for kind, record in ((socket.AF_INET, A), (socket.AF_INET6, AAAA))
            for each in await self._ask(host, record)
        ]
        if not found:
            raise OSError(None, f"no such name: {host}")
        return found

    async def close(self) -> None:
        """Do nothing."""

    async def _ask(self, host: str, record: int) -> list[str]:
        labels = b"".join(bytes([len(each)]) + each.encode() for each in host.rstrip(".").split("."))
        question = _HEADER.pack(7, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, record, 1)
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.settimeout(0)
            wire.connect(self._server)
            await loop.sock_sendall(wire, question)
            reply = await loop.sock_recv(wire, 4096)
        return _addresses(reply, len(question))


def _addresses(reply: bytes, at: int) -> list[str]:
    found = []
    for _ in range(_HEADER.unpack_from(reply)[3]):
        *_, length = _ANSWER.unpack_from(reply, at)
        at += _ANSWER.size
        found.append(str(ip_address(reply[at : at + length])))
        at += length
    return found


@asynccontextmanager
async def name_server() -> AsyncIterator[NameServer]:
    """Run a name server."""
    server = NameServer()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: server, local_addr=("127.0.0.1", 0)
    )
    try:
        yield server
    finally:
        transport.close()
