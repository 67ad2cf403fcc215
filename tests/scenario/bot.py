"""A running bot, started as its operator starts it, and its local channel as a program on the same machine uses it."""

import asyncio
import json
import re
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.scenario.tweenbot import EXAMPLES, PATIENCE, Running, started

READY = re.compile(r"^tweenbot ready on (http://\S+) ")


def free_port() -> int:
    """Return a port of loopback that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Bot:
    """A running bot; ``process`` is the program itself."""

    def __init__(self, process: Running, http: aiohttp.ClientSession) -> None:
        self.process = process
        self.url = ""
        self.killed = False
        self._http = http

    async def ready(self) -> None:
        """Wait until it says where it listens."""
        await self.process.until("tweenbot ready on ")
        match = READY.match(self.process.lines[-1])
        assert match is not None, self.process.lines
        self.url = match[1]

    async def kill(self) -> None:
        """End it without a word, as a loss of power does."""
        self.killed = True
        self.process.interrupt(signal.SIGKILL)
        await self.process.end()

    async def send(self, key: str = "k1", **options: object) -> tuple[int, Any]:
        """Send the example frames as a job; return the status and the answer."""
        form = aiohttp.FormData()
        for name, file in (("start", "first.png"), ("end", "last.png")):
            form.add_field(name, (EXAMPLES / file).read_bytes(), filename=file, content_type="image/png")
        for name, value in {"prompt": "dusk falls", "resolution": "480p", **options}.items():
            form.add_field(name, str(value))
        headers = {"Idempotency-Key": key}
        async with self._http.post(f"{self.url}/v1/tweens", data=form, headers=headers) as answer:
            return answer.status, await answer.json()

    async def accepted(self, key: str = "k1", **options: object) -> str:
        """Send a job that must be accepted, and return its id."""
        status, job = await self.send(key, **options)
        assert status == 202, job
        return str(job["id"])

    async def job(self, job_id: str) -> Any:  # noqa: ANN401  # JSON
        """Return a job as it stands."""
        async with self._http.get(f"{self.url}/v1/tweens/{job_id}") as answer:
            return await answer.json()

    async def listed(self) -> Any:  # noqa: ANN401  # JSON
        """Return the newest jobs."""
        async with self._http.get(f"{self.url}/v1/tweens") as answer:
            return (await answer.json())["tweens"]

    async def health(self) -> Any:  # noqa: ANN401  # JSON
        """Return what it says of itself."""
        async with self._http.get(f"{self.url}/healthz") as answer:
            return await answer.json()

    async def act(self, job_id: str, action: str) -> Any:  # noqa: ANN401  # JSON
        """Press a button."""
        async with self._http.post(f"{self.url}/v1/tweens/{job_id}/{action}") as answer:
            return await answer.json()

    async def video(self, job_id: str) -> bytes:
        """Return the video."""
        async with self._http.get(f"{self.url}/v1/tweens/{job_id}/video") as answer:
            assert answer.status == 200
            return await answer.read()

    async def until(self, job_id: str, **wanted: object) -> Any:  # noqa: ANN401  # JSON
        """Follow a job's events until it, or its card, has these values; return it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                async for job in self._events(job_id):
                    if all({**job["card"], **job}.get(name) == value for name, value in wanted.items()):
                        return job
                    assert not job["final"], job

    async def _events(self, job_id: str) -> AsyncIterator[Any]:
        async with self._http.get(f"{self.url}/v1/tweens/{job_id}/events") as answer:
            async for line in answer.content:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])


@asynccontextmanager
async def running(folder: Path, env: Mapping[str, str], *arguments: str, port: int = 0) -> AsyncIterator[Bot]:
    """Run a bot in a folder; whatever happens, it is gone afterwards."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with (
        started(folder, "run", *arguments, env={**env, "TWEENBOT_HTTP_PORT": str(port)}) as process,
        aiohttp.ClientSession(timeout=timeout) as http,
    ):
        bot = Bot(process, http)
        await bot.ready()
        yield bot
