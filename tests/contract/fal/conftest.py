"""What the tests of the fal room share: a twin, a provider on it, and a clock that nobody waits for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from adapters.fal.credentials import Credentials
from adapters.fal.patience import Patience
from adapters.fal.provider import FalProvider
from bot.domain.model import Value
from tests.twins.fal import FalTwin

ENDPOINT = "fal-ai/wan-flf2v"
ARGUMENTS: dict[str, Value] = {
    "prompt": "the door opens",
    "start_image_url": "https://v3.fal.media/files/start.png",
    "end_image_url": "https://v3.fal.media/files/end.png",
}


@dataclass
class FakeTime:
    """A clock that jumps ahead when somebody sleeps, and remembers for how long."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """Let everyone else have a turn, and be later."""
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def clock(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def patience(time: FakeTime) -> Patience:
    """Short limits on what really takes time, fal's own on what is only counted."""
    return Patience(connect=0.3, answer=1, submit=1, upload=3, silence=0.3, sleep=time.sleep, clock=time.clock)


@pytest.fixture
async def fal() -> AsyncIterator[FalTwin]:
    async with FalTwin() as twin:
        yield twin


@pytest.fixture
async def foreign() -> AsyncIterator[FalTwin]:
    """Another server, which is not fal: nothing of ours may reach it with a key."""
    twin = FalTwin()
    await twin.start()
    yield twin
    await twin.close()
    assert [seen for seen in twin.seen if "Authorization" in seen.headers] == []


@pytest.fixture
async def provider(fal: FalTwin, patience: Patience) -> AsyncIterator[FalProvider]:
    async with FalProvider(Credentials("a test", fal.key), fal.url, patience=patience) as opened:
        yield opened
