"""The HTTP server under every route."""

import asyncio
import contextlib
import logging
import socket

import aiohttp
import pytest
from aiohttp import web

from adapters.web.server import Address, Health, serve
from bot.domain.errors import CannotListen
from bot.wording.refusals import explain


async def _healthy() -> Health:
    return Health(draining=False, carried=3, store=True)


async def _draining() -> Health:
    return Health(draining=True, carried=0, store=False)


async def test_a_port_that_is_taken_is_named_with_its_setting() -> None:
    """The operator reads which port it is, and which setting moves it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen) as caught:
            async with serve([], Address(port=port), _healthy):
                pass
    assert f"port {port}" in explain(caught.value)
    assert "TWEENBOT_HTTP_PORT" in explain(caught.value)


@pytest.mark.parametrize("address", [Address("no.such.name.invalid"), Address("203.0.113.1")])
async def test_an_address_that_is_none_is_named(address: Address) -> None:
    """A host that this machine is not is the operator's to mend, too."""
    with pytest.raises(CannotListen):
        async with serve([], address, _healthy):
            pass


async def test_health_tells_how_the_process_is() -> None:
    """What a supervisor asks for, with headers that let no page do anything with it."""
    async with aiohttp.ClientSession() as http:
        async with serve([], Address(), _healthy) as here, http.get(f"{here.url}/healthz") as response:
            assert await response.json() == {"status": "ok", "jobs": 3, "store": "ok"}
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Server"] == "tweenbot"
        async with serve([], Address(), _draining) as here, http.get(f"{here.url}/healthz") as response:
            assert await response.json() == {"status": "draining", "jobs": 0, "store": "away"}


async def test_a_webhook_is_served_by_any_name_and_its_path_is_in_no_log(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The path holds a job's secret: not even a fault of ours or a broken request writes it down."""

    async def broken(_: web.Request) -> web.Response:
        raise RuntimeError("a fault of ours")

    caplog.set_level(logging.DEBUG)
    routes = [web.post("/fal/webhook/{token}", broken)]
    async with serve(routes, Address(), _healthy) as here, aiohttp.ClientSession() as http:
        async with http.post(f"{here.url}/fal/webhook/s3cret", headers={"Host": "any.example"}) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (500, "defect")
        reader, writer = await asyncio.open_connection(here.host, here.port)
        writer.write(b"POST /fal/webhook/s3cret HTTP/1.1\r\nHost: x\r\nContent-Length: s3cret\r\n\r\n")
        assert b" 400 " in await reader.readline()
        writer.close()
        await writer.wait_closed()
    written = caplog.text + "".join(capsys.readouterr())
    assert "RuntimeError" in written
    assert "s3cret" not in written


async def test_what_is_not_there_is_told_in_json() -> None:
    """Unknown paths, and known ones by the wrong method."""
    async with serve([], Address(), _healthy) as here, aiohttp.ClientSession() as http:
        async with http.get(f"{here.url}/nothing") as response:
            assert (response.status, (await response.json())["error"]["message"]) == (404, "Not Found.")
        async with http.post(f"{here.url}/healthz") as response:
            assert (response.status, response.headers["Allow"]) == (405, "GET,HEAD")


async def test_a_request_in_hand_is_answered_before_the_end() -> None:
    """What was begun is finished, within bounds, when the bot is told to stop."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        begun.set()
        await go_on.wait()
        return web.json_response({})

    async with aiohttp.ClientSession() as http:
        async with serve([web.get("/slow", slow)], Address(), _healthy) as here:
            asking = asyncio.create_task(http.get(f"{here.url}/slow"))
            await begun.wait()
            asyncio.get_running_loop().call_soon(go_on.set)
        async with await asking as response:
            assert response.status == 200


async def test_a_server_whose_routes_ask_for_a_token_goes_by_any_name() -> None:
    """A container is reached by names that it does not know; what leads there by DNS rebinding has no token."""
    async with aiohttp.ClientSession() as http:
        for address, status in ((Address(), 421), (Address(any_host=True), 200)):
            async with (
                serve([], address, _healthy) as here,
                http.get(f"{here.url}/healthz", headers={"Host": "nas.home:8080"}) as response,
            ):
                assert response.status == status


@pytest.mark.looptime
@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-More: "])
async def test_whoever_asks_nothing_is_hung_up_on(said: bytes) -> None:
    """A connection that is left, or asks drop by drop, takes one of the files that may be open: not for long."""
    async with serve([], Address(), _healthy) as here:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        with contextlib.closing(writer):
            writer.write(said)
            for _ in range(9):
                await asyncio.sleep(10)
                writer.write(said and b"x")
            async with asyncio.timeout(1):
                assert await reader.read() == b""
