"""The check that the docs show to its readers works, as it stands there."""

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.links.addresses import ANYWHERE
from adapters.links.fetch import GuardedLinks
from adapters.moderation.check import Operators
from adapters.moderation.moderator import WebModerator
from bot.domain.errors import CheckAway, Moderated
from bot.domain.job import Job
from bot.domain.server import Rules
from tests.contract.moderation.conftest import Bench
from tests.scenario.bot import free_port

DOCS = Path(__file__).parents[3] / "docs" / "running.md"
SECRET = "a secret of sixteen characters"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Run the example."""
    code = re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert code is not None
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code[1], env={"SECRET": SECRET, "PORT": str(port)}, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        for _ in range(400):
            if await _listens(port):
                break
            await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def about(job: Job, prompt: str) -> Job:
    """Return a job with another prompt."""
    return replace(job, request=replace(job.request, prompt=prompt))


async def test_the_example_lets_through_what_is_signed_and_without_clowns(bench: Bench, url: str) -> None:
    """Within the time that the bot's own clock tells; whoever has not the secret gets no answer that counts."""
    async with GuardedLinks(ANYWHERE) as links:
        ours = WebModerator(Operators(links, url, SECRET), links, time.time)
        await ours.check_frames(Rules(), bench.job, bench.frames)
        with pytest.raises(Moderated) as refused:
            await ours.check_frames(Rules(), about(bench.job, "a clown juggles"), bench.frames)
        assert refused.value.said == "No clowns."
        for stranger in (
            WebModerator(Operators(links, url, "another secret altogether"), links, time.time),
            WebModerator(Operators(links, url, SECRET), links, lambda: time.time() - 3600),
        ):
            with pytest.raises(CheckAway):
                await stranger.check_frames(Rules(), bench.job, bench.frames)
