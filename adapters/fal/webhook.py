"""fal's webhooks: the word that a request is completed, checked, and made durable before it is answered.

The address of a job's webhook ends in a secret of its own. fal signs what it posts, for every account with the same
keys: the signature says that it is fal, and the secret that it is about our job. The body's own contents are not
used but for the request's id; what the job made is asked for like any other result.

================================================  ======  ==============================================================
what comes                                        answer  because
================================================  ======  ==============================================================
checked, taken                                    200     it is on record
checked, but no job has this secret               200     the secret is on record before the request is sent, so no job
                                                          will ever have it; a repetition would change nothing
headers or body that are not fal's                400
a signature by none of fal's keys                 401     sent again by fal, should its keys have changed a moment ago
older or newer than five minutes                  403     a replay (fal signs each repetition anew)
more than 4 MiB                                   413
no keys to check with, or the store is away       503     fal sends it again, for about two hours
================================================  ======  ==============================================================

The path holds the secret: serve these routes without an access log (``AppRunner(app, access_log=None)``).
"""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
import httpx
import structlog
from aiohttp import web

from adapters.fal.hosts import REQUEST_ID, Hosts
from adapters.fal.patience import Patience
from adapters.fal.signature import JWKS_URL, Keys, KeysAway
from adapters.fal.transport import BREAKS, FalTransport
from bot.domain.errors import StoreAway

log = structlog.get_logger()

_PATH = "/fal/webhook/"
_ROUTE = _PATH + "{token:[A-Za-z0-9_-]{16,128}}"
_PREFIX = "X-Fal-Webhook-"
_USER = re.compile(r"[\x21-\x7e]{1,256}")
_TIME = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"[0-9A-Fa-f]{128}")
_WINDOW = 300
_LARGEST = 4 * 1024 * 1024
_ANSWER = 12.0
"""Seconds; fal waits 15."""
_KEYS = 5.0
_QUIET = 60
"""Seconds in which one reason is logged once."""


def callback_url(base: str, token: str) -> str:
    """Return the address of the webhook of the job with this secret, under a base that fal can reach."""
    return f"{base.rstrip('/')}{_PATH}{token}"


class _Refused(Exception):
    """The answer is this status and nothing happens; ``why`` is for the log."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(frozen=True)
class _Signed:
    """The four headers, in form."""

    request_id: str
    user_id: str
    timestamp: str
    signature: bytes

    def message(self, body: bytes) -> bytes:
        """Return what fal signs."""
        digest = hashlib.sha256(body).hexdigest()
        return f"{self.request_id}\n{self.user_id}\n{self.timestamp}\n{digest}".encode()


class Webhooks:
    """The receiver. ``base_url`` is as :class:`FalProvider`'s; the keys come from there.

    ``arrived`` takes a job's secret and the request's id, and returns once that is durable: whether a job has this
    secret. It may raise :class:`StoreAway`. ``clock`` gives epoch seconds. ``close`` it, or use it as a context
    manager.
    """

    def __init__(
        self,
        base_url: str | None,
        arrived: Callable[[str, str], Awaitable[bool]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._hosts = Hosts(base_url)
        self._arrived = arrived
        self._clock = clock
        self._http: httpx.AsyncClient | None = None
        self._logged: dict[str, float] = {}
        self._keys = Keys(self._fetch_keys, (*BREAKS, ValueError), clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection to the keys."""
        if self._http is not None:
            http, self._http = self._http, None
            await http.aclose()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to serve under the base of the callbacks."""
        return [web.post(_ROUTE, self._answer)]

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_ANSWER):
                await self._take(request)
        except _Refused as refused:
            if self._is_news(refused.why):
                log.info("webhook_refused", why=refused.why)
            return web.Response(status=refused.status)
        except (StoreAway, KeysAway, TimeoutError) as error:
            if self._is_news(type(error).__name__):
                log.warning("webhook_put_off", error=type(error).__name__)
            return web.Response(status=503, headers={"Retry-After": "5"})
        return web.Response()

    def _is_news(self, why: str) -> bool:
        """Whether this was not logged just now: anybody can post here, and nobody may fill the log."""
        now = self._clock()
        if 0 <= now - self._logged.get(why, float("-inf")) < _QUIET:
            return False
        self._logged[why] = now
        return True

    async def _take(self, request: web.Request) -> None:
        signed = _signed(request)
        if abs(self._clock() - int(signed.timestamp)) > _WINDOW:
            raise _Refused(403, "stale")
        body = await _body(request)
        if not await self._keys.vouch(signed.message(body), signed.signature):
            raise _Refused(401, "forged")
        request_id = _request_id(body, signed)
        if not await self._arrived(request.match_info["token"], request_id):
            log.info("webhook_of_no_job", request_id=request_id)

    async def _fetch_keys(self) -> object:
        if self._http is None:
            patience = Patience(connect=_KEYS)
            self._http = httpx.AsyncClient(transport=FalTransport(self._hosts, "", patience), trust_env=False)
        async with asyncio.timeout(_KEYS):
            answer = await self._http.get(JWKS_URL, timeout=_KEYS)
        return answer.raise_for_status().json()


def _signed(request: web.Request) -> _Signed:
    fields = []
    for name, form in (("Request-Id", REQUEST_ID), ("User-Id", _USER), ("Timestamp", _TIME), ("Signature", _SIGNATURE)):
        given = request.headers.getall(_PREFIX + name, [])
        if len(given) != 1 or not form.fullmatch(given[0]):
            raise _Refused(400, f"no {name}")
        fields.append(given[0])
    return _Signed(fields[0], fields[1], fields[2], bytes.fromhex(fields[3]))


async def _body(request: web.Request) -> bytes:
    """Read the body as it came, as far as the limit."""
    if (request.content_length or 0) > _LARGEST:
        raise _Refused(413, "too large")
    body = bytearray()
    try:
        async for piece in request.content.iter_any():
            body += piece
            if len(body) > _LARGEST:
                raise _Refused(413, "too large")
    except (aiohttp.ClientError, web.RequestPayloadError, ConnectionError):
        raise _Refused(400, "a body that was cut") from None
    return bytes(body)


def _request_id(body: bytes, signed: _Signed) -> str:
    """Return the id under which the queue knows the request, which the headers must name too.

    Where fal has tried a request again by itself, ``gateway_request_id`` is that of the last attempt.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise _Refused(400, "not JSON") from None
    request_id = told.get("request_id") if isinstance(told, Mapping) else None
    if not isinstance(request_id, str) or not REQUEST_ID.fullmatch(request_id):
        raise _Refused(400, "no request id")
    if signed.request_id not in (request_id, told.get("gateway_request_id")):
        raise _Refused(400, "another request id")
    return request_id
