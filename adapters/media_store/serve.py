"""Serves the kept files, to whoever has an address: ``GET`` and ``HEAD /v/{id}.mp4``, in ranges if you like.

One form of address, which ends as a video's does: chat platforms show a player for it. Nothing is listed, and nothing
of a request is logged, for the path is all that opens a file. The disk's files are sent by the kernel, a bucket's in
pieces, so a slow reader holds a socket and no memory; one that takes nothing for a while is hung up on, and may go on
with a range.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from hashlib import sha256

import structlog
from aiohttp import web

from adapters.media_store.ranges import Facts, Part, wanted
from adapters.media_store.shelf import ID_BYTES, PATH
from adapters.media_store.storage import SHORTER, Content, NotStored, Storage, of_disk
from bot.domain.errors import StoreAway
from bot.ports import MediaIndex, Shelved
from bot.wording import media_store as words

log = structlog.get_logger()

READERS = 500
"""Who reads at the same time at most: each holds a file and a socket, and the bot needs some for its jobs."""
SLICE = 1024 * 1024
"""What the kernel sends of a file before it is asked again."""
PIECE = 256 * 1024
"""What is fetched from a bucket at a time: a slow reader holds it twice, here and in its socket's buffer."""
STALL_S = 120.0
"""A slice, or a piece, must be taken in so many seconds. A player that is paused comes back with a range."""
AGAIN_S = "30"

_VIDEO = {
    "Accept-Ranges": "bytes",
    "Content-Disposition": 'inline; filename="tween.mp4"',
    # What a browser needs to show the file as a page of its own.
    "Content-Security-Policy": (
        "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    ),
    # Players of other sites may show it: whoever has the address may see it.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Robots-Tag": "noindex",
}


class MediaServer:
    """The routes of the kept files. Without a store it serves what was promised before."""

    def __init__(self, index: MediaIndex, storage: Storage, clock: Callable[[], float] = time.time) -> None:
        self._index = index
        self._storage = storage
        self._clock = clock
        self._readers = 0

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Return the routes, for a server without an access log."""
        return [
            web.get(f"{PATH}{{id:[0-9a-f]{{{2 * ID_BYTES}}}}}.mp4", self._video),
            web.get(f"{PATH}{{other:.*}}", self._other),
        ]

    async def _video(self, request: web.Request) -> web.StreamResponse:
        if self._readers >= READERS:
            return _page(503, words.BUSY)
        self._readers += 1
        try:
            return await self._answer(request)
        except StoreAway:
            return _page(503, words.BUSY)
        except NotStored as error:
            log.warning("media_not_served", storage=self._storage.name, error=error.said)
            return _page(503, words.BUSY)
        finally:
            self._readers -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        shelved = await self._index.get(request.match_info["id"])
        if shelved is None:
            return _page(404, words.NO_VIDEO)
        left = shelved.expires_at - self._clock()
        if left <= 0:
            return _page(410, words.OVER)
        async with self._storage.reading(shelved.id) as content:
            if content is None:
                return _page(404, words.NO_VIDEO)
            facts = _facts(shelved, content)
            part = wanted(request.method, request.headers, facts)
            response = _response(part, facts, int(left))
            await response.prepare(request)
            if request.method == "GET" and part.count:
                await self._send(request, response, part, content)
            return response

    async def _send(self, request: web.Request, response: web.StreamResponse, part: Part, content: Content) -> None:
        end, step = part.first + part.count, PIECE if content.file is None else SLICE
        try:
            for first in range(part.first, end, step):
                await _send_slice(request, response, content, first, min(step, end - first))
            await response.write_eof()
        except (TimeoutError, NotStored) as error:
            # The length is told already, so all that can be said is that this is not the end.
            if request.transport is not None:
                request.transport.abort()
            if isinstance(error, NotStored):
                log.warning("media_broken_off", storage=self._storage.name, error=error.said)

    async def _other(self, _: web.Request) -> web.Response:
        return _page(404, words.NO_VIDEO)


async def _send_slice(
    request: web.Request, response: web.StreamResponse, content: Content, first: int, count: int
) -> None:
    if content.file is None:
        data = await content.read(first, count)
        async with asyncio.timeout(STALL_S):
            await response.write(data)
        return
    transport = request.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError
    try:
        async with asyncio.timeout(STALL_S):
            sent = await asyncio.get_running_loop().sendfile(transport, content.file, first, count)
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise of_disk(error) from error
    if sent < count:
        raise NotStored(SHORTER)


def _facts(shelved: Shelved, content: Content) -> Facts:
    # Not the id itself: proxies and logs take an entity tag for nothing secret.
    tag = sha256(f"etag {shelved.id}".encode()).hexdigest()[:24]
    return Facts(content.size, f'"{tag}"', int(shelved.made_at))


def _response(part: Part, facts: Facts, seconds_left: int) -> web.StreamResponse:
    headers = {**_VIDEO, "ETag": facts.etag, "Last-Modified": facts.last_modified}
    headers["Cache-Control"] = f"private, max-age={seconds_left}"
    if part.status == 206:
        headers["Content-Range"] = f"bytes {part.first}-{part.first + part.count - 1}/{facts.size}"
    elif part.status == 416:
        headers["Content-Range"] = f"bytes */{facts.size}"
    if part.status in (200, 206):
        headers["Content-Type"] = "video/mp4"
    response = web.StreamResponse(status=part.status, headers=headers)
    if part.status != 304:
        response.content_length = part.count
    return response


def _page(status: int, sentence: str) -> web.Response:
    headers = {"X-Robots-Tag": "noindex"}
    if status == 503:
        headers["Retry-After"] = AGAIN_S
    return web.Response(status=status, text=words.page(sentence), content_type="text/html", headers=headers)
