"""Who may talk to the local channel: programs of this machine, and no page of somebody else's in its browser.

On loopback there is no password, so what came through a proxy is refused: a public URL that leads to the bot's webhooks
must not lead to its owner's jobs. On any other address every request needs the token. A browser says truly where a
request comes from (Fetch Metadata, W3C; Origin, RFC 6454).
"""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from yarl import URL

from adapters.local import replies
from adapters.local.access import Access
from bot.domain.errors import OurFault, TweenError
from bot.wording import local as words

log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "CF-Connecting-IP", "Via")
_BODIES = frozenset({"application/json", "multipart/form-data", "application/octet-stream"})
"""Octets are what some clients call an empty body. No form of another site can send them, or JSON, unasked."""


class Guard:
    """Lets in whom it should. ``clock`` gives epoch seconds; ``access`` is None on loopback, which needs no token.

    ``public`` is the origin under which a proxy serves the bot, if there is one.
    """

    def __init__(self, clock: Callable[[], float], access: Access | None = None, public: URL | None = None) -> None:
        self._clock = clock
        self._access = access
        self._public = public

    def guarded(self, handler: Handler, *, is_door: bool = False) -> Handler:
        """Return the handler behind the guard, its refusals told in JSON.

        The door is what a browser needs to come in: it can be reached by a link, asks for no token itself, and takes
        the plain form that holds one.
        """

        async def serve(request: web.Request) -> web.StreamResponse:
            if unwanted := self._unwanted(request, is_door=is_door):
                return unwanted
            try:
                if self._access is not None and not is_door:
                    self._access.check(request)
                return await handler(request)
            except replies.Refusal as error:
                return replies.refusal(error.status, error.code, str(error), error.headers)
            except TweenError as error:
                if isinstance(error, OurFault):
                    log.warning("request_refused", error=str(error))
                return replies.refused([error], self._clock())

        return serve

    def _unwanted(self, request: web.Request, *, is_door: bool) -> web.Response | None:
        host = _host(f"http://{request.headers.get('Host', '')}")
        if host is None or (self._access is None and not _is_here(request, host)):
            return replies.refusal(403, "not_local", words.NOT_LOCAL)
        came_from = request.headers.get("Sec-Fetch-Site", "none")
        if came_from not in {"none", "same-origin"} and not (is_door and _is_visit(request)):
            return replies.refusal(403, "cross_site", words.CROSS_SITE)
        origin = request.headers.get("Origin")
        if origin is not None and not self._is_own(_host(origin), host):
            return replies.refusal(403, "cross_site", words.CROSS_SITE)
        typed = request.headers.get("Content-Type")
        if request.method != "GET" and typed is not None and not is_door and request.content_type not in _BODIES:
            return replies.refusal(415, "media_type", words.MEDIA_TYPE)
        return None

    def _is_own(self, origin: URL | None, host: URL) -> bool:
        """Whether a page of this origin is ours. A proxy may have spoken https for us, where there may be one."""
        by_proxy = None if self._access is None else host.with_scheme("https")
        return origin is not None and origin in (host, self._public, by_proxy)


def _is_here(request: web.Request, host: URL) -> bool:
    return host.host in _LOOPBACK and not any(name in request.headers for name in _PROXIED)


def _is_visit(request: web.Request) -> bool:
    """Whether somebody followed a link, to a page of its own: nothing of ours is shown inside another site's."""
    headers = request.headers
    modes = headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest")
    return request.method == "GET" and modes == ("navigate", "document")


def _host(url: str) -> URL | None:
    """Return the origin of a URL."""
    try:
        return URL(url).origin()
    except ValueError:
        return None
