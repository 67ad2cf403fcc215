"""Storage: every way fal's clients bring a file in, and how it is given out, kept and dropped."""

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.contract.engine.running import Caller, caller, engine, eventually, fetch, gone

MIB = 2**20


async def initiate(call: Caller, tail: str = "", **headers: str) -> dict[str, Any]:
    """Ask for an address to put a file to."""
    body = {"file_name": "../my frame.png", "content_type": "image/png"}
    async with call.session.post(f"{call.url}/storage/upload/initiate{tail}", json=body, headers=headers) as response:
        assert response.status == 200
        told: dict[str, Any] = await response.json()
        return told


async def test_a_file_put_to_its_address_comes_back(call: Caller) -> None:
    """The npm flow: an address is given, the bytes are put without a key, the file is there under a safe name."""
    told = await initiate(call)
    assert (await fetch(told["file_url"]))[0] == 404
    async with aiohttp.ClientSession() as bare, bare.put(told["upload_url"], data=b"frame") as response:
        assert response.status == 200
    assert told["file_url"].endswith("/my_frame.png")
    assert await fetch(told["file_url"]) == (200, b"frame")


async def test_an_upload_address_works_once(call: Caller) -> None:
    """When a file is complete nobody can put other bytes in its place."""
    told = await initiate(call)
    async with aiohttp.ClientSession() as bare:
        for expected in (200, 404):
            async with bare.put(told["upload_url"], data=b"frame") as response:
                assert response.status == expected
        async with bare.put(told["upload_url"].replace("/whole", "x/whole"), data=b"frame") as response:
            assert response.status == 404


async def test_parts_in_any_order_make_the_file(call: Caller) -> None:
    """The npm client's parts: sent last first, one of them twice, put together by number."""
    told = await initiate(call, "-multipart")
    sent = []
    async with aiohttp.ClientSession() as bare:
        for number, data in ((3, b"c"), (1, b"wrong"), (2, b"b" * MIB), (1, b"a")):
            async with bare.put(f"{told['upload_url']}/{number}", data=data) as response:
                sent.append(await response.json())
        body = {"parts": [{"partNumber": part["partNumber"], "etag": part["etag"]} for part in sent]}
        async with bare.post(f"{told['upload_url']}/complete", json=body) as response:
            assert response.status == 200
    assert await fetch(told["file_url"]) == (200, b"a" + b"b" * MIB + b"c")


async def test_a_part_that_never_came_is_told(call: Caller) -> None:
    """Completing with a part that was not sent is refused, and can be mended."""
    told = await initiate(call, "-multipart")
    async with aiohttp.ClientSession() as bare:
        async with bare.put(f"{told['upload_url']}/1", data=b"a") as response:
            assert response.status == 200
        for numbers, expected in (([1, 2], 422), ([], 422), ([1], 200)):
            body = {"parts": [{"partNumber": number, "etag": "x"} for number in numbers]}
            async with bare.post(f"{told['upload_url']}/complete", json=body) as response:
                assert response.status == expected


async def test_pythons_parts_make_the_file(call: Caller) -> None:
    """The Python client's parts: begun at the CDN, each answered with an ETag, completed below the file's address."""
    headers = {"X-Fal-File-Name": "big.png", "Content-Type": "image/png"}
    async with call.session.post(f"{call.url}/files/upload/multipart", headers=headers) as response:
        told = await response.json()
    where = f"{told['access_url']}/multipart/{told['uploadId']}"
    parts = []
    for number in (1, 2):
        async with call.session.put(f"{where}/{number}", data=bytes([64 + number])) as response:
            parts.append({"partNumber": number, "etag": response.headers["ETag"]})
    async with call.session.post(f"{where}/complete", json={"parts": parts}) as response:
        assert response.status == 200
    assert await fetch(told["access_url"]) == (200, b"AB")


async def test_ranges_are_given(call: Caller) -> None:
    """A player can ask for a part of a file."""
    url = await call.upload(b"0123456789", "clip.mp4")
    assert await fetch(url, Range="bytes=2-4") == (206, b"234")


async def test_a_file_cannot_act_in_a_browser(call: Caller) -> None:
    """A page that somebody uploads as a picture keeps its type and runs no script."""
    url = await call.upload(b"<script>", "page.html")
    async with call.session.get(url) as response:
        assert (
            response.headers["Content-Type"],
            response.headers["X-Content-Type-Options"],
            response.headers["Content-Security-Policy"],
        ) == ("image/png", "nosniff", "sandbox")


async def test_names_are_unguessable_and_needed(call: Caller) -> None:
    """Neither a made-up token nor another name gives a file, and no path leads out of the folder."""
    url = await call.upload(b"x", "frame.png")
    assert len(url.split("/")[-2]) >= 32
    for wrong in (url[:-1], url + "x", f"{call.url}/files/x/frame.png", f"{call.url}/files/..%2Fengine.sqlite/x"):
        assert (await fetch(wrong))[0] == 404


async def test_a_file_with_a_short_life_goes(call: Caller) -> None:
    """`X-Fal-Object-Lifecycle` is honoured on both flows: after its seconds the file is not given any more."""
    lifecycle = json.dumps({"expiration_duration_seconds": 0.2})
    headers = {"X-Fal-Object-Lifecycle": lifecycle}
    async with call.session.post(f"{call.url}/files/upload", data=b"x", headers=headers) as response:
        urls = [(await response.json())["access_url"]]
    told = await initiate(call, **headers)
    async with call.session.put(told["upload_url"], data=b"x") as response:
        urls.append(told["file_url"])
    for url in urls:
        await gone(url)


@pytest.mark.parametrize(
    "lifecycle", ["{", "[]", '{"expiration_duration_seconds": -1}', '{"expiration_duration_seconds": "1d"}']
)
async def test_a_wrong_lifecycle_is_refused(call: Caller, lifecycle: str) -> None:
    """A lifecycle that cannot be kept is a 400, not a file that stays too long."""
    headers = {"X-Fal-Object-Lifecycle": lifecycle}
    async with call.session.post(f"{call.url}/files/upload", data=b"x", headers=headers) as response:
        assert response.status == 400


async def test_a_file_past_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    """An upload above the engine's limit is a 413, whether its length was announced or not, and its bytes are gone."""
    data = tmp_path / "data"
    with engine(data, "--max-file-mb", "1") as running:
        async with caller(running) as call:

            async def too_much() -> Any:  # noqa: ANN401 - an async generator of bytes
                for _ in range(20):
                    yield b"x" * (MIB // 10)

            async with call.session.post(f"{call.url}/files/upload", data=too_much()) as response:
                assert response.status == 413
                assert "MiB" in (await response.json())["detail"]
        assert list((data / "files").iterdir()) == []


async def test_old_files_make_room_for_new_ones(tmp_path: Path) -> None:
    """Past the disk limit the oldest finished files go; the newest stay, and so does what a waiting request needs."""
    gate = tmp_path / "gate"
    with engine(tmp_path / "data", "--workers", "1", "--keep-mb", "1", "--sweep-s", "0.05") as running:
        async with caller(running) as call:
            first = await call.submit(f"hold {gate}")
            needed = await call.upload(b"needed")
            waiting = await call.submit("go", start_image_url=needed)
            old, new = [await call.upload(bytes([byte]) * (MIB * 2 // 3)) for byte in range(2)]
            await gone(old)
            assert (await fetch(new))[0] == 200
            gate.touch()
            for request_id in (first, waiting):
                assert "error" not in await call.until(request_id, "COMPLETED")


async def test_what_is_older_than_its_days_goes(tmp_path: Path) -> None:
    """Files and finished requests are dropped when their days are over; here the clock of both is set back."""
    with engine(tmp_path / "data", "--workers", "1", "--sweep-s", "0.05") as running:
        async with caller(running) as call:
            request_id = await call.submit("go")
            await call.until(request_id, "COMPLETED")
            url = (await call.get(request_id))[1]["video"]["url"]
            with contextlib.closing(sqlite3.connect(tmp_path / "data" / "engine.sqlite")) as table, table:
                table.execute("UPDATE jobs SET finished = finished - 8 * 86400")
                table.execute("UPDATE files SET expires = expires - 8 * 86400")
            await gone(url)
            await gone(call.address(request_id, "/status"), Authorization="Key test-key")

            async def empty() -> bool:
                return list((tmp_path / "data" / "files").iterdir()) == []

            await eventually(empty)
