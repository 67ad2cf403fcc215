"""A running engine and a plain caller: what the tests of the protocol stand on.

The engine is a real process on a real port; the caller knows HTTP and nothing of the engine's code.
"""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

import aiohttp

ROOT = Path(__file__).parents[3]
ENDPOINT = "fal-ai/wan-flf2v"
QUICK = "tests.contract.engine.quick_render:render"
READY = "engine ready on "
DEADLINE_S = 60


@dataclass
class EngineProcess:
    """An engine started by a test, told where it may write."""

    process: subprocess.Popen[bytes]
    url: str
    data_dir: Path

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(DEADLINE_S)

    def stop(self) -> int:
        """Ask it to leave, and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE_S)

    @property
    def rendered(self) -> list[str]:
        """The prompts that were rendered, in order."""
        told = self.data_dir / "rendered.txt"
        return told.read_text().splitlines() if told.exists() else []


def environment(**more: str) -> dict[str, str]:
    """Return a clean environment: no key and no proxy of the machine may change a test."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {**kept, "NO_PROXY": "*", "PYTHONPATH": str(ROOT), **more}


@contextmanager
def engine(
    data_dir: Path, *options: str, renderer: str = QUICK, key: str | None = None, **variables: str
) -> Iterator[EngineProcess]:
    """Start an engine, wait for its ready line, and see it gone at the end."""
    command = [sys.executable, "-m", "engine", "--port", "0", "--data-dir", str(data_dir), "--renderer", renderer]
    env = environment(**variables) if key is None else environment(TWEENBOT_ENGINE_KEY=key, **variables)
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    with (
        data_dir.with_suffix(".log").open("ab") as log,
        subprocess.Popen([*command, *options], cwd=ROOT, env=env, stdin=PIPE, stdout=PIPE, stderr=log) as process,
    ):
        try:
            yield EngineProcess(process, _wait_until_ready(process), data_dir)
        finally:
            process.kill()
            process.wait(DEADLINE_S)


def _wait_until_ready(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], DEADLINE_S)
    assert readable, "the engine said nothing"
    line = process.stdout.readline().decode()
    assert line.startswith(READY), line
    return line.removeprefix(READY).strip()


@dataclass
class Caller:
    """A client of the queue that sees statuses, headers and bodies as they are."""

    session: aiohttp.ClientSession
    url: str

    def address(self, request_id: str, tail: str = "") -> str:
        """Return the address of a request."""
        return f"{self.url}/{ENDPOINT}/requests/{request_id}{tail}"

    async def upload(self, data: bytes, name: str = "frame.png") -> str:
        """Upload a file as fal's CDN takes it."""
        headers = {"X-Fal-File-Name": name, "Content-Type": "image/png"}
        async with self.session.post(f"{self.url}/files/upload", data=data, headers=headers) as response:
            assert response.status == 200, await response.text()
            url: str = (await response.json())["access_url"]
            return url

    async def submit(self, prompt: str, query: dict[str, str] | None = None, /, **fields: object) -> str:
        """Submit a request with two small inline images, and return its id."""
        body = {"prompt": prompt, "start_image_url": INLINE, "end_image_url": INLINE, **fields}
        async with self.session.post(f"{self.url}/{ENDPOINT}", params=query, json=body) as response:
            assert response.status == 200, await response.text()
            request_id: str = (await response.json())["request_id"]
            return request_id

    async def get(self, request_id: str, tail: str = "") -> tuple[int, dict[str, Any]]:
        """Read a request's status or result."""
        async with self.session.get(self.address(request_id, tail)) as response:
            return response.status, await response.json()

    async def cancel(self, request_id: str) -> tuple[int, dict[str, Any]]:
        """Cancel a request."""
        async with self.session.put(self.address(request_id, "/cancel")) as response:
            return response.status, await response.json()

    async def events(self, request_id: str) -> AsyncGenerator[dict[str, Any], None]:
        """Follow a request's stream with its logs."""
        async with self.session.get(self.address(request_id, "/status/stream?logs=1")) as response:
            assert response.status == 200
            async for line in response.content:
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))

    async def until(self, request_id: str, status: str, log: str | None = None) -> dict[str, Any]:
        """Follow a request until it has a status, and a log line where one is named."""
        events = self.events(request_id)
        try:
            async for event in events:
                if event["status"] == status and (log is None or log in messages(event)):
                    return event
        finally:
            await events.aclose()
        raise AssertionError(f"the stream ended before {status} {log}")


def messages(event: dict[str, Any]) -> list[str]:
    """Return the messages of an event's log lines."""
    return [line["message"] for line in event["logs"] or []]


@asynccontextmanager
async def caller(running: EngineProcess, key: str = "test-key") -> AsyncIterator[Caller]:
    """Open a caller with a key."""
    headers = {"Authorization": f"Key {key}"}
    timeout = aiohttp.ClientTimeout(total=DEADLINE_S)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        yield Caller(session, running.url)


async def fetch(url: str, **headers: str) -> tuple[int, bytes]:
    """Fetch an address with nothing but the given headers."""
    async with aiohttp.ClientSession() as bare, bare.get(url, headers=headers) as response:
        return response.status, await response.read()


async def gone(url: str, **headers: str) -> None:
    """Wait until an address answers 404."""

    async def missing() -> bool:
        return (await fetch(url, **headers))[0] == 404

    await eventually(missing)


async def eventually(true: Callable[[], Awaitable[bool]]) -> None:
    """Ask until something is true; raise TimeoutError when it does not become so."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            if await true():
                return
            await asyncio.sleep(0.02)


INLINE = "data:image/png;base64,aGVsbG8="
