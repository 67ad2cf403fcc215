"""Whoever has the address gets the video, whole or in ranges; whoever has not learns nothing."""

import asyncio
import contextlib
import logging
import re
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from adapters.media_store import serve
from adapters.media_store.serve import MediaServer
from adapters.store.database import Database
from adapters.store.media_index import StoredMediaIndex
from adapters.web.server import Address, Health
from adapters.web.server import serve as serve_http
from tests.contract.media_store.shelves import DAYS_30, Place

SIZE = 3 * 1024 * 1024 + 11
BIG = 30 * 1024 * 1024
UNKNOWN = f"/v/{'0' * 40}.mp4"


async def healthy() -> Health:
    """Answer as a bot without trouble."""
    return Health(draining=False, carried=0, store=True)


@pytest.fixture
async def url(place: Place) -> AsyncIterator[str]:
    """Serve the store as the bot does, under a public name that no test asks for; return the address."""
    server = MediaServer(place.index, place.storage, lambda: place.now)
    async with serve_http(server.routes(), Address(public_host="bot.example"), healthy) as address:
        yield address.url


@pytest.fixture
async def http(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Return a client of that server."""
    async with aiohttp.ClientSession(url, auto_decompress=False) as session:
        yield session


@pytest.fixture
async def path(place: Place) -> str:
    """Return the path of a video that is kept."""
    return (await place.shelf.keep("e1", place.video(SIZE))).url.removeprefix("https://bot.example")


async def test_the_whole_video(place: Place, http: aiohttp.ClientSession, path: str) -> None:
    """Its bytes, with all that a player, a cache, a robot and a browser are told of it."""
    async with http.get(path) as answer:
        assert await answer.read() == place.video(SIZE).read_bytes()
        headers = {**answer.headers}
    assert answer.status == 200
    assert re.fullmatch(r'"[0-9a-f]{24}"', headers.pop("Etag"))
    assert headers.pop("Date")
    assert headers == {
        "Content-Type": "video/mp4",
        "Content-Length": str(SIZE),
        "Last-Modified": "Mon, 21 Sep 2026 14:13:20 GMT",
        "Accept-Ranges": "bytes",
        "Content-Disposition": 'inline; filename="tween.mp4"',
        "Cache-Control": f"private, max-age={30 * 86_400}",
        "X-Robots-Tag": "noindex",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Security-Policy": (
            "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        ),
        "Server": "tweenbot",
    }
    assert path[3:43] not in str(answer.headers)


async def test_head_tells_the_same_without_the_bytes(http: aiohttp.ClientSession, path: str) -> None:
    """Chat platforms ask so before they show a player."""
    async with http.head(path) as head, http.get(path) as get:
        assert head.status == 200
        assert {**head.headers, "Date": ""} == {**get.headers, "Date": ""}
        assert await head.read() == b""


@pytest.mark.parametrize(
    ("asked", "first", "count"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-1", 0, 2),
        (f"bytes={SIZE - 5}-", SIZE - 5, 5),
        ("bytes=-7", SIZE - 7, 7),
        ("bytes=1048570-1048590", 1_048_570, 21),
        ("bytes=100-2200000", 100, 2_199_901),
    ],
)
async def test_a_range_is_exact(
    place: Place, http: aiohttp.ClientSession, path: str, asked: str, first: int, count: int
) -> None:
    """On the border of two pieces too; the connection then serves the next request."""
    for _ in range(2):
        async with http.get(path, headers={"Range": asked}) as answer:
            assert answer.status == 206
            assert answer.headers["Content-Range"] == f"bytes {first}-{first + count - 1}/{SIZE}"
            assert await answer.read() == place.video(SIZE).read_bytes()[first : first + count]


async def test_what_cannot_be_had_is_told_with_the_size(http: aiohttp.ClientSession, path: str) -> None:
    """416, as RFC 9110 has it."""
    async with http.get(path, headers={"Range": f"bytes={SIZE}-"}) as answer:
        assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}")
        assert await answer.read() == b""


async def test_what_has_not_changed_is_not_sent_again(http: aiohttp.ClientSession, path: str) -> None:
    """304, with what a cache needs; the same connection goes on."""
    async with http.get(path, headers={"Range": "bytes=0-0"}) as answer:
        etag = answer.headers["ETag"]
        await answer.read()
    async with http.get(path, headers={"If-None-Match": etag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
        assert answer.headers["ETag"] == etag
        assert "Content-Type" not in answer.headers
    async with http.get(path, headers={"If-Match": '"x"'}) as answer:
        assert (answer.status, await answer.read()) == (412, b"")


async def test_what_is_over_and_what_never_was_are_told_apart(
    place: Place, http: aiohttp.ClientSession, path: str
) -> None:
    """410 from the moment on that its time is over, before and after the sweep; else 404; a page for people."""
    place.now += DAYS_30
    for _ in range(2):
        async with http.get(path) as answer:
            assert (answer.status, answer.content_type) == (410, "text/html")
            assert "its time is over" in await answer.text()
        await place.swept()
    async with http.get(UNKNOWN) as answer:
        assert (answer.status, answer.content_type) == (404, "text/html")
        assert "There is no video here" in await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("wrong", ["", "{id}", "{id}.MP4", "{id}.mp4/", "{id}0.mp4", "{short}.mp4", "..%2f{id}.mp4"])
async def test_there_is_one_form_of_address(http: aiohttp.ClientSession, path: str, wrong: str) -> None:
    """Nothing is listed, and nothing that is nearly an address is one."""
    id_ = path[3:43]
    async with http.get(f"/v/{wrong.format(id=id_, short=id_[:39])}") as answer:
        assert answer.status == 404
        assert "There is no video here" in await answer.text()


async def test_strangers_come_by_whatever_name(http: aiohttp.ClientSession, path: str) -> None:
    """As webhooks do: a proxy may call the bot as it likes. Anything else is refused by that name."""
    async with http.get(path, headers={"Host": "elsewhere.example", "Range": "bytes=0-9"}) as answer:
        assert (answer.status, len(await answer.read())) == (206, 10)
    async with http.get("/healthz", headers={"Host": "elsewhere.example"}) as answer:
        assert answer.status == 421


async def test_nothing_but_reading(http: aiohttp.ClientSession, path: str) -> None:
    """An address opens a file for reading alone."""
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        async with http.request(method, path) as answer:
            assert answer.status == 405


async def test_a_storage_that_is_away_is_told_as_such(
    place: Place, http: aiohttp.ClientSession, path: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """503 with a moment to come back; the log has the reason, and not the address."""
    id_ = path[3:43]
    await place.hide_storage()
    async with http.get(path) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    await place.mend_storage()
    assert id_ not in "".join(capfd.readouterr())


async def test_a_database_that_is_away_is_told_as_such(
    place: Place, http: aiohttp.ClientSession, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503: neither that there is no such video, nor that its time is over."""
    with contextlib.closing(Database(f"sqlite:///{place.files_of}/gone/none.sqlite")) as away:
        monkeypatch.setattr(place.index, "_database", away)
        async with http.get(path) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "30")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a reader a tenth of a second for a slice."""
    monkeypatch.setattr(serve, "STALL_S", 0.1)


@pytest.fixture
async def idler(place: Place, url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[socket.socket]:
    """Begin to read a video that no socket's buffers hold, and take nothing of it; there is room for one reader."""
    monkeypatch.setattr(serve, "READERS", 1)
    kept = await place.shelf.keep("big", place.video(BIG))
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        sock.settimeout(0)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sock, (host, int(port)))
        await loop.sock_sendall(sock, f"GET /v/{kept.id}.mp4 HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert (await loop.sock_recv(sock, 15)).startswith(b"HTTP/1.1 200")
        yield sock


async def test_more_readers_than_there_is_room_for_are_told_to_come_back(
    idler: socket.socket, http: aiohttp.ClientSession, path: str
) -> None:
    """The bot's jobs need sockets and files too; once somebody has left there is room again."""
    async with http.get(path) as answer:
        assert answer.status == 503
    idler.close()
    assert await _until_there_is_room(http, path)


async def test_a_reader_that_takes_nothing_is_hung_up_on(
    impatient: None, idler: socket.socket, http: aiohttp.ClientSession, path: str
) -> None:
    """Its place is free again; what it finds in its buffers is shorter than it was told."""
    assert await _until_there_is_room(http, path)
    got = 0
    with contextlib.suppress(ConnectionResetError):
        while piece := await asyncio.get_running_loop().sock_recv(idler, 1024 * 1024):
            got += len(piece)
    assert 0 < got < BIG


async def _until_there_is_room(http: aiohttp.ClientSession, path: str) -> bool:
    async with asyncio.timeout(20):
        while True:
            async with http.get(path) as answer:
                if answer.status == 200:
                    return len(await answer.read()) == SIZE


async def test_nothing_of_a_request_is_logged(
    http: aiohttp.ClientSession, path: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """The path is all that opens the file: served, refused, or broken off."""
    caplog.set_level(logging.DEBUG)
    async with http.get(path) as answer:
        await answer.read()
    async with http.get(path) as answer:
        answer.close()
    async with http.get(f"{path}x"):
        pass
    ours = [record.getMessage() for record in caplog.records if record.name != "asyncio"]
    assert path[3:43] not in "".join([*ours, *capfd.readouterr()])


async def test_what_is_deleted_is_served_no_more(
    place: Place, http: aiohttp.ClientSession, path: str, index: StoredMediaIndex
) -> None:
    """At once, whichever process deleted it."""
    await index.end("e1")
    async with http.get(path) as answer:
        assert answer.status == 410
    await place.swept()
    async with http.get(path) as answer:
        assert answer.status == 404
