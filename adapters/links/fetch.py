"""The one door to links that people name. A session of its own: no cookies, no key, no proxy, no name that is kept.

Three checks, each of which would do alone: what the link looks like (``target``), what its name leads to
(``resolver``), and, right before each connect, the address itself.
"""

import asyncio
import io
import socket
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.connector import AddrInfoType
from yarl import URL

from adapters.links.addresses import Network, Reach
from adapters.links.resolver import GuardedResolver, NotPublic, SystemResolver
from adapters.links.sips import SippedSocket
from adapters.links.target import Refused, checked, literal
from bot.domain.errors import BadImage, ImageFault, Which
from bot.domain.link import file_name
from bot.ports import Reply, Unreached
from bot.wording import links as words

HOPS = 5
AT_ONCE = 8
"""Links that are fetched at the same time: so many files are in memory."""
_HEADERS = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "Tweenbot"}
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Patience:
    """Seconds: until there is a connection; of a fetch, between two signs of life, until its turn, and then for all."""

    connect: float = 5.0
    silence: float = 10.0
    total: float = 30.0


class _TooHeavy(Exception):  # what happened; the caller says which file it is about
    """More bytes than are taken."""


class GuardedLinks:
    """``bot.ports.Links`` and ``bot.ports.Endpoints``. ``allowed`` networks are reached beside public addresses."""

    def __init__(
        self,
        allowed: Collection[Network] = (),
        resolver: AbstractResolver | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._reach = Reach(allowed)
        self._resolver = resolver or SystemResolver()
        self._patience = patience or Patience()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        resolver = GuardedResolver(self._resolver, self._reach)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=resolver, use_dns_cache=False, force_close=True, socket_factory=self._socket
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            headers=_HEADERS,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None, "open"
        await self._session.close()
        await self._resolver.close()

    async def fetch(self, which: Which, link: str, limit: int) -> bytes:
        """Return the file behind a link; raise :class:`BadImage`."""
        name = file_name(link, which)
        try:
            async with self._turn():
                return await self._fetch(link, limit)
        except _TooHeavy as error:
            raise BadImage(which, ImageFault.TOO_HEAVY, f"{name}, {words.too_heavy(limit)}") from error
        except (Refused, Unreached) as error:
            raise BadImage(which, ImageFault.MISSING, f"{name}: {error}") from error

    async def post(self, link: str, body: bytes, headers: Mapping[str, str], limit: int) -> Reply:
        """Post to a link, and return its answer; raise :class:`Unreached`. Only the connect has a time of its own."""
        try:
            async with self._asked("POST", checked(link), body, headers) as answer:
                return Reply(answer.status, await _read(answer, limit))
        except Refused as error:
            raise Unreached(str(error)) from error
        except _TooHeavy as error:
            raise Unreached(words.too_heavy(limit)) from error

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._patience.total):
                await self._room.acquire()
        except TimeoutError as error:
            raise Unreached(words.NO_TURN, is_lost=True) from error
        try:
            yield
        finally:
            self._room.release()

    async def _fetch(self, link: str, limit: int) -> bytes:
        try:
            async with asyncio.timeout(self._patience.total):
                url = checked(link)
                for _ in range(HOPS + 1):
                    async with self._asked("GET", url) as answer:
                        if answer.status not in {301, 302, 303, 307, 308}:
                            return await _file(answer, limit)
                        url = _next(url, answer)
        except TimeoutError as error:
            raise Unreached(words.TOO_SLOW, is_lost=True) from error
        raise Unreached(words.TOO_MANY_HOPS)

    @asynccontextmanager
    async def _asked(
        self, method: str, url: URL, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        assert self._session is not None, "open"
        if (address := literal(url)) is not None and not self._reach.covers(address):
            raise Unreached(words.NOT_PUBLIC)
        # A large body is not sent in one piece.
        data = None if body is None else io.BytesIO(body)
        # Whoever takes a large body, or thinks about it, is silent meanwhile.
        timeout = _times(self._patience.connect, self._patience.silence if body is None else None)
        asking = self._session.request(method, url, data=data, headers=headers, allow_redirects=False, timeout=timeout)
        try:
            async with asking as answer:
                yield answer
        except aiohttp.ConnectionTimeoutError as error:
            raise Unreached(words.UNREACHED, is_lost=True) from error
        except aiohttp.SocketTimeoutError as error:
            raise Unreached(words.TOO_SLOW, is_lost=True) from error
        except aiohttp.ClientConnectorError as error:
            raise _unconnected(error) from error
        except (aiohttp.ClientError, ValueError, OSError) as error:
            # A TimeoutError of the caller's own is not ours to tell.
            if isinstance(error, TimeoutError):
                raise
            raise Unreached(words.BROKE_OFF, is_lost=True) from error

    def _socket(self, info: AddrInfoType) -> socket.socket:
        """Make the socket for a connect; the last moment at which it can be kept from happening."""
        family, kind, proto, _, address = info
        if not self._reach.covers(str(address[0])):
            raise NotPublic
        return SippedSocket(family, kind, proto)


def _times(connect: float, silence: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=None, sock_connect=connect, sock_read=silence)


def _unconnected(error: aiohttp.ClientConnectorError) -> Unreached:
    if isinstance(error.os_error, NotPublic):
        return Unreached(words.NOT_PUBLIC)
    if isinstance(error, aiohttp.ClientSSLError):
        return Unreached(words.BAD_CERTIFICATE)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Unreached(words.UNKNOWN_HOST, is_lost=True)
    return Unreached(words.UNREACHED, is_lost=True)


def _next(url: URL, answer: aiohttp.ClientResponse) -> URL:
    """Return where a redirect leads; what may be asked is looked at anew."""
    location = answer.headers.get("Location", "")
    if not location:
        raise Unreached(words.NO_WAY_ON)
    return checked(urljoin(str(url.with_fragment(None)), location))


async def _file(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    if answer.status != 200:
        raise Unreached(words.bad_status(answer.status))
    return await _read(answer, limit)


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return the body, which is not compressed: what a small one unfolds to nobody could tell beforehand."""
    if answer.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise Unreached(words.ENCODED)
    if (answer.content_length or 0) > limit:
        raise _TooHeavy
    data = io.BytesIO()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        if data.tell() + len(chunk) > limit:
            raise _TooHeavy
        data.write(chunk)
    return data.getvalue()
