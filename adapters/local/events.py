"""A job's card as server-sent events: one a change, the newest wins, and the end after the last.

An event's id is a digest of what it says, so a reader that comes back is told only what it does not know yet, whichever
process it reaches and whatever was restarted meanwhile. (HTML standard, 9.2: 204 ends a reader's coming back.)
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from adapters.local.replies import text_of
from bot.domain.errors import StoreAway

LOOK_S = 1.0
"""Seconds between two looks at a job whose process may be another one."""
ALIVE_S = 15.0
"""Seconds after which a silent stream says that it is alive."""


@dataclass(frozen=True)
class Told:
    """What is to be told of a job now; ``is_last`` where nothing more will happen to it by itself."""

    body: Mapping[str, object]
    is_last: bool


Look = Callable[[], Awaitable[Told | None]]
"""Looks how a job stands; None where it is gone. Raises :class:`StoreAway`."""


async def stream(request: web.Request, first: Told, changed: asyncio.Event, look: Look) -> web.StreamResponse:
    """Answer with the job's events until the last, or until it or its reader is gone; ``changed`` is set with news."""
    seen = request.headers.get("Last-Event-ID")
    data, digest = _event(first)
    if first.is_last and digest == seen:
        return web.Response(status=204)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    told: Told | None = first
    silent_since = time.monotonic()
    while told is not None and _is_read(request):
        data, digest = _event(told)
        if digest != seen:
            await response.write(f"event: card\nid: {digest}\ndata: {data}\n\n".encode())
            seen, silent_since = digest, time.monotonic()
        elif time.monotonic() - silent_since >= ALIVE_S:
            await response.write(b": alive\n\n")
            silent_since = time.monotonic()
        if told.is_last:
            break
        told = await _next(told, changed, look)
    return response


async def _next(told: Told, changed: asyncio.Event, look: Look) -> Told | None:
    """Wait for news, for a moment at most, and look; a store that is away has none."""
    try:
        async with asyncio.timeout(LOOK_S):
            await changed.wait()
    except TimeoutError:
        pass
    changed.clear()
    try:
        return await look()
    except StoreAway:
        return told


def _event(told: Told) -> tuple[str, str]:
    """Return an event's data and its id."""
    data = text_of(told.body)
    return data, hashlib.sha256(data.encode()).hexdigest()[:16]


def _is_read(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()
