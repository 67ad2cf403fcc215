"""Uploads that overlap, pile up or outlive their file: a file is whole or not there, and the disk has an end."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from tests.contract.engine.running import Caller, caller, engine, eventually, fetch, gone

MIB = 2**20


async def begun(call: Caller, tail: str = "") -> tuple[str, str]:
    """Begin an upload, and return where its bytes go and where the file will be."""
    body = {"file_name": "a.png", "content_type": "image/png"}
    async with call.session.post(f"{call.url}/storage/upload/initiate{tail}", json=body) as response:
        told = await response.json()
        return told["upload_url"], told["file_url"]


async def test_a_slow_upload_cannot_change_a_finished_file(tmp_path: Path) -> None:
    """Two clients put to one address: the first that is whole is the file, and what the other still sends is lost."""
    data = tmp_path / "data"
    with engine(data) as running:
        async with caller(running) as call:
            where, address = await begun(call)
            go_on = asyncio.Event()

            async def slowly() -> AsyncIterator[bytes]:
                yield b"slow" * MIB
                await go_on.wait()
                yield b"slow" * MIB

            async with asyncio.TaskGroup() as group, aiohttp.ClientSession() as bare:

                async def put_slowly() -> int:
                    async with bare.put(where, data=slowly()) as response:
                        return response.status

                slow = group.create_task(put_slowly())

                async def arrives() -> bool:
                    return any(path.stat().st_size for path in (data / "files").iterdir())

                await eventually(arrives)
                async with bare.put(where, data=b"quick") as response:
                    assert response.status == 200
                assert await fetch(address) == (200, b"quick")
                go_on.set()
                assert await slow == 404
            assert await fetch(address) == (200, b"quick")
            assert len(list((data / "files").iterdir())) == 1


async def test_parts_together_may_be_no_larger_than_a_file(tmp_path: Path) -> None:
    """Ten thousand parts, each below the limit, cannot fill the disk: the one that is too much is refused."""
    data = tmp_path / "data"
    with engine(data, "--max-file-mb", "1") as running:
        async with caller(running) as call, aiohttp.ClientSession() as bare:
            where, _ = await begun(call, "-multipart")
            for number, expected in ((1, 200), (2, 413), (1, 200), (13, 413)):
                async with bare.put(f"{where}/{number}", data=b"x" * (MIB * 2 // 3)) as response:
                    assert response.status == expected
        assert sum(path.stat().st_size for path in (data / "files").iterdir()) < MIB


async def test_an_upload_that_a_waiting_request_needs_outlives_its_time(tmp_path: Path, gate: Path) -> None:
    """A file whose time ends while its request waits is not given out any more, but the request still has it."""
    headers = {"X-Fal-Object-Lifecycle": json.dumps({"expiration_duration_seconds": 0.5})}
    with engine(tmp_path / "data", "--workers", "1", "--sweep-s", "0.05") as running:
        async with caller(running) as call:
            first = await call.submit(f"hold {gate}")
            await call.until(first, "IN_PROGRESS", log="3/81")
            async with call.session.post(f"{call.url}/files/upload", data=b"x", headers=headers) as response:
                url = (await response.json())["access_url"]
            waiting = await call.submit("go", start_image_url=url)
            await gone(url)
            gate.touch()
            assert "error" not in await call.until(waiting, "COMPLETED")
