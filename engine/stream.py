"""`status/stream`: one request's news as server-sent events, from its state now to COMPLETED.

Log lines come as deltas: each goes out once on a connection. A new connection starts from the beginning, so a client
that lost one misses nothing. A comment goes out while nothing happens, so that both ends notice a dead line.
"""

import asyncio
import json

from aiohttp import web

from engine.jobs import Job
from engine.live import LiveJob
from engine.queue_api import find, log_lines, state, wants_logs
from engine.rooms import ROOMS, refuse


async def stream(request: web.Request) -> web.StreamResponse:
    """Send a request's states until it is done, or the client leaves."""
    rooms = request.app[ROOMS]
    found = await find(request, rooms)
    if found is None:
        return refuse(404, "Request not found. It may have been removed after its days were over.")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    sent = 0
    before = None
    while True:
        news = found.news if isinstance(found, LiveJob) else None
        body = state(request, rooms, found)
        if wants_logs(request) and body["status"] != "IN_QUEUE":
            body["logs"] = log_lines(found.logs, sent)
            sent = len(found.logs)
        try:
            if body != before:
                await response.write(b"data: " + json.dumps(body).encode() + b"\n\n")
            # A stopping engine ends the stream early; the client asks the next one, as after any break.
            if news is None or body["status"] == "COMPLETED" or _ends(found):
                await response.write_eof()
                return response
            before = {**body, "logs": []} if wants_logs(request) and body["status"] != "IN_QUEUE" else body
            while not await _within(news, rooms.settings.keepalive_s):
                await response.write(b": still here\n\n")
        except ConnectionError:
            # The client left; the request goes on without it.
            return response


def _ends(found: LiveJob | Job) -> bool:
    return isinstance(found, LiveJob) and found.closing


async def _within(news: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return False
    return True
