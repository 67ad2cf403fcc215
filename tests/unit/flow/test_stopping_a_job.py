"""A stop tells the truth: what was stopped, what comes anyway, and what it may have cost."""

import asyncio

import pytest

from bot.domain.card import Tone
from bot.domain.errors import (
    Charge,
    ProviderUnreachable,
    TookTooLong,
)
from bot.domain.job import Cancelled, Delivered, Failed, Job
from bot.domain.progress import Completed, InProgress, InQueue
from bot.ports import CancelAnswer
from tests.unit.flow.staged import Stage


async def test_a_stop_before_the_submit_sends_nothing(stage: Stage) -> None:
    """Stopped while the images are prepared: free, and said so."""
    stage.signals.stop()
    job = await stage.run()
    assert job.state == Cancelled(Charge.NONE)
    assert "submit fal-ai/wan-flf2v" not in stage.provider.asked
    assert stage.last_words() == (Tone.CANCELLED, "Nothing was charged.")


@pytest.mark.parametrize(
    ("before", "charge", "says"),
    [
        (InQueue(3), Charge.NONE, "Nothing was charged."),
        (InProgress(("2/30",)), Charge.POSSIBLE, "It may have been running already, so it may have been charged."),
    ],
)
async def test_a_stop_tells_the_truth_about_the_bill(
    stage: Stage, before: InQueue | InProgress, charge: Charge, says: str
) -> None:
    """Free in the queue; perhaps billed once it was running."""
    stage.provider.updates = [before, asyncio.Event(), Completed()]
    job = await run_and_stop(stage, before)
    assert job.state == Cancelled(charge)
    assert stage.provider.asked[-1] == "cancel r1"
    assert stage.last_words() == (Tone.CANCELLED, says)


async def run_and_stop(stage: Stage, seen: InQueue | InProgress) -> Job:
    """Stop the job once its card shows this update."""
    async with asyncio.TaskGroup() as group:
        running = group.create_task(stage.run())
        wanted = "Next in the queue" if seen == InQueue(0) else "3 before" if isinstance(seen, InQueue) else "Step 2/30"
        await stage.channel.until(lambda card: wanted in card.status)
        stage.signals.stop()
    return running.result()


@pytest.mark.parametrize("seen", [[InQueue(0)], []])
async def test_a_job_that_may_have_begun_before_the_stop_arrived_may_have_been_charged(
    stage: Stage, seen: list[InQueue]
) -> None:
    """It is asked to stop in the queue, or before anything is known of it, and is seen to run before it ends."""
    stage.provider.updates = [*seen, asyncio.Event(), InProgress(("2/30",)), Completed()]
    if seen:
        job = await run_and_stop(stage, seen[0])
    else:
        stage.provider.during_submit = stage.signals.stop
        job = await stage.run()
    assert job.state == Cancelled(Charge.POSSIBLE)


async def test_nothing_is_claimed_of_a_job_that_was_never_seen_in_the_queue(stage: Stage) -> None:
    """Stopped while it was being submitted, and nothing but its end is ever heard of it: it may have run."""
    stage.provider.updates = [asyncio.Event(), Completed()]
    stage.provider.during_submit = stage.signals.stop
    assert (await stage.run()).state == Cancelled(Charge.POSSIBLE)


async def test_a_stop_that_the_provider_does_not_hear_is_told(stage: Stage) -> None:
    """Whoever asked to stop must know that the job goes on, and costs what it costs."""
    gate = asyncio.Event()
    stage.provider.updates = [InQueue(0), gate, Completed()]
    stage.provider.cancel_answer = ProviderUnreachable()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(run_and_stop(stage, InQueue(0)))
        await stage.channel.until(lambda card: "so the job goes on" in " ".join(card.notices))
        gate.set()
    assert isinstance(running.result().state, Delivered)


async def test_a_stop_that_comes_too_late_still_brings_the_video(stage: Stage) -> None:
    """What was paid for is delivered."""
    gate = asyncio.Event()
    stage.provider.updates = [InQueue(0), gate, Completed()]
    stage.provider.cancel_answer = CancelAnswer.TOO_LATE
    async with asyncio.TaskGroup() as group:
        running = group.create_task(run_and_stop(stage, InQueue(0)))
        await stage.channel.until(lambda card: "Too late to stop it" in " ".join(card.notices))
        gate.set()
    assert isinstance(running.result().state, Delivered)
    assert stage.channel.videos == [b"mp4"]


@pytest.mark.looptime
async def test_a_stop_that_is_never_confirmed_may_have_been_charged(stage: Stage) -> None:
    """Asked to stop in the queue, and then silence: nobody knows whether it ran."""
    stage.provider.updates = [InQueue(0), asyncio.Event()]
    stage.provider.cancel_answer = CancelAnswer.NOT_FOUND
    stage.limit(deadline=60.0)
    job = await run_and_stop(stage, InQueue(0))
    assert isinstance(job.state, Failed)
    assert isinstance(job.state.error, TookTooLong)
    assert job.state.error.charge is Charge.POSSIBLE


@pytest.mark.looptime
async def test_a_stop_that_is_not_granted_does_not_put_the_deadline_off(stage: Stage) -> None:
    """Asked after 40 of 60 s, and not found: 20 s remain, as before."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    stage.provider.updates = [InQueue(0), asyncio.Event()]
    stage.provider.cancel_answer = CancelAnswer.NOT_FOUND
    stage.limit(deadline=60.0)
    loop.call_later(40, stage.signals.stop)
    job = await stage.run()
    assert isinstance(job.state, Failed)
    assert loop.time() - began == pytest.approx(60, abs=1)
