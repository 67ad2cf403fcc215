"""Images are fetched from Discord's own hosts alone, whole or not at all, and never more of them than fits."""

import io
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.discord.attachments import Fetcher, Picture
from bot.domain.errors import BadImage, ImageFault

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve one handler on loopback; return the address of a file there."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_get("/{name}", handler)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}/a.png"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def own(session: aiohttp.ClientSession) -> Fetcher:
    """Return a fetcher that takes loopback for Discord's own, as with a moved API."""
    return Fetcher(lambda: session, {"127.0.0.1"})


async def refused(fetcher: Fetcher, url: str, *, bytes_: int = 4, limit: int = 100) -> BadImage:
    """Return why a picture was not fetched."""
    with pytest.raises(BadImage) as caught:
        await fetcher.image("start", Picture("a.png", url, bytes_), limit)
    return caught.value


async def test_a_file_comes_whole(serve: Serve, session: aiohttp.ClientSession) -> None:
    """Byte for byte."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=b"data")

    assert await own(session).image("end", Picture("a.png", await serve(handler), 4), 100) == b"data"


async def test_no_other_host_is_asked(serve: Serve, session: aiohttp.ClientSession) -> None:
    """A payload that names somebody else's host, or this machine, leads nowhere: nothing is sent there."""
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=b"data")

    url = await serve(handler)
    fault = await refused(Fetcher(lambda: session), url)
    assert (fault.fault, asked) == (ImageFault.MISSING, [])


class NoNames(AbstractResolver):
    """Knows no name, and notes those that it is asked for: whoever is to be asked for a file is asked for first."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Note it."""
        self.asked.append(f"{host}:{port}")
        raise OSError(None, "no such name")

    async def close(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://cdn.discordapp.com/a.png?ex=1", ["cdn.discordapp.com:443"]),
        ("https://CDN.discordapp.com:443/a.png", ["cdn.discordapp.com:443"]),
        ("https://media.discordapp.net/a.png", ["media.discordapp.net:443"]),
        ("http://cdn.discordapp.com/a.png", []),
        ("https://cdn.discordapp.com:8443/a.png", []),
        ("https://cdn.discordapp.com./a.png", []),
        ("https://cdn.discordapp.com@evil.example/a.png", []),
        ("https://ann:secret@cdn.discordapp.com/a.png", []),
        ("https://cdn.discordapp.com\\@evil.example/a.png", []),
        ("https://evil.example/cdn.discordapp.com/a.png", []),
        ("https://cdn.discordapp.com.evil.example/a.png", []),
        ("https://evilcdn.discordapp.com/a.png", []),
        ("wss://cdn.discordapp.com/a.png", []),
        ("file:///cdn.discordapp.com/a.png", []),
        ("//cdn.discordapp.com/a.png", []),
        ("https://[cdn.discordapp.com", []),
        ("https://cdn.discordapp.com:port/a.png", []),
        ("", []),
    ],
)
async def test_only_discords_own_hosts_are_asked_and_by_https(url: str, asked: list[str]) -> None:
    """Whatever a payload says: no other spelling, port, user or scheme."""
    names = NoNames()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=names, force_close=True)) as session:
        fault = await refused(Fetcher(lambda: session), url)
    assert (fault.fault, names.asked) == (ImageFault.MISSING, asked)


async def test_no_redirect_is_followed(serve: Serve, session: aiohttp.ClientSession) -> None:
    """It would lead from a host that was looked at to one that was not."""
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=b"secret")

    target = await serve(elsewhere)

    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": target})

    fault = await refused(own(session), await serve(handler))
    assert (fault.fault, asked) == (ImageFault.MISSING, [])


async def test_what_claims_to_be_too_heavy_is_not_even_asked_for(session: aiohttp.ClientSession) -> None:
    """The weight that Discord names is enough, and the refusal names both."""
    fault = await refused(own(session), "http://127.0.0.1:9/a.png", bytes_=3_000_000, limit=1_000_000)
    assert (fault.fault, fault.detail) == (ImageFault.TOO_HEAVY, "a.png, 3.0 MB of 1.0 MB")


async def test_what_is_heavier_than_it_claims_is_cut_off(serve: Serve, session: aiohttp.ClientSession) -> None:
    """An endless answer is given up at the limit, whatever was claimed."""
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
                sent += 65536
        except ConnectionError:
            return response

    fault = await refused(own(session), await serve(handler), limit=1_000_000)
    assert fault.fault is ImageFault.TOO_HEAVY
    assert sent < 20_000_000


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_a_link_that_has_expired_is_told_as_a_missing_image(
    serve: Serve, session: aiohttp.ClientSession, status: int
) -> None:
    """With the name that its author gave it."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status)

    fault = await refused(own(session), await serve(handler))
    assert fault.fault is ImageFault.MISSING
    assert fault.detail.startswith("a.png, ")


async def test_a_video_goes_to_the_disk_in_pieces(serve: Serve, session: aiohttp.ClientSession) -> None:
    """It is never whole in memory."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 300_000)

    pieces: list[int] = []

    class Counting(io.BytesIO):
        def write(self, data: bytes, /) -> int:  # type: ignore[override]  # of any buffer
            pieces.append(len(data))
            return super().write(data)

    to = Counting()
    await own(session).save(Picture("v.mp4", await serve(handler), 300_000), to, 1_000_000)
    assert len(to.getvalue()) == 300_000
    assert max(pieces) <= 65536
