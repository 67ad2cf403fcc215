"""Who may come in: the host check and the key check, before any handler; and the answer when the disk fails one.

On loopback there is no password between the engine and a web page in the user's browser, but there is the Host
header: a page that was rebound to 127.0.0.1 still says its own name there. Everything needs a key except what is
listed here: files (their names are the secret), upload addresses (the same), and what is public anyway.
"""

import hmac
import sqlite3
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import hdrs, web
from yarl import URL

from engine.rooms import ROOMS, Rooms, refuse
from engine.settings import is_loopback

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger()

_READABLE = ("/files/", "/.well-known/jwks.json", "/api/openapi/")


@web.middleware
async def tell_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer for a disk that is full and a database that is held: nothing was accepted, and that can be told."""
    try:
        return await handler(request)
    except ConnectionError:
        raise
    except (OSError, sqlite3.OperationalError) as error:
        log.exception("request failed on the disk", method=request.method, handler=handler.__name__)
        why = (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)
        sentence = f"The engine cannot write to its data folder now ({why}). Nothing was accepted; try again later."
        return refuse(503, sentence, **{"Retry-After": "5"})


@web.middleware
async def check_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a foreign Host header while the engine listens on loopback."""
    settings = request.app[ROOMS].settings
    if settings.loopback:
        named = _host_of(request.host)
        ours = None if settings.public_url is None else URL(settings.public_url).host
        if not is_loopback(named) and named != ours:
            return refuse(403, "This engine answers only to its own address. Call it as 127.0.0.1 or set --public-url.")
    return await handler(request)


def _host_of(header: str) -> str:
    try:
        return URL(f"//{header}").host or ""
    except ValueError:
        return ""


@web.middleware
async def check_key(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a call without the key."""
    if not (_is_open(request) or _has_key(request)):
        return refuse(401, "No valid key. Send the header 'Authorization: Key …' with the key of this engine.")
    return await handler(request)


def _is_open(request: web.Request) -> bool:
    path = request.path
    if request.method in (hdrs.METH_GET, hdrs.METH_HEAD):
        return path == "/" or path.startswith(_READABLE)
    # The addresses of a begun upload carry a secret of their own.
    return path.startswith("/files/") and "/multipart/" in path


def _has_key(request: web.Request) -> bool:
    rooms: Rooms = request.app[ROOMS]
    scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if not given.strip():
        return False
    if scheme.lower() == "bearer" and rooms.signer.is_upload_token(given):
        return request.path.startswith("/files/upload")
    expected = rooms.settings.key
    if scheme.lower() != "key":
        return False
    return expected is None or hmac.compare_digest(_raw(given.strip()), _raw(expected))


def _raw(text: str) -> bytes:
    """Return the bytes of a header or a variable: both may hold some that are not UTF-8."""
    return text.encode(errors="surrogateescape")
