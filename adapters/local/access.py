"""The token of a local channel that others than this machine can reach, and the session that a browser gets for it.

A session is a moment and its signature by the token: it needs no store, holds in every process, and ends with the
token. Its cookie is the site's own (``SameSite=Strict``) and out of any script's sight (``HttpOnly``).
"""

import hashlib
import hmac
from collections.abc import Callable

from aiohttp import hdrs, web
from yarl import URL

from adapters.local.replies import Refusal
from bot.wording import local as words

COOKIE = "tweenbot_session"
SESSION_S = 30 * 86400.0
"""Seconds that a browser stays logged in."""
MOST_TRIES, WINDOW_S = 5, 60.0
"""Wrong tokens that one address may send in so many seconds."""
MOST_ADDRESSES = 1000


class Access:
    """Checks tokens and sessions. ``clock`` gives epoch seconds; ``public`` is the origin that a proxy serves."""

    def __init__(self, token: str, clock: Callable[[], float], public: URL | None = None) -> None:
        self._token = token.encode()
        self._clock = clock
        self._public = public
        self._wrong: dict[str, list[float]] = {}

    def check(self, request: web.Request) -> None:
        """Let a request with the token or a session pass; raise :class:`Refusal` for any other."""
        if self.has_session(request):
            return
        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if scheme.lower() != "bearer" or not self.is_right(request, token.strip()):
            raise Refusal(401, "token", words.NO_TOKEN, {hdrs.WWW_AUTHENTICATE: "Bearer"})

    def has_session(self, request: web.Request) -> bool:
        """Whether a request has the cookie of a session that has not ended."""
        ends, _, signature = request.cookies.get(COOKIE, "").partition(".")
        # What is no text in a header stands there as surrogates.
        is_signed = hmac.compare_digest(signature.encode(errors="replace"), self._signature(ends).encode())
        return is_signed and ends.isdigit() and int(ends) > self._clock()

    def is_right(self, request: web.Request, token: str) -> bool:
        """Whether it is the token; raise :class:`Refusal` where too many wrong ones came from there lately."""
        tries = self._tries(request.remote or "")
        if len(tries) >= MOST_TRIES:
            seconds = max(1, round(tries[0] + WINDOW_S - self._clock()))
            raise Refusal(429, "tries", words.MANY_TRIES, {hdrs.RETRY_AFTER: str(seconds)})
        given = token.encode(errors="surrogatepass")
        if hmac.compare_digest(hashlib.sha256(given).digest(), hashlib.sha256(self._token).digest()):
            return True
        tries.append(self._clock())
        return False

    def log_in(self, request: web.Request, response: web.Response) -> None:
        """Set the cookie of a new session."""
        ends = str(int(self._clock() + SESSION_S))
        response.set_cookie(
            COOKIE,
            f"{ends}.{self._signature(ends)}",
            max_age=int(SESSION_S),
            httponly=True,
            samesite="Strict",
            secure=self._is_https(request),
        )

    def _is_https(self, request: web.Request) -> bool:
        """Whether the browser came by https, though a proxy may have gone on without."""
        if request.headers.get("X-Forwarded-Proto", request.scheme) == "https":
            return True
        return self._public is not None and self._public == URL(f"https://{request.host}").origin()

    def _signature(self, ends: str) -> str:
        return hmac.new(self._token, f"tweenbot session {ends}".encode(errors="replace"), hashlib.sha256).hexdigest()

    def _tries(self, address: str) -> list[float]:
        """Return the moments of the wrong tokens of the last minute, for another one to be added."""
        begins = self._clock() - WINDOW_S
        tries = self._wrong.setdefault(address, [])
        if len(self._wrong) > MOST_ADDRESSES:
            # Whoever has so many addresses to try from does not find a token of 16 characters either.
            del self._wrong[next(iter(self._wrong))]
        tries[:] = [moment for moment in tries if moment > begins]
        return tries
