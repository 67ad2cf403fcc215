"""The images of a job, from wherever the client put them: our own storage, another server, a data URI.

Two moments: `stage` at the submit (own addresses and data URIs become stored files, so that the table holds no
base64), `fetch` when the job runs (everything else is downloaded). Downloads are capped in size and time, and every
hop of a redirect is checked: an engine that strangers can reach must not read its private network for them.
"""

import asyncio
import base64
import contextlib
import ipaddress
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from engine.files import FileStore
from engine.writing import TooLarge, write_file

STORED = "stored:"
# Stored for one job alone, and dropped with it.
INLINE = "inline:"
TIMEOUT_S = 30
MAX_HOPS = 5
# IPv6 that a gateway may turn into IPv4: its well-known prefix carries the address at its end; the others are for
# local use or long out of use, and no public server needs them.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GATEWAYS = tuple(ipaddress.IPv6Network(net) for net in ("64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))


class BadInput(Exception):
    """An image that cannot be had; the sentence names no address, for it may be signed."""


class _Private(OSError):
    """A name or an address inside a network that is not the public one."""


class PublicResolver(AbstractResolver):
    """A resolver that refuses names that lead into a private network, at the moment of connecting."""

    def __init__(self) -> None:
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve a name; raise OSError when any of its addresses is not public."""
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(answer["host"]) for answer in found):
            raise _Private("not a public address")
        return found

    async def close(self) -> None:
        """Release the inner resolver."""
        await self._inner.close()


def is_public(address: str) -> bool:
    """Tell whether a literal address belongs to the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped or ip in _NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        elif ip.is_site_local or any(ip in network for network in _GATEWAYS):
            return False
    return ip.is_global and not ip.is_multicast


@contextlib.asynccontextmanager
async def outbound(*, private: bool) -> AsyncIterator[aiohttp.ClientSession]:
    """Open the session for calls to addresses that clients name; it keeps no cookies and trusts no proxy."""
    connector = aiohttp.TCPConnector(resolver=None if private else PublicResolver(), limit=32)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


def check_target(url: URL, *, private: bool) -> None:
    """Refuse an address that is not http(s), or that is a literal private one; names are checked on connecting."""
    if url.scheme not in ("http", "https") or not url.host:
        raise BadInput("it must be an http(s) address or a base64 data URI")
    if private:
        return
    try:
        public = is_public(url.host)
    except ValueError:
        # A name, or a number such as 127.1 that the system would take for an address.
        public = not url.host.replace(".", "").isdigit()
    if not public:
        raise BadInput("its address is inside a private network, which this engine does not read")


@dataclass(frozen=True)
class Inputs:
    """Where images come from, and how large one may be."""

    files: FileStore
    session: aiohttp.ClientSession
    private: bool
    max_bytes: int

    async def stage(self, value: str, own_bases: set[str]) -> str:
        """Turn an own address or a data URI into a stored reference; leave any other address as it is.

        Raises BadInput.
        """
        if value[:5].lower() == "data:":
            return await self._store_data_uri(value)
        try:
            url = URL(value)
        except ValueError as error:
            raise BadInput("it is not an address") from error
        check_target(url, private=True)
        for base in own_bases:
            if value.startswith(f"{base}/files/"):
                return STORED + value.removeprefix(f"{base}/files/").partition("/")[0]
        return value

    async def fetch(self, value: str, scratch: Path) -> Path:
        """Bring a staged image onto the disk and return its path; raise BadInput when it cannot be had."""
        token = stored_token(value)
        if token is not None:
            # It may have expired while the job waited; the clean-up has left it for the job.
            file = await self.files.find(token, late=True)
            if file is None or file.size is None:
                raise BadInput("the uploaded file is not there (any more); upload it again")
            return self.files.location(token)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._download(URL(value), scratch)
        except TimeoutError as error:
            raise BadInput(f"its server did not deliver it within {TIMEOUT_S} s") from error
        except _Private as error:
            raise BadInput("its address is inside a private network, which this engine does not read") from error
        except TooLarge as error:
            raise BadInput(f"it is larger than {self.max_bytes // 2**20} MiB") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(error.__cause__, _Private) or isinstance(getattr(error, "os_error", None), _Private):
                raise BadInput("its address is inside a private network, which this engine does not read") from error
            raise BadInput("its server could not be reached") from error
        return scratch

    async def release(self, fields: Mapping[str, Any]) -> None:
        """Drop the images that came inside a request."""
        for value in fields.values():
            if isinstance(value, str) and value.startswith(INLINE):
                await self.files.remove(value.removeprefix(INLINE))

    async def _download(self, url: URL, target: Path) -> None:
        for _ in range(MAX_HOPS):
            check_target(url, private=self.private)
            async with self.session.get(url, allow_redirects=False) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = url.join(URL(response.headers.get("Location", "")))
                    continue
                if response.status != 200:
                    raise BadInput(f"its server answered {response.status}")
                await write_file(target, response.content.iter_chunked(2**16), self.max_bytes)
                return
        raise BadInput(f"its server redirected more than {MAX_HOPS} times")

    async def _store_data_uri(self, value: str) -> str:
        head, comma, body = value[5:].partition(",")
        if not comma:
            raise BadInput("the data URI has no comma between its type and its data")
        content_type = head.split(";")[0] or "application/octet-stream"
        try:
            data = base64.b64decode(body, validate=True) if head.endswith(";base64") else unquote_to_bytes(body)
        except ValueError as error:
            raise BadInput("the data URI is not valid base64") from error
        if len(data) > self.max_bytes:
            raise BadInput(f"it is larger than {self.max_bytes // 2**20} MiB")

        async def whole() -> AsyncIterator[bytes]:
            yield data

        stored = await self.files.save(whole(), name=None, content_type=content_type)
        return INLINE + stored.token


def stored_token(value: object) -> str | None:
    """Return the token of a stored reference, None for anything else."""
    if isinstance(value, str) and value.startswith((STORED, INLINE)):
        return value.partition(":")[2]
    return None
