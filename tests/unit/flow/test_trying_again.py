"""What surely did not happen is tried again, in time; what may have happened is not."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import (
    ChannelBusy,
    Charge,
    ContentRefused,
    CredentialsRefused,
    NotHandedOver,
    PostUnclear,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
)
from bot.domain.job import Cancelled, Delivered, Failed
from bot.domain.progress import Completed, InQueue
from bot.flow.tween import tween
from tests.unit.flow.staged import Stage


def count(stage: Stage, call: str) -> int:
    """Return how often something was asked for."""
    return sum(asked.startswith(call) for asked in stage.provider.asked)


@pytest.mark.looptime
async def test_a_full_queue_is_waited_for_as_long_as_it_asks(stage: Stage) -> None:
    """429 with Retry-After 30 proves that nothing was taken: the second request goes out 30 s later."""
    stage.limit(patience=600)
    stage.provider.refusals = [ProviderBusy(30.0)]
    job = await stage.run()
    assert isinstance(job.state, Delivered)
    assert count(stage, "submit") == 2
    assert asyncio.get_running_loop().time() == pytest.approx(30, abs=1)


@pytest.mark.looptime
async def test_the_pauses_grow_until_the_patience_is_over(stage: Stage) -> None:
    """1, 2, 4, 8, 16 s: the sixth refusal would be waited for beyond the 50 s, and is the end."""
    stage.limit(patience=50)
    stage.provider.refusals = [ProviderUnreachable() for _ in range(20)]
    job = await stage.run()
    assert isinstance(job.state, Failed)
    assert job.state.error.charge is Charge.NONE
    assert count(stage, "submit") == 6
    assert asyncio.get_running_loop().time() == pytest.approx(31, abs=1)


@pytest.mark.looptime
async def test_an_upload_is_tried_again_too(stage: Stage) -> None:
    """It costs nothing."""
    stage.limit(patience=60)
    stage.provider.upload_refusals = [ProviderFailed("HTTP 502"), ProviderUnreachable()]
    assert isinstance((await stage.run()).state, Delivered)


async def test_what_its_author_must_mend_is_not_tried_again(stage: Stage) -> None:
    """The same prompt would be refused again."""
    stage.limit(patience=600)
    stage.provider.refusals = [ContentRefused("prompt")]
    assert isinstance((await stage.run()).state, Failed)
    assert count(stage, "submit") == 1


@pytest.mark.looptime
async def test_a_stop_during_a_pause_ends_it_free(stage: Stage) -> None:
    """Nothing was taken yet, and nothing is sent any more."""
    stage.limit(patience=600)
    stage.provider.refusals = [ProviderBusy(300.0)]
    asyncio.get_running_loop().call_later(10, stage.signals.stop)
    job = await stage.run()
    assert job.state == Cancelled(Charge.NONE)
    assert count(stage, "submit") == 1
    assert asyncio.get_running_loop().time() == pytest.approx(10, abs=1)


@pytest.mark.looptime
async def test_every_attempt_has_a_secret_of_its_own(stage: Stage) -> None:
    """A webhook of another attempt cannot speak for this one."""
    stage.webhooks = True
    stage.limit(patience=600)
    stage.provider.refusals = [ProviderBusy()]
    await stage.run()
    first, second = stage.provider.tokens
    assert first
    assert second
    assert first != second
    assert min(len(first), len(second)) >= 43


@pytest.mark.looptime
async def test_a_refused_request_that_comes_home_is_not_sent_again(stage: Stage) -> None:
    """A proxy said 429 for what the provider had taken: its webhook is believed, and nobody pays twice."""
    stage.limit(patience=600, reconcile=600)
    stage.provider.refusals = [ProviderBusy(30.0)]
    asyncio.get_running_loop().call_later(10, stage.signals.arrive, "r9")
    job = await stage.run()
    assert isinstance(job.state, Delivered)
    assert job.request_id == "r9"
    assert count(stage, "submit") == 1


@pytest.mark.looptime
async def test_a_clock_that_is_put_back_makes_nobody_wait_longer(stage: Stage) -> None:
    """An hour back in the middle of a pause of 30 s: the request goes out after 30 s all the same."""
    loop = asyncio.get_running_loop()
    stage.limit(patience=600)
    stage.provider.refusals = [ProviderBusy(30.0)]
    kit = replace(stage.kit(), clock=lambda: loop.time() - (3600 if loop.time() >= 10 else 0))
    loop.call_later(20, stage.signals.poke)
    job = await tween(stage.job(), kit, stage.channel, stage.signals)
    assert isinstance(job.state, Delivered)
    assert job.state.seconds == 0
    assert loop.time() == pytest.approx(30, abs=1)


@pytest.mark.looptime
async def test_a_webhook_of_another_request_ends_no_wait(stage: Stage) -> None:
    """It is not about this one, which runs for 100 s more: its result would not be there yet."""
    made = asyncio.Event()
    stage.provider.updates = [InQueue(1), made, Completed()]
    stage.provider.during_submit = lambda: stage.signals.arrive("r9")
    asyncio.get_running_loop().call_later(100, made.set)
    assert isinstance((await stage.run()).state, Delivered)
    assert asyncio.get_running_loop().time() == pytest.approx(100, abs=1)


@pytest.mark.looptime
async def test_an_outage_while_following_is_outlasted(stage: Stage) -> None:
    """The provider has the job: it is followed again when it can be reached, and not given up."""
    stage.limit(outlasts=True)
    away = ProviderUnreachable("away").billed(Charge.POSSIBLE)
    stage.provider.updates = [InQueue(1), away, Completed()]
    assert isinstance((await stage.run()).state, Delivered)
    assert count(stage, "submit") == 1


@pytest.mark.looptime
async def test_the_providers_call_ends_the_wait(stage: Stage) -> None:
    """The stream says nothing any more, and the webhook has come: the result is asked for."""
    stage.provider.updates = [InQueue(1), asyncio.Event()]
    asyncio.get_running_loop().call_later(100, stage.signals.arrive, "r1")
    assert isinstance((await stage.run()).state, Delivered)
    assert asyncio.get_running_loop().time() == pytest.approx(100, abs=1)


@pytest.mark.looptime
async def test_a_busy_channel_gets_the_video_later(stage: Stage) -> None:
    """It surely was not posted: it is posted once it can be."""
    stage.limit(posting=600)
    stage.channel.post_errors = [ChannelBusy(20.0), ChannelBusy()]
    assert isinstance((await stage.run()).state, Delivered)
    assert stage.channel.videos == [b"mp4"]


@pytest.mark.parametrize("lands", [True, False])
@pytest.mark.looptime
async def test_a_post_whose_answer_was_lost_is_looked_for_first(stage: Stage, *, lands: bool) -> None:
    """One video in the channel, whether the lost one had arrived or not."""
    stage.limit(posting=600)
    stage.channel.post_errors = [PostUnclear()]
    stage.channel.lands = lands
    assert isinstance((await stage.run()).state, Delivered)
    assert stage.channel.videos == [b"mp4"]


@pytest.mark.looptime
async def test_the_last_attempt_is_looked_for_too(stage: Stage) -> None:
    """Its answer was lost and there is no time for another one; the video is there, so it is not called undelivered."""
    stage.limit(posting=1.5)
    stage.channel.post_errors = [ChannelBusy(), PostUnclear()]
    stage.channel.lands = True
    assert isinstance((await stage.run()).state, Delivered)
    assert stage.channel.videos == [b"mp4"]


@pytest.mark.looptime
async def test_a_channel_that_never_takes_it_is_told_with_the_bill(stage: Stage) -> None:
    """The paid video is kept, and where it lies is said."""
    stage.limit(posting=60)
    stage.channel.post_errors = [ChannelBusy() for _ in range(50)]
    job = await stage.run()
    assert isinstance(job.state, Failed)
    assert isinstance(job.state.error, NotHandedOver)
    assert job.state.error.charge is Charge.BILLED
    assert job.state.error.kept.read_bytes() == b"mp4"


@pytest.mark.looptime
async def test_a_key_that_is_refused_for_a_while_ends_no_job_that_was_paid(stage: Stage) -> None:
    """Mistyped at a restart, and mended: the job is followed again."""
    stage.limit(outlasts=True)
    stage.provider.updates = [CredentialsRefused("no").billed(Charge.POSSIBLE), InQueue(1), Completed()]
    assert isinstance((await stage.run()).state, Delivered)
    assert count(stage, "submit") == 1
