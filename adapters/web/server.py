"""The one HTTP server of a running bot: keeps strangers' hosts out, and serves the routes that the rooms bring.

Nothing of a request is logged: the path of a webhook, or of a video's link, is a secret.
"""

import asyncio
import contextlib
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakSet

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from yarl import URL

from bot.domain.errors import CannotListen
from bot.wording import local as words

log = structlog.get_logger()

Route = web.AbstractRouteDef
"""A method and a path with what answers them."""
FROM_OUTSIDE = ("/fal/webhook/", "/v/")
"""What is under these, webhooks and links to videos, is called from outside, by whatever name this server has there."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

MOST_BODY = 1024 * 1024
"""Bytes of a body that is read in one piece; routes that take files stream them, and have limits of their own."""
LEAVE_S = 2.0
"""How long requests in hand are waited for at the end; event streams are not."""
IDLE_S = 75.0
"""How long a connection may ask for nothing, or not come to the end of a request's head: by default an hour, in which
one machine could take all files that may be open. Proxies keep theirs for 60 s (nginx, AWS)."""

_HEADERS = {
    "Server": "tweenbot",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True)
class Health:
    """How the process is: whether it is about to end, how many jobs it carries, whether its job store answers."""

    draining: bool
    carried: int
    store: bool


@dataclass(frozen=True)
class Address:
    """Where the server listens; port 0 takes a free one. ``public_host`` is its name in the public URL, if any.

    With ``any_host`` it goes by every name: its routes ask for a token, which a page that leads here by DNS rebinding
    does not have.
    """

    host: str = "127.0.0.1"
    port: int = 0
    public_host: str | None = None
    any_host: bool = False

    @property
    def url(self) -> str:
        """``http://127.0.0.1:8080``; an address that means all of the machine's is named by loopback."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104  # named
        return str(URL.build(scheme="http", host=host, port=self.port))


@asynccontextmanager
async def serve(
    routes: Iterable[Route], address: Address, health: Callable[[], Awaitable[Health]]
) -> AsyncIterator[Address]:
    """Serve the routes and ``GET /healthz`` while the context is open; give the address, with the port it has got.

    Only requests for a loopback name, for the host itself or for the public one are served, but for what is called from
    outside, unless the address says otherwise: a page somewhere else whose name leads here by DNS rebinding gets a 421.
    Raises :class:`CannotListen`.
    """
    with contextlib.closing(_listen(address)) as sock:
        app = _app(routes, _hosts(address), health)
        # A broken request's own words, which may be the path of a webhook, are in what aiohttp would log of it.
        silent = logging.getLogger("tweenbot.http")
        silent.disabled = True
        runner = web.AppRunner(app, access_log=None, logger=silent, shutdown_timeout=LEAVE_S, keepalive_timeout=IDLE_S)
        await runner.setup()
        try:
            await web.SockSite(runner, sock).start()
            yield replace(address, port=sock.getsockname()[1])
        finally:
            await runner.cleanup()


def _listen(address: Address) -> socket.socket:
    host = address.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, address.port), family=family, backlog=512)
    except (OSError, UnicodeError) as error:
        said = error.strerror if isinstance(error, OSError) else None
        raise CannotListen(address.host, address.port, (said or str(error)).lower()) from error


def _hosts(address: Address) -> frozenset[str] | None:
    """Return the names that the server goes by; None for any."""
    if address.any_host:
        return None
    own = {address.host.strip("[]").lower(), (address.public_host or "").lower()}
    return LOOPBACK | (own - {"", "0.0.0.0", "::"})  # noqa: S104  # no name of anything


def _app(
    routes: Iterable[web.AbstractRouteDef], hosts: frozenset[str] | None, health: Callable[[], Awaitable[Health]]
) -> web.Application:
    app = web.Application(middlewares=[_plain_answers(hosts)], client_max_size=MOST_BODY)
    app.router.add_routes([web.get("/healthz", _healthz(health)), *routes])
    streams = WeakSet[asyncio.Task[object]]()

    async def prepare(_: web.Request, response: web.StreamResponse) -> None:
        for name, value in _HEADERS.items():
            # Server is there already, and says more than anybody need know.
            if name == "Server" or name not in response.headers:
                response.headers[name] = value
        task = asyncio.current_task()
        if response.content_type == "text/event-stream" and task is not None:
            streams.add(task)

    async def end_streams(_: web.Application) -> None:
        for task in list(streams):
            task.cancel()

    app.on_response_prepare.append(prepare)
    app.on_shutdown.append(end_streams)
    return app


def _healthz(health: Callable[[], Awaitable[Health]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def healthz(_: web.Request) -> web.Response:
        now = await health()
        status = "draining" if now.draining else "ok"
        return web.json_response({"status": status, "jobs": now.carried, "store": "ok" if now.store else "away"})

    return healthz


def _plain_answers(hosts: frozenset[str] | None) -> Middleware:
    """Return the middleware that refuses strangers' hosts, and answers in JSON whatever goes wrong."""

    @web.middleware
    async def plain_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
        if hosts is not None and not request.path.startswith(FROM_OUTSIDE) and _host_of(request) not in hosts:
            return _refusal(421, "host", words.NO_NAME)
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
            return _refusal(error.status, "http", f"{error.reason}.", allow)
        except ConnectionError:  # the caller left
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the server goes on
            # No path, no message, no variables, which is what a logged traceback may show: they may hold a secret.
            frames = reversed(traceback.extract_tb(error.__traceback__))
            at = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
            log.error("request_failed", error=type(error).__name__, at=at)  # noqa: TRY400
            return _refusal(500, "defect", words.DEFECT)

    return plain_answers


def _host_of(request: web.Request) -> str | None:
    try:
        return (URL(f"http://{request.headers['Host']}").host or "").lower()
    except (KeyError, ValueError):
        return None


def _refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status, headers=headers)
