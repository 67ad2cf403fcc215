"""A job is followed to its end through broken, silent and missing streams, and its news come once."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

import pytest

from adapters.fal.credentials import Credentials
from adapters.fal.patience import Patience
from adapters.fal.provider import FalProvider
from bot.domain.errors import (
    AccountExhausted,
    Charge,
    CredentialsRefused,
    EndpointUnknown,
    ProtocolBroken,
    ProviderUnreachable,
    TweenError,
)
from bot.domain.job import Ticket
from bot.domain.progress import Completed, InProgress, InQueue, Update
from tests.contract.fal.conftest import ARGUMENTS, ENDPOINT, FakeTime
from tests.twins.fal import FalTwin
from tests.twins.fal_jobs import TwinJob
from tests.twins.fal_replies import Answer, CutStream, Garbage, Refuse, Reply, SilentStream

DONE = Completed(inference_seconds=1.5)
NO_STREAM = Answer(405, {"detail": "Method Not Allowed"})


async def _follow(provider: FalProvider, ticket: Ticket, steps: dict[Update, Callable[[], None]]) -> list[Update]:
    """Follow to the end, and do a step whenever the update comes that it waits for."""
    updates: list[Update] = []
    async with asyncio.timeout(5):
        async for update in provider.follow(ticket):
            updates.append(update)
            if update in steps:
                steps.pop(update)()
    return updates


async def _submitted(fal: FalTwin, provider: FalProvider) -> tuple[Ticket, TwinJob]:
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)
    return ticket, await fal.next_job()


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
    ticket, job = await _submitted(fal, provider)
    job.queue(2)

    assert await _follow(provider, ticket, _story(job)) == STORY
    assert [seen.path for seen in fal.seen[1:]] == [f"/{ENDPOINT}/requests/{job.id}/status/stream?logs=1"]


async def test_a_stream_that_is_cut_is_opened_again_and_repeats_nothing(
    fal: FalTwin, provider: FalProvider, time: FakeTime
) -> None:
    """An early end is not the end, and a new stream that starts with all logs again tells nothing twice."""
    ticket, job = await _submitted(fal, provider)
    job.queue(2)
    fal.script("stream", CutStream(1), CutStream(2))

    assert await _follow(provider, ticket, _story(job)) == STORY
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
    ticket, job = await _submitted(fal, provider)
    job.queue(2)
    fal.script("stream", *[broken] * 20)

    assert await _follow(provider, ticket, _story(job)) == STORY
    # aiohttp itself repeats a GET once when a kept-alive connection breaks.
    assert 4 <= len(fal.requests("stream")) <= 8
    assert len(fal.requests("status")) >= 5


@pytest.mark.parametrize("answer", [Answer(404, "no"), NO_STREAM, Answer(200, {"status": "IN_QUEUE"}), Answer(302, "")])
async def test_a_server_without_streams_is_asked_at_once(fal: FalTwin, provider: FalProvider, answer: Answer) -> None:
    """No second try where there is nothing to try."""
    ticket, job = await _submitted(fal, provider)
    job.queue(2)
    fal.script("stream", answer)

    assert await _follow(provider, ticket, _story(job)) == STORY
    assert len(fal.requests("stream")) == 1


async def test_asking_slows_down_to_five_seconds(fal: FalTwin, provider: FalProvider, time: FakeTime) -> None:
    """A long job without a stream costs a request in five seconds at most."""
    ticket, job = await _submitted(fal, provider)
    fal.script("stream", NO_STREAM)
    fal.script("status", *[Answer(202, {"status": "IN_QUEUE", "queue_position": left}) for left in range(20, 0, -1)])

    await _follow(provider, ticket, {InQueue(1): job.finish})

    asked = time.slept
    assert all(3.75 <= seconds <= 5 for seconds in asked[4:])
    assert sorted(asked[:4]) == asked[:4]
    assert 0.375 <= asked[0] <= 0.5


async def test_a_stream_that_goes_silent_is_given_up_and_opened_again(fal: FalTwin, provider: FalProvider) -> None:
    """A server that died without a word keeps the connection open for ever: no byte for a while ends it."""
    ticket, job = await _submitted(fal, provider)
    fal.script("stream", SilentStream(1))

    updates = await _follow(provider, ticket, {InQueue(0): job.finish})

    assert updates == [InQueue(0), DONE]
    assert len(fal.requests("stream")) == 2


async def test_a_quiet_queue_keeps_its_stream(fal: FalTwin, patience: Patience) -> None:
    """Streams that had their say and lasted are reopened however often, and never replaced by asking."""
    quiet = replace(patience, silence=0.05, steady=0)
    fal.script("stream", *[SilentStream(1)] * 6)
    async with FalProvider(Credentials("a test", fal.key), fal.url, patience=quiet) as provider:
        ticket, job = await _submitted(fal, provider)
        follow = asyncio.create_task(_follow(provider, ticket, {}))
        await fal.until_seen("stream", 7)
        job.finish()

        assert await follow == [InQueue(0), DONE]
    assert fal.requests("status") == []


async def test_fields_that_are_missing_are_no_reason_to_stop(fal: FalTwin, provider: FalProvider) -> None:
    """Position, logs and metrics may all be absent (fal's own client raises KeyError then)."""
    ticket, job = await _submitted(fal, provider)
    job.omit = frozenset({"queue_position", "logs", "metrics"})

    updates = await _follow(provider, ticket, {InQueue(None): job.progress, InProgress(()): job.finish})

    assert updates == [InQueue(None), InProgress(()), Completed(None)]


async def test_a_status_of_a_later_protocol_and_odd_fields_are_passed_over(fal: FalTwin, provider: FalProvider) -> None:
    """Unknown statuses, comments, and logs that are none change nothing."""
    ticket, _ = await _submitted(fal, provider)
    events = (
        b": ping\n\n"
        b'data: {"status": "WARMING_UP"}\n\n'
        b'data: {"status": "IN_QUEUE", "queue_position": "first"}\n\n'
        b'data: {"status": "IN_PROGRESS", "logs": [null, {"message": 7}, {"message": "3/9"}]}\n\n'
        b'data: {"status": "COMPLETED", "logs": {}, "metrics": {"inference_time": "long"}}\n\n'
    )
    fal.script("stream", Answer(200, events, {"Content-Type": "text/event-stream"}))

    assert await _follow(provider, ticket, {}) == [InQueue(None), InProgress(("3/9",)), Completed(None)]


async def test_a_request_that_fal_does_not_know_is_said_to_be_unknown(fal: FalTwin, provider: FalProvider) -> None:
    """404 from the stream and from the status; what it may have cost is not known."""
    ticket, job = await _submitted(fal, provider)
    fal.forget(job)

    with pytest.raises(EndpointUnknown, match=job.id) as caught:
        await _follow(provider, ticket, {})
    assert caught.value.charge is Charge.POSSIBLE


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(401, {"detail": "Invalid key"}), CredentialsRefused),
        (Answer(403, {"detail": "User is locked"}), AccountExhausted),
    ],
)
async def test_a_key_that_stops_working_ends_the_watch(
    fal: FalTwin, provider: FalProvider, answer: Answer, error: type[TweenError]
) -> None:
    """Nobody but the operator can mend it, and the job may go on and be billed."""
    ticket, _ = await _submitted(fal, provider)
    fal.script("stream", answer)

    with pytest.raises(error) as caught:
        await _follow(provider, ticket, {})
    assert caught.value.charge is Charge.POSSIBLE


async def test_retry_after_is_honoured(fal: FalTwin, provider: FalProvider, time: FakeTime) -> None:
    """The server says when to come again, within reason."""
    ticket, job = await _submitted(fal, provider)
    job.finish()
    busy = [Answer(429, {}, {"Retry-After": after}) for after in ("7", "900", "soon")]
    fal.script("stream", *busy)

    assert await _follow(provider, ticket, {}) == [DONE]
    assert time.slept[:2] == [7, 60]
    assert time.slept[2] <= 2


async def test_a_provider_that_stays_away_is_unreachable(fal: FalTwin, provider: FalProvider, time: FakeTime) -> None:
    """After ten minutes without a good answer, not before; the job may go on meanwhile."""
    ticket, _ = await _submitted(fal, provider)
    await fal.close()
    began = time.now

    with pytest.raises(ProviderUnreachable) as caught:
        await _follow(provider, ticket, {})

    assert caught.value.charge is Charge.POSSIBLE
    assert 600 <= time.now - began <= 610


async def test_a_provider_that_comes_back_is_followed_on(fal: FalTwin, provider: FalProvider) -> None:
    """A minute of 502 is survived."""
    ticket, job = await _submitted(fal, provider)
    outage = [Answer(502, "<html>bad gateway</html>")] * 4
    fal.script("stream", *outage)
    fal.script("status", *outage, *outage, *outage)
    job.finish()

    assert await _follow(provider, ticket, {}) == [DONE]


async def test_a_ticket_of_another_host_is_never_asked_for(
    fal: FalTwin, foreign: FalTwin, provider: FalProvider
) -> None:
    """A stored URL is input: the key goes to no host but fal's."""
    ticket, _ = await _submitted(fal, provider)
    bent = replace(ticket, status_url=ticket.status_url.replace(fal.url, foreign.url))

    with pytest.raises(ProtocolBroken):
        await _follow(provider, bent, {})
    assert foreign.seen == []


async def test_a_watch_may_be_closed_early(fal: FalTwin, provider: FalProvider) -> None:
    """Closing the iterator closes the stream, and the job can be followed again."""
    ticket, job = await _submitted(fal, provider)
    async with aclosing(provider.follow(ticket)) as updates:
        assert await anext(updates) == InQueue(0)
    job.finish()

    assert await _follow(provider, ticket, {}) == [DONE]
