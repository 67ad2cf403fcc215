"""Where an image may come from, and what happens when it cannot be had."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from engine.files import FileStore
from engine.inputs import BadInput, Inputs
from engine.table import open_table
from tests.contract.engine.running import ENDPOINT, INLINE, Caller, caller, engine

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def elsewhere(serve: Serve) -> AsyncIterator[str]:
    """Run another server of pictures, and give its address."""
    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def end_of(call: Caller, url: str) -> tuple[int, str]:
    """Submit a request for an image and return the status and the words of its result."""
    request_id = await call.submit("go", start_image_url=url)
    await call.until(request_id, "COMPLETED")
    code, body = await call.get(request_id)
    return code, body["detail"][0]["msg"] if code == 422 else ""


async def test_an_image_on_another_server_is_fetched(call: Caller) -> None:
    """A plain address works, over a redirect too."""

    async def serve(request: web.Request) -> web.Response:
        if request.path == "/old":
            raise web.HTTPFound("/new?x=1")
        return web.Response(body=b"picture", content_type="image/png")

    async with elsewhere(serve) as address:
        request_id = await call.submit("go", start_image_url=f"{address}old")
        await call.until(request_id, "COMPLETED")
        code, result = await call.get(request_id)
    assert code == 200
    async with call.session.get(result["video"]["url"]) as response:
        assert (await response.json(content_type=None))["start"] == len(b"picture")


async def test_an_image_that_is_not_there_is_a_422(call: Caller) -> None:
    """What the other server said is told, its address is not."""

    async def serve(request: web.Request) -> web.Response:
        return web.Response(status=403)

    async with elsewhere(serve) as address:
        code, words = await end_of(call, f"{address}a.png?signature=abc")
    assert (code, "403" in words, "signature" in words) == (422, True, False)


async def test_endless_redirects_are_given_up(call: Caller) -> None:
    """A server that sends round in circles costs a few requests."""

    async def serve(request: web.Request) -> web.Response:
        raise web.HTTPFound("/again")

    async with elsewhere(serve) as address:
        code, words = await end_of(call, address)
    assert (code, "redirected" in words) == (422, True)


async def test_a_server_that_is_not_there_is_a_422(call: Caller) -> None:
    """Nobody listens at the address."""
    code, words = await end_of(call, "http://127.0.0.1:9/a.png")
    assert (code, "could not be reached" in words) == (422, True)


async def test_an_upload_that_is_gone_is_a_422(call: Caller) -> None:
    """An own address whose file is not there tells to upload again."""
    code, words = await end_of(call, f"{call.url}/files/gone/a.png")
    assert (code, "upload it again" in words) == (422, True)


async def test_an_image_inside_a_request_is_kept_no_longer_than_its_job(tmp_path: Path) -> None:
    """Data URIs leave nothing behind: not after a result, not after a refusal, not after a full queue."""
    gate, data = tmp_path / "gate", tmp_path / "data"
    with engine(data, "--workers", "1") as running:
        async with caller(running) as call:
            held = await call.submit(f"hold {gate}")
            await call.until(held, "IN_PROGRESS", log="3/81")
            await call.submit("go", end_image_url="data:nonsense")
            body = {"prompt": "go", "start_image_url": INLINE, "end_image_url": INLINE}
            async with call.session.post(f"{call.url}/{ENDPOINT}?fal_max_queue_length=0", json=body) as response:
                assert response.status == 429
            gate.touch()
            await call.until(held, "COMPLETED")
            video = (await call.get(held))[1]["video"]["url"].split("/")[-2]
            assert [path.name for path in (data / "files").iterdir()] == [video]


async def test_a_cancel_ends_a_download(call: Caller) -> None:
    """A request that waits for a slow server can be cancelled."""

    async def serve(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"a")
        asked.append(request_ids[0])
        await call.cancel(request_ids[0])
        return response

    asked: list[str] = []
    request_ids: list[str] = []
    first = await call.submit("go")
    async with elsewhere(serve) as address:
        request_ids.append(first)
        request_ids[0] = await call.submit("go", start_image_url=f"{address}a.png")
        done = await call.until(request_ids[0], "COMPLETED")
    assert asked
    assert done["error_type"] == "client_cancelled"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/a.png",
        "http://localhost:9/a.png",
        "http://[::1]:9/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/a.png",
        "http://[::ffff:10.0.0.1]/a.png",
    ],
)
async def test_an_open_engine_does_not_read_its_private_network(strict: Caller, url: str) -> None:
    """An engine that strangers reach refuses private addresses, in every way to write them."""
    code, words = await end_of(strict, url)
    assert (code, "private network" in words) == (422, True)


async def test_a_redirect_into_the_private_network_is_not_followed(tmp_path: Path) -> None:
    """Each hop is checked: a public server cannot send an open engine to a private address."""
    asked: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPFound(f"http://127.0.0.1:{request.url.port}/secret")

    class Names(AbstractResolver):
        """Knows one public name, and leads it to the test's own server."""

        async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
            assert host == "pictures.example"
            return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

        async def close(self) -> None:
            """Hold nothing."""

    connector = aiohttp.TCPConnector(resolver=Names())
    async with (
        elsewhere(serve) as address,
        aiohttp.ClientSession(connector=connector) as session,
        open_table(tmp_path / "engine.sqlite") as table,
    ):
        files = FileStore(tmp_path / "files", table, max_bytes=1000, keep_s=10)
        inputs = Inputs(files, session, private=False, max_bytes=1000)
        with pytest.raises(BadInput, match="private network"):
            await inputs.fetch(address.replace("127.0.0.1", "pictures.example") + "a.png", tmp_path / "scratch")
    assert asked == ["/a.png"]


async def test_an_address_as_one_number_is_refused(strict: Caller) -> None:
    """127.0.0.1 written as a single number is not taken for a public name."""
    assert (await end_of(strict, "http://2130706433/a.png"))[0] == 422


async def test_an_open_engine_calls_no_private_webhook(strict: Caller) -> None:
    """The same holds for webhooks, already at the submit."""
    async with strict.session.post(
        f"{strict.url}/fal-ai/wan-flf2v?fal_webhook=http://127.0.0.1:9/", json={}
    ) as response:
        assert response.status == 400


async def test_an_open_engine_takes_its_own_uploads(strict: Caller) -> None:
    """The engine's own files are no private network, under whatever name the client calls it."""
    url = await strict.upload(b"frame")
    assert await end_of(strict, url) == (200, "")


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[Caller]:
    """A caller of an engine that listens on every address."""
    with engine(tmp_path / "data", "--workers", "1", "--host", "0.0.0.0", key="key") as running:
        running.url = running.url.replace("0.0.0.0", "127.0.0.1")
        async with caller(running, "key") as opened:
            yield opened
