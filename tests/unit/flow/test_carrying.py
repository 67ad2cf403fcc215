"""A process carries its jobs: what goes wrong beside a job's own steps loses none of them."""

import asyncio
from typing import cast

import pytest

from bot.domain.budget import Allowance
from bot.domain.card import Card
from bot.domain.job import Delivered, Job
from bot.flow.run import Exit
from bot.flow.runner import Runner
from bot.ports import PARKED, Attachments, StagedFiles, Terms
from tests.fakes import FakeChannel, FakeFiles
from tests.fakes_store import MemoryStore
from tests.unit.flow.staged import Stage
from tests.unit.flow.world import NoStagedFiles

TERMS = Terms(9, 9, 9, waiting=9, waiting_per_author=9, allowance=Allowance())


class BrokenChannel(FakeChannel):
    """A channel whose adapter has a fault."""

    async def show(self, card: Card) -> None:
        """Fail in a way that no contract knows."""
        raise KeyError("channel")


class OnePlatform:
    """A platform with one channel."""

    name = "test"

    def __init__(self, channel: FakeChannel) -> None:
        self._channel = channel

    @property
    def attachments(self) -> Attachments:
        """Images of the size that their locator names."""
        return FakeFiles()

    def channel(self, job: Job) -> FakeChannel:
        """Open the one channel."""
        return self._channel


def runner(stage: Stage, store: MemoryStore, channel: FakeChannel) -> Runner:
    """Return what carries the jobs of that store."""
    staged_files = cast("StagedFiles", NoStagedFiles())
    return Runner(store, stage.kit(), {"test": OnePlatform(channel)}, staged_files, Exit())


async def carried(runner: Runner, job_id: str) -> None:
    """Carry a job to its end."""
    while (state := await runner.advance(job_id)) is not None:
        if state == PARKED:
            await asyncio.sleep(0)


async def test_a_card_that_cannot_be_shown_holds_no_job(stage: Stage) -> None:
    """A fault in the platform's adapter: the video comes all the same, and the job is let go."""
    store = MemoryStore()
    job = await store.accept(stage.job(), TERMS)
    channel = BrokenChannel()
    carrying = runner(stage, store, channel)
    async with asyncio.timeout(10):
        await carried(carrying, job.id)
    assert channel.videos == [b"mp4"]
    row = store.table.rows[job.id]
    assert (isinstance(row.job.state, Delivered), row.concluded, carrying.carried) == (True, True, 0)


async def test_a_job_that_is_driven_twice_takes_turns(stage: Stage) -> None:
    """A second workflow for it in the same process sends nothing a second time, and posts nothing."""
    store = MemoryStore()
    job = await store.accept(stage.job(), TERMS)
    channel = FakeChannel()
    carrying = runner(stage, store, channel)
    async with asyncio.timeout(10):
        driving = [asyncio.create_task(carried(carrying, job.id)) for _ in range(2)]
        await asyncio.gather(*driving)
    assert stage.provider.asked.count("submit fal-ai/wan-flf2v") == 1
    assert channel.videos == [b"mp4"]


async def test_a_job_of_a_platform_that_is_not_configured_is_kept(stage: Stage) -> None:
    """Somebody has taken the token out: nothing is sent, nothing is ended, and it goes on once the token is back."""
    store = MemoryStore()
    job = await store.accept(stage.job(), TERMS)
    without = Runner(store, stage.kit(), {}, cast("StagedFiles", NoStagedFiles()), Exit())
    with pytest.raises(LookupError, match="test is not configured"):
        await without.advance(job.id)
    assert (stage.provider.asked, store.table.rows[job.id].job.is_final, without.carried) == ([], False, 0)
    channel = FakeChannel()
    async with asyncio.timeout(10):
        await carried(runner(stage, store, channel), job.id)
    assert channel.videos == [b"mp4"]
