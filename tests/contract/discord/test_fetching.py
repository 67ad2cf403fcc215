"""Files are fetched from Discord's hosts, or from where its API was moved to, and from nowhere else."""

import io
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.discord.attachments import UNFETCHED, Fetcher, Picture, TooHeavy

LIMIT = 1000


class Elsewhere:
    """A server of somebody else's, which notes who asks."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve ``/file`` and a longer one, and lead everything else to it."""
        self.asked.append(request.path)
        assert "Authorization" not in request.headers
        if request.path == "/file":
            return web.Response(body=b"x" * LIMIT)
        if request.path == "/long":
            return web.Response(body=b"x" * (LIMIT + 1))
        raise web.HTTPFound("/file")


@pytest.fixture
async def elsewhere() -> AsyncIterator[tuple[Elsewhere, str]]:
    """The server, and its address."""
    server = Elsewhere()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    async with TestServer(app, host="127.0.0.1") as listening:
        yield server, f"http://127.0.0.1:{listening.port}"


async def fetched(url: str, *own_hosts: str) -> bytes:
    """Fetch a file as the bot does."""
    to = io.BytesIO()
    async with aiohttp.ClientSession() as session:
        await Fetcher(lambda: session, own_hosts).save(Picture("a.png", url, 10), to, LIMIT)
    return to.getvalue()


async def test_another_host_is_not_asked(elsewhere: tuple[Elsewhere, str]) -> None:
    """Nor is one that a redirect leads to, though it stands at a host that may be asked."""
    server, url = elsewhere
    with pytest.raises(UNFETCHED):
        await fetched(f"{url}/file", "cdn.example.org")
    assert server.asked == []
    with pytest.raises(UNFETCHED):
        await fetched(f"{url}/moved", "127.0.0.1")
    assert server.asked == ["/moved"]


async def test_no_more_is_read_than_is_taken(elsewhere: tuple[Elsewhere, str]) -> None:
    """Whatever weight Discord had told."""
    _, url = elsewhere
    assert len(await fetched(f"{url}/file", "127.0.0.1")) == LIMIT
    with pytest.raises(TooHeavy):
        await fetched(f"{url}/long", "127.0.0.1")
