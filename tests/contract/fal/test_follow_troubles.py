"""What following makes of odd answers, refusals and a provider that is away."""

from dataclasses import replace

import pytest

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
from bot.domain.progress import Completed, InProgress, InQueue
from tests.contract.fal.conftest import FakeTime
from tests.contract.fal.following import DONE, follow, submitted
from tests.twins.fal import FalTwin
from tests.twins.replies import Answer


async def test_a_request_that_fal_does_not_know_is_said_to_be_unknown(fal: FalTwin, provider: FalProvider) -> None:
    """404 from the stream and from the status; what it may have cost is not known."""
    ticket, job = await submitted(fal, provider)
    fal.forget(job)

    with pytest.raises(EndpointUnknown, match=job.id) as caught:
        await follow(provider, ticket, {})
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
    ticket, _ = await submitted(fal, provider)
    fal.script("stream", answer)

    with pytest.raises(error) as caught:
        await follow(provider, ticket, {})
    assert caught.value.charge is Charge.POSSIBLE


async def test_retry_after_is_honoured(fal: FalTwin, provider: FalProvider, time: FakeTime) -> None:
    """The server says when to come again, within reason."""
    ticket, job = await submitted(fal, provider)
    job.finish()
    busy = [Answer(429, {}, {"Retry-After": after}) for after in ("7", "900", "soon")]
    fal.script("stream", *busy)

    assert await follow(provider, ticket, {}) == [DONE]
    assert time.slept[:2] == [7, 60]
    assert time.slept[2] <= 2


async def test_a_provider_that_stays_away_is_unreachable(fal: FalTwin, provider: FalProvider, time: FakeTime) -> None:
    """After ten minutes without a good answer, not before; the job may go on meanwhile."""
    ticket, _ = await submitted(fal, provider)
    await fal.close()
    began = time.now

    with pytest.raises(ProviderUnreachable) as caught:
        await follow(provider, ticket, {})

    assert caught.value.charge is Charge.POSSIBLE
    assert 600 <= time.now - began <= 610


async def test_a_provider_that_comes_back_is_followed_on(fal: FalTwin, provider: FalProvider) -> None:
    """A minute of 502 is survived."""
    ticket, job = await submitted(fal, provider)
    outage = [Answer(502, "<html>bad gateway</html>")] * 4
    fal.script("stream", *outage)
    fal.script("status", *outage, *outage, *outage)
    job.finish()

    assert await follow(provider, ticket, {}) == [DONE]


async def test_a_ticket_of_another_host_is_never_asked_for(
    fal: FalTwin, foreign: FalTwin, provider: FalProvider
) -> None:
    """A stored URL is input: the key goes to no host but fal's, where the request is known by its id."""
    ticket, job = await submitted(fal, provider)
    bent = replace(ticket, status_url=ticket.status_url.replace(fal.url, foreign.url))

    assert await follow(provider, bent, {InQueue(0): job.finish}) == [InQueue(0), Completed(1.5)]
    assert foreign.seen == []


async def test_a_ticket_that_names_no_request_is_refused(fal: FalTwin, foreign: FalTwin, provider: FalProvider) -> None:
    """There is nothing to ask for, and nobody else is asked."""
    ticket, _ = await submitted(fal, provider)

    with pytest.raises(ProtocolBroken):
        await follow(provider, replace(ticket, status_url=f"{foreign.url}/anything"), {})
    assert foreign.seen == []


async def test_fields_that_are_missing_are_no_reason_to_stop(fal: FalTwin, provider: FalProvider) -> None:
    """Position, logs and metrics may all be absent (fal's own client raises KeyError then)."""
    ticket, job = await submitted(fal, provider)
    job.omit = frozenset({"queue_position", "logs", "metrics"})

    updates = await follow(provider, ticket, {InQueue(None): job.progress, InProgress(()): job.finish})

    assert updates == [InQueue(None), InProgress(()), Completed(None)]


async def test_a_status_of_a_later_protocol_and_odd_fields_are_passed_over(fal: FalTwin, provider: FalProvider) -> None:
    """Unknown statuses, comments, and logs that are none change nothing."""
    ticket, _ = await submitted(fal, provider)
    events = (
        b": ping\n\n"
        b'data: {"status": "WARMING_UP"}\n\n'
        b'data: {"status": "IN_QUEUE", "queue_position": "first"}\n\n'
        b'data: {"status": "IN_PROGRESS", "logs": [null, {"message": 7}, {"message": "3/9"}]}\n\n'
        b'data: {"status": "COMPLETED", "logs": {}, "metrics": {"inference_time": "long"}}\n\n'
    )
    fal.script("stream", Answer(200, events, {"Content-Type": "text/event-stream"}))

    assert await follow(provider, ticket, {}) == [InQueue(None), InProgress(("3/9",)), Completed(None)]
