"""Who may talk to the local channel: programs of this machine, and no page of somebody else's in its browser.

There is no password here, so what came through a proxy is refused: a public URL that leads to the bot's webhooks must
not lead to its owner's jobs. A browser says truly where a request comes from (Fetch Metadata, W3C; Origin, RFC 6454).
"""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from yarl import URL

from adapters.local import replies
from bot.domain.errors import OurFault, TweenError
from bot.wording import local as words

log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "CF-Connecting-IP", "Via")
_BODIES = frozenset({"application/json", "multipart/form-data", "application/octet-stream"})
"""Octets are what some clients call an empty body. No form of another site can send them, or JSON, unasked."""


def guarded(handler: Handler, clock: Callable[[], float]) -> Handler:
    """Return the handler behind the guard, its refusals told in JSON. ``clock`` gives epoch seconds."""

    async def serve(request: web.Request) -> web.StreamResponse:
        if unwanted := _unwanted(request):
            return unwanted
        try:
            return await handler(request)
        except replies.Refusal as error:
            return replies.refusal(error.status, error.code, str(error))
        except TweenError as error:
            if isinstance(error, OurFault):
                log.warning("request_refused", error=str(error))
            return replies.refused([error], clock())

    return serve


def _unwanted(request: web.Request) -> web.Response | None:
    host = _host(f"http://{request.headers.get('Host', '')}")
    if host is None or host.host not in _LOOPBACK or any(name in request.headers for name in _PROXIED):
        return replies.refusal(403, "not_local", words.NOT_LOCAL)
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        return replies.refusal(403, "cross_site", words.CROSS_SITE)
    origin = request.headers.get("Origin")
    if origin is not None and _host(origin) != host:
        return replies.refusal(403, "cross_site", words.CROSS_SITE)
    typed = request.headers.get("Content-Type")
    if request.method != "GET" and typed is not None and request.content_type not in _BODIES:
        return replies.refusal(415, "media_type", words.MEDIA_TYPE)
    return None


def _host(url: str) -> URL | None:
    """Return the origin of a URL."""
    try:
        return URL(url).origin()
    except ValueError:
        return None
