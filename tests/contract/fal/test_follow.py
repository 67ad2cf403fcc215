"""A job is followed through broken, silent and missing streams, and its news come once."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

import pytest

from adapters.fal.credentials import Credentials
from adapters.fal.patience import Patience
from adapters.fal.provider import FalProvider
from bot.domain.progress import InProgress, InQueue, Update
from tests.contract.fal.conftest import ENDPOINT, FakeTime
from tests.contract.fal.following import DONE, follow, submitted
from tests.twins.fal import FalTwin
from tests.twins.fal_jobs import TwinJob
from tests.twins.fal_replies import CutStream, Garbage, Reply, SilentStream
from tests.twins.replies import Answer, Refuse

NO_STREAM = Answer(405, {"detail": "Method Not Allowed"})


def _story(job: TwinJob) -> dict[Update, Callable[[], None]]:
    """A job that moves up, runs, logs two steps and is done; each as soon as the one before is known."""
    return {
        InQueue(2): lambda: job.queue(0),
        InQueue(0): lambda: job.progress("1/30"),
        InProgress(("1/30",)): lambda: job.progress("2/30"),
        InProgress(("2/30",)): job.finish,
    }


STORY = [InQueue(2), InQueue(0), InProgress(("1/30",)), InProgress(("2/30",)), DONE]


async def test_a_whole_stream_is_one_request(fal: FalTwin, provider: FalProvider) -> None:
    """Position, log lines and the end come over one connection, each change once."""
    ticket, job = await submitted(fal, provider)
    job.queue(2)

    assert await follow(provider, ticket, _story(job)) == STORY
    assert [seen.path for seen in fal.seen[1:]] == [f"/{ENDPOINT}/requests/{job.id}/status/stream?logs=1"]


async def test_the_result_comes_over_the_connection_of_the_stream(fal: FalTwin, provider: FalProvider) -> None:
    """A stream that ended by itself leaves a connection, which saves the result a handshake."""
    ticket, job = await submitted(fal, provider)
    await follow(provider, ticket, {InQueue(0): job.finish})
    await provider.result(ticket)

    assert fal.requests("stream")[0].peer == fal.requests("result")[0].peer


async def test_a_stream_that_stays_open_after_the_end_holds_nobody_up(fal: FalTwin, provider: FalProvider) -> None:
    """The end is told all the same."""
    ticket, job = await submitted(fal, provider)
    job.finish()
    fal.script("stream", SilentStream(1))

    assert await follow(provider, ticket, {}) == [DONE]


async def test_a_stream_that_is_cut_is_opened_again_and_repeats_nothing(
    fal: FalTwin, provider: FalProvider, time: FakeTime
) -> None:
    """An early end is not the end, and a new stream that starts with all logs again tells nothing twice."""
    ticket, job = await submitted(fal, provider)
    job.queue(2)
    fal.script("stream", CutStream(1), CutStream(2))

    assert await follow(provider, ticket, _story(job)) == STORY
    assert (len(fal.requests("stream")), fal.requests("status")) == (3, [])
    assert len(time.slept) == 2
    assert 0.375 <= time.slept[0] <= 0.5
    assert 0.75 <= time.slept[1] <= 1


@pytest.mark.parametrize(
    "broken",
    [
        CutStream(0),
        Refuse(),
        Garbage(),
        SilentStream(0),
        Answer(500, "<html>"),
        Answer(200, b"data: {never json\n\n", {"Content-Type": "text/event-stream"}),
        Answer(200, b"data: []\n\n", {"Content-Type": "text/event-stream"}),
    ],
)
async def test_streams_that_keep_breaking_give_way_to_asking(
    fal: FalTwin, provider: FalProvider, broken: Reply
) -> None:
    """Four in a row, and the status is asked for instead, whose whole logs are cut down to the new lines."""
    ticket, job = await submitted(fal, provider)
    job.queue(2)
    fal.script("stream", *[broken] * 20)

    assert await follow(provider, ticket, _story(job)) == STORY
    # aiohttp itself repeats a GET once when a kept-alive connection breaks.
    assert 4 <= len(fal.requests("stream")) <= 8
    assert len(fal.requests("status")) >= 5


@pytest.mark.parametrize("answer", [Answer(404, "no"), NO_STREAM, Answer(200, {"status": "IN_QUEUE"}), Answer(302, "")])
async def test_a_server_without_streams_is_asked_at_once(fal: FalTwin, provider: FalProvider, answer: Answer) -> None:
    """No second try where there is nothing to try."""
    ticket, job = await submitted(fal, provider)
    job.queue(2)
    fal.script("stream", answer)

    assert await follow(provider, ticket, _story(job)) == STORY
    assert len(fal.requests("stream")) == 1


async def test_asking_slows_down_to_five_seconds(fal: FalTwin, provider: FalProvider, time: FakeTime) -> None:
    """A long job without a stream costs a request in five seconds at most."""
    ticket, job = await submitted(fal, provider)
    fal.script("stream", NO_STREAM)
    fal.script("status", *[Answer(202, {"status": "IN_QUEUE", "queue_position": left}) for left in range(20, 0, -1)])

    await follow(provider, ticket, {InQueue(1): job.finish})

    asked = time.slept
    assert all(3.75 <= seconds <= 5 for seconds in asked[4:])
    assert sorted(asked[:4]) == asked[:4]
    assert 0.375 <= asked[0] <= 0.5


async def test_a_stream_that_goes_silent_is_given_up_and_opened_again(fal: FalTwin, provider: FalProvider) -> None:
    """A server that died without a word keeps the connection open for ever: no byte for a while ends it."""
    ticket, job = await submitted(fal, provider)
    fal.script("stream", SilentStream(1))

    updates = await follow(provider, ticket, {InQueue(0): job.finish})

    assert updates == [InQueue(0), DONE]
    assert len(fal.requests("stream")) == 2


async def test_a_quiet_queue_keeps_its_stream(fal: FalTwin, patience: Patience) -> None:
    """Streams that had their say and lasted are reopened however often, and never replaced by asking."""
    quiet = replace(patience, silence=0.05, steady=0)
    fal.script("stream", *[SilentStream(1)] * 6)
    async with FalProvider(Credentials("a test", fal.key), fal.url, patience=quiet) as provider:
        ticket, job = await submitted(fal, provider)
        watch = asyncio.create_task(follow(provider, ticket, {}))
        await fal.until_seen("stream", 7)
        job.finish()

        assert await watch == [InQueue(0), DONE]
    assert fal.requests("status") == []


async def test_a_watch_may_be_closed_early(fal: FalTwin, provider: FalProvider) -> None:
    """Closing the iterator closes the stream, and the job can be followed again."""
    ticket, job = await submitted(fal, provider)
    async with aclosing(provider.follow(ticket)) as updates:
        assert await anext(updates) == InQueue(0)
    job.finish()

    assert await follow(provider, ticket, {}) == [DONE]
