"""Requests that nobody sends by mistake: each gets an answer in fal's shape, none gets a 500."""

import asyncio
import io
import json
import socket
from pathlib import Path

import pytest
from yarl import URL

from engine.inputs import BadInput, check_target, is_public
from tests.contract.engine.running import ENDPOINT, INLINE, Caller, engine

BODY = {"prompt": "go", "start_image_url": INLINE, "end_image_url": INLINE}


@pytest.mark.parametrize(
    "address",
    ["data:image/png;base64,\u00e9", "data:image/png,\ud800", "http://\ud800/"],
)
async def test_an_image_address_beyond_ascii_is_a_422(call: Caller, address: str) -> None:
    """Characters that no address can hold are the image's fault, and its field is named."""
    request_id = await call.submit("go", start_image_url=address)
    await call.until(request_id, "COMPLETED")
    code, body = await call.get(request_id)
    assert (code, body["detail"][0]["loc"]) == (422, ["body", "start_image_url"])


async def test_a_whole_number_with_a_point_is_a_whole_number(call: Caller) -> None:
    """JSON has one kind of number: 81.0 frames are 81, and the result's seed is written as an integer."""
    request_id = await call.submit("go", num_frames=81.0, frames_per_second=5.0, seed=7.0)
    assert "error" not in await call.until(request_id, "COMPLETED")
    async with call.session.get(call.address(request_id)) as response:
        assert '"seed": 7}' in await response.text()


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
async def test_what_is_no_json_number_is_refused(call: Caller, value: str) -> None:
    """Python's reader takes NaN; JSON, and fal, do not."""
    data = json.dumps(BODY).replace('"go"', f'"go", "shift": {value}')
    async with call.session.post(f"{call.url}/{ENDPOINT}", data=data) as response:
        assert (response.status, (await response.json())["detail"][0]["type"]) == (422, "json_invalid")


@pytest.mark.parametrize("path", [f"/{ENDPOINT}", "/storage/upload/initiate"])
async def test_a_body_nested_too_deep_is_refused(call: Caller, path: str) -> None:
    """A hundred thousand brackets are no request."""
    async with call.session.post(call.url + path, data='{"a":' + "[" * 100_000 + "]" * 100_000 + "}") as response:
        assert response.status == 422


async def test_a_body_of_a_million_values_is_refused_unread(call: Caller) -> None:
    """Small values take thirty times their text in memory: a body of them is refused before it is read as JSON."""
    body = io.BytesIO(b'{"prompt": "go", "x": [' + b"[]," * 2**20 + b"1]}")
    async with call.session.post(f"{call.url}/{ENDPOINT}", data=body) as response:
        assert (response.status, (await response.json())["detail"][0]["type"]) == (422, "json_invalid")


async def test_headers_that_no_client_sends_are_refused(call: Caller) -> None:
    """A token of five thousand digits is no token, and a lifecycle of brackets is no lifecycle."""
    address = f"{call.url}/files/upload"
    for token in ("9" * 5000 + ".a", "9" * 11 + ".\udcff"):
        async with call.session.post(address, data=b"x", headers={"Authorization": f"Bearer {token}"}) as response:
            assert response.status == 401
    async with call.session.post(address, data=b"x", headers={"X-Fal-Object-Lifecycle": "[" * 4000}) as response:
        assert response.status == 400


async def test_parts_that_cannot_be_are_refused(call: Caller) -> None:
    """Numbers of parts are checked where they come in the address and where they come in the list."""
    body = {"file_name": "a.png", "content_type": "image/png"}
    async with call.session.post(f"{call.url}/storage/upload/initiate-multipart", json=body) as response:
        upload = (await response.json())["upload_url"]
    for number in ("1" * 4500, "10001", "0"):
        async with call.session.put(f"{upload}/{number}", data=b"x") as response:
            assert response.status == 404
    for listed in ("1e400", "NaN", "-1", '"x"', "null"):
        data = f'{{"parts": [{{"partNumber": {listed}}}]}}'
        async with call.session.post(f"{upload}/complete", data=data) as response:
            assert response.status == 422


async def test_a_crowd_cannot_pass_the_limit_of_the_queue_together(call: Caller, gate: Path) -> None:
    """Twenty submits at one moment that each allow one waiting request: one is taken, the others are told."""
    first = await call.submit(f"hold {gate}")
    await call.until(first, "IN_PROGRESS", log="3/81")

    async def submit() -> int:
        async with call.session.post(f"{call.url}/{ENDPOINT}?fal_max_queue_length=1", json=BODY) as response:
            return response.status

    codes = await asyncio.gather(*(submit() for _ in range(20)))
    gate.touch()
    await call.until(first, "COMPLETED")
    assert sorted(codes) == [200] + [429] * 19


async def test_a_broken_request_leaves_no_secret_in_the_log(tmp_path: Path) -> None:
    """A header line that is not HTTP is refused without being quoted in the log: it may be the key's."""
    with engine(tmp_path / "data") as running:
        host, port = running.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /files/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization : Key hush-hush\r\n\r\n")
        assert b" 400 " in await reader.readline()
        writer.close()
        assert running.stop() == 0
    assert "hush" not in (tmp_path / "data.log").read_text()


@pytest.mark.parametrize(
    "address",
    ["64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "::127.0.0.1", "::ffff:10.0.0.1", "fec0::1", "fe80::1"],
)
def test_a_private_address_inside_another_is_private(address: str) -> None:
    """IPv6 has many ways to carry an IPv4 address through a gateway; the one inside counts."""
    assert not is_public(address)


def test_public_addresses_are_public() -> None:
    """The check refuses no ordinary address of either kind."""
    assert [is_public(address) for address in ("1.1.1.1", "2606:4700::1111", "64:ff9b::101:101")] == [True] * 3


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0", "127.0.0.1.", "0177.0.0.1", "127.000.000.001"])
def test_a_number_that_the_system_takes_for_an_address_is_refused(host: str) -> None:
    """Short and odd spellings of 127.0.0.1 never reach a resolver that could be more generous."""
    assert socket.inet_aton(host.rstrip("."))
    with pytest.raises(BadInput, match="private network"):
        check_target(URL(f"http://{host}/"), private=False)
