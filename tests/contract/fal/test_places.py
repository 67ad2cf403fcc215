"""Only so many jobs have a stream open; the others are asked about now and then, and cost next to nothing."""

import asyncio
import itertools
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace

import pytest

from adapters.fal.credentials import Credentials
from adapters.fal.patience import Patience
from adapters.fal.places import WITH_WEBHOOK, WITHOUT_WEBHOOK, Pace, Places
from adapters.fal.provider import FalProvider
from bot.domain.errors import ProviderUnreachable
from bot.domain.job import Ticket
from bot.domain.progress import InProgress, InQueue
from tests.contract.fal.conftest import FakeTime
from tests.contract.fal.following import DONE, follow, submitted
from tests.twins.fal import FalTwin
from tests.twins.fal_replies import SilentStream
from tests.twins.replies import Answer


@asynccontextmanager
async def paced(fal: FalTwin, patience: Patience, pace: Pace) -> AsyncIterator[FalProvider]:
    """A provider that follows at this pace."""
    own = Credentials("a test", fal.key)
    async with FalProvider(own, fal.url, patience=replace(patience, pace=pace)) as provider:
        yield provider


async def follow_for_ever(provider: FalProvider, ticket: Ticket) -> None:
    """Follow a job that does not end."""
    async for _ in provider.follow(ticket):
        pass


async def test_a_place_that_becomes_free_goes_to_the_job_that_waits_longest(fal: FalTwin, patience: Patience) -> None:
    """One place for three jobs: one stream at a time, and nobody is asked about meanwhile."""
    async with paced(fal, patience, Pace(1, 60, 600)) as provider:
        jobs = [await submitted(fal, provider) for _ in range(3)]
        watches = [asyncio.create_task(follow(provider, ticket, {})) for ticket, _ in jobs]
        for number, (_, job) in enumerate(jobs):
            await fal.until_seen("stream", number + 1)
            assert job.id in fal.requests("stream")[-1].path
            job.finish()
            assert (await watches[number])[-1] == DONE
        fourth, fifth = [(await submitted(fal, provider))[0] for _ in range(2)]
        async with aclosing(provider.follow(fourth)) as updates:
            await anext(updates)
            waiting = asyncio.create_task(follow_for_ever(provider, fifth))
            await submitted(fal, provider)
            assert (fal.counts["stream"], fal.counts["status"]) == (4, 0)
            waiting.cancel()
            await asyncio.wait([waiting])


async def test_a_place_that_comes_too_late_goes_back() -> None:
    """Handed over in the very moment in which its job is given up."""
    places = Places(Pace(1, 60, 600))
    assert places.take()
    waiting = asyncio.create_task(places.wait(60))
    await asyncio.sleep(0)
    places.give_back()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert places.take()


async def test_jobs_that_wait_no_longer_are_not_counted() -> None:
    """Five hundred pauses that are over leave nothing behind: not memory, and not longer pauses for others."""
    places = Places(Pace(0, 1, 1000, per_second=1))
    assert await asyncio.gather(*(places.wait(0) for _ in range(500))) == [False] * 500
    assert max(places.pause(0) for _ in range(100)) <= 1


async def test_a_job_that_nobody_follows_any_more_keeps_no_place(fal: FalTwin, patience: Patience) -> None:
    """Neither one that was followed closely nor one that waited for a place, also when both go at once."""
    async with paced(fal, patience, Pace(1, 60, 600)) as provider:
        jobs = [await submitted(fal, provider) for _ in range(4)]
        watches = [asyncio.create_task(follow(provider, ticket, {})) for ticket, _ in jobs]
        await fal.until_seen("stream", 1)
        for watch in (watches[1], watches[0], watches[2]):
            watch.cancel()
        await asyncio.wait(watches[:3])
        await fal.until_seen("stream", 2)
        jobs[3][1].finish()
        assert (await watches[3])[-1] == DONE
        again, job = await submitted(fal, provider)
        job.finish()
        assert await follow(provider, again, {}) == [DONE]
    assert fal.counts["status"] == 0


async def test_a_watch_that_fails_gives_its_place_back(fal: FalTwin, patience: Patience) -> None:
    """The next job gets it."""
    async with paced(fal, patience, Pace(1, 60, 600)) as provider:
        ticket, job = await submitted(fal, provider)
        fal.script("stream", Answer(401, {"detail": "no"}))
        with suppress(Exception):
            await follow(provider, ticket, {})
        job.finish()
        assert await follow(provider, ticket, {}) == [DONE]
    assert fal.counts["status"] == 0


@pytest.mark.looptime
async def test_without_a_place_the_pauses_grow_from_a_minute_to_ten(fal: FalTwin, patience: Patience) -> None:
    """The webhook tells the end; asking is for what it has missed, and for a card that moves now and then."""
    loop = asyncio.get_running_loop()
    times = [loop.time()]
    async with paced(fal, patience, Pace(0, 60, 600)) as provider:
        ticket, job = await submitted(fal, provider)
        async for _ in provider.follow(ticket):
            times.append(loop.time())
            job.queue(100 - len(times)) if len(times) < 9 else job.finish()
    gaps = [later - sooner for sooner, later in itertools.pairwise(times)]
    for gap, whole in zip(gaps, [60, 120, 240, 480, 600, 600, 600, 600, 600], strict=True):
        assert 0.74 * whole <= gap <= 1.01 * whole
    assert (fal.counts["status"], fal.counts["stream"]) == (9, 0)


@pytest.mark.looptime
async def test_many_jobs_that_begin_to_wait_together_are_not_asked_about_together(
    fal: FalTwin, patience: Patience
) -> None:
    """After a restart the questions are spread: one a second here, and every job has its turn."""
    async with paced(fal, patience, Pace(0, 10, 400, per_second=1)) as provider:
        ticket, _ = await submitted(fal, provider)
        watches = [asyncio.create_task(follow_for_ever(provider, ticket)) for _ in range(200)]
        await asyncio.sleep(11)
        soon = fal.counts["status"]
        await asyncio.sleep(390)
        later = fal.counts["status"]
        for watch in watches:
            watch.cancel()
        await asyncio.wait(watches)
    assert 5 <= soon <= 60
    assert 200 <= later <= 800


@pytest.mark.looptime
async def test_without_a_place_a_provider_that_stays_away_is_found_out(fal: FalTwin, patience: Patience) -> None:
    """One failed question among slow ones is no outage; nothing but failures for ten minutes is."""
    loop = asyncio.get_running_loop()
    own_time = replace(patience, clock=loop.time)
    async with paced(fal, own_time, Pace(0, 60, 600)) as provider:
        ticket, _ = await submitted(fal, provider)
        fal.script("status", *[Answer(202, {"status": "IN_QUEUE", "queue_position": 1})] * 5, Answer(502, "<html>"))
        fal.script("status", Answer(202, {"status": "IN_PROGRESS"}), *[Answer(502, "<html>")] * 9)
        updates = provider.follow(ticket)
        assert [await anext(updates), await anext(updates)] == [InQueue(1), InProgress(())]
        with pytest.raises(ProviderUnreachable):
            await anext(updates)
    assert 9 <= fal.counts["status"] <= 10


async def test_a_quiet_stream_that_breaks_is_no_outage(fal: FalTwin, provider: FalProvider, time: FakeTime) -> None:
    """A queue may have no news for an hour; only failures count."""
    ticket, job = await submitted(fal, provider)
    fal.script("stream", SilentStream(1))

    def an_hour_later() -> None:
        time.now += 3600
        job.finish()

    assert await follow(provider, ticket, {InQueue(0): an_hour_later}) == [InQueue(0), DONE]


async def test_a_thousand_jobs_without_a_place_cost_little(fal: FalTwin, patience: Patience) -> None:
    """8 KB each, the task that waits included, and not one request."""
    async with paced(fal, patience, Pace(0, 60, 600)) as provider:
        ticket, _ = await submitted(fal, provider)
        first = asyncio.create_task(follow_for_ever(provider, ticket))
        await asyncio.sleep(0)
        tracemalloc.start()
        watches = [asyncio.create_task(follow_for_ever(provider, ticket)) for _ in range(1000)]
        await asyncio.sleep(0)
        used, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        for watch in (first, *watches):
            watch.cancel()
        await asyncio.gather(first, *watches, return_exceptions=True)
    assert used / 1000 < 8_000
    assert (fal.counts["status"], fal.counts["stream"]) == (0, 0)


def test_a_bot_that_is_called_back_keeps_few_streams_open() -> None:
    """Five hundred with a webhook, two thousand without one, where the end has to be found by asking."""
    assert Pace(500, 60, 3600, per_second=3) == WITH_WEBHOOK
    assert Pace(2000, 5, 30) == WITHOUT_WEBHOOK
