"""The one way out to fal: it places the hosts, guards the key, and lets a submit out exactly once.

fal's client sends a POST again after a timeout, a lost connection, 408, 409 or 429, up to ten times, and once more to a
backup domain: three lost answers made four jobs, all billed. So a POST to the queue ends here, in an exception that
is no ``httpx.HTTPError``, which the client's retry loop does not see. A redirect ends here too.

A submit has a connection of its own. On a pooled one the server's idle close can cross our request on the way, and then
nobody knows whether it was read; on a fresh one "could not connect" proves that nothing was sent. That proof is
aiohttp's ``ClientConnectorError`` or ``ConnectionTimeoutError`` and not httpx's class: httpx-aiohttp 0.2.0 maps a
server that hung up after it had the request to ``httpx.ConnectTimeout`` as well.
"""

import asyncio
import ssl
from functools import cache

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream

from adapters.fal.hosts import QUEUE_HOST, Hosts
from adapters.fal.patience import Patience

BREAKS = (httpx.HTTPError, httpx.StreamError, aiohttp.ClientError, OSError)
"""Everything that a broken or absent connection can raise (``TimeoutError`` is an ``OSError``)."""
PIECE = 1 << 18
"""Bytes of an answer that are handed on at once, at most. With the library's 16 KiB a download costs twice the CPU."""
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class PostEnded(Exception):
    """A submit that did not end with a 2xx. ``answer`` is None where none came; ``sent``: whether it may have left."""

    def __init__(self, answer: httpx.Response | None, *, sent: bool) -> None:
        super().__init__("no answer" if answer is None else f"HTTP {answer.status_code}")
        self.answer = answer
        self.sent = sent


class FalTransport(httpx.AsyncBaseTransport):
    """Carries every request of the room. ``key_header`` is the Authorization that holds the key."""

    def __init__(self, hosts: Hosts, key_header: str, patience: Patience) -> None:
        self._hosts = hosts
        self._key_header = key_header
        self._patience = patience
        tls = _tls()
        self._pooled = AiohttpTransport(verify=tls, client=lambda: _session(tls, reuse=True))
        self._fresh = AiohttpTransport(verify=tls, client=lambda: _session(tls, reuse=False))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; a POST to the queue raises :class:`PostEnded` unless it is answered with a 2xx."""
        is_submit = request.method == "POST" and request.url.host == QUEUE_HOST
        request.url = self._hosts.place(request.url)
        request.headers["Host"] = request.url.netloc.decode("ascii")
        self._guard(request)
        # fal's client sets one limit for everything; connecting has a shorter one, or a submit that never got through
        # would reach its own deadline first and look as if it had been sent.
        limits = request.extensions.get("timeout", {})
        request.extensions["timeout"] = limits | dict.fromkeys(("connect", "pool"), self._patience.connect)
        if is_submit:
            return await self._once(request)
        response = await self._pooled.handle_async_request(request)
        if isinstance(response.stream, AiohttpResponseStream):
            response.stream.CHUNK_SIZE = PIECE
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pooled.aclose()
        await self._fresh.aclose()

    def _guard(self, request: httpx.Request) -> None:
        """Take the Authorization off whatever does not go to a host that it is meant for."""
        given = request.headers.get("Authorization")
        if given is None or self._hosts.takes_key(request.url):
            return
        if given == self._key_header or not self._hosts.takes_upload_token(request.url):
            del request.headers["Authorization"]

    async def _once(self, request: httpx.Request) -> httpx.Response:
        try:
            async with asyncio.timeout(self._patience.submit):
                response = await self._fresh.handle_async_request(request)
                try:
                    await response.aread()
                finally:
                    await response.aclose()
        except (*BREAKS, ValueError) as error:
            raise PostEnded(None, sent=not _never_sent(error)) from error
        if not response.is_success:
            raise PostEnded(response, sent=True)
        return response


def _never_sent(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, _NEVER_SENT):
            return True
        error = error.__cause__
    return False


@cache
def _tls() -> ssl.SSLContext:
    # 25 ms to read the certificates of certifi, or of SSL_CERT_FILE where that is set: once is enough.
    return httpx.create_ssl_context()


def _session(tls: ssl.SSLContext, *, reuse: bool) -> aiohttp.ClientSession:
    # No limit: thousands of jobs are followed at the same time, one open stream each.
    connector = aiohttp.TCPConnector(limit=0, ssl=tls, force_close=not reuse)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
