"""A submit leaves exactly once, and every way in which it can end is told apart."""

import asyncio
import socket

import pytest

from adapters.fal.credentials import Credentials
from adapters.fal.patience import Patience
from adapters.fal.provider import FalProvider
from bot.domain.errors import (
    AccountExhausted,
    Charge,
    CredentialsMissing,
    CredentialsRefused,
    EndpointUnknown,
    InputRefused,
    ProtocolBroken,
    ProviderBusy,
    ProviderUnreachable,
    SubmitUnclear,
    TweenError,
)
from tests.contract.fal.conftest import ARGUMENTS, ENDPOINT
from tests.twins.fal import FalTwin
from tests.twins.fal_replies import Garbage, Reply
from tests.twins.replies import Answer, HoldAnswer, LoseAnswer, Refuse

LOCKED = {"detail": "User is locked. Reason: Exhausted balance. Top up your balance."}
BAD_FIELD = {"detail": [{"loc": ["body", "num_frames"], "msg": "must be at most 100", "type": "less_than_equal"}]}


async def test_an_accepted_submit_gives_the_tickets_of_fal_itself(fal: FalTwin, provider: FalProvider) -> None:
    """The arguments arrive unchanged, and the URLs are those that the answer named."""
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)

    (job,) = fal.jobs
    assert (job.endpoint, job.arguments) == (ENDPOINT, ARGUMENTS)
    home = f"{fal.url}/{ENDPOINT}/requests/{job.id}"
    assert (ticket.request_id, ticket.response_url) == (job.id, home)
    assert (ticket.status_url, ticket.cancel_url) == (f"{home}/status", f"{home}/cancel")


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Answer(400, {"detail": "Bad endpoint"}), ProtocolBroken, "HTTP 400 Bad endpoint"),
        (Answer(401, {"detail": "Cannot access application"}), CredentialsRefused, "Cannot access application"),
        (Answer(402, {"detail": "Payment required"}), AccountExhausted, "Payment required"),
        (Answer(403, {"detail": "Forbidden"}), CredentialsRefused, "Forbidden"),
        (Answer(403, LOCKED), AccountExhausted, "User is locked. Reason: Exhausted balance. Top up your balance."),
        (Answer(404, {"detail": "Application not found"}), EndpointUnknown, ENDPOINT),
        (Answer(405, "<html>no</html>"), ProtocolBroken, "HTTP 405"),
        (Answer(413, "<html>too large</html>"), ProtocolBroken, "HTTP 413"),
        (Answer(415, {"detail": "JSON"}), ProtocolBroken, "HTTP 415 JSON"),
        (Answer(422, BAD_FIELD), InputRefused, "num_frames: less_than_equal: must be at most 100"),
        (Answer(429, {"detail": "Full"}, {"Retry-After": "7"}), ProviderBusy, "provider busy, retry after 7.0"),
    ],
)
async def test_a_refused_submit_was_surely_not_accepted(
    fal: FalTwin, provider: FalProvider, reply: Answer, error: type[TweenError], words: str
) -> None:
    """These answers come before the queue: typed, free, and sent once."""
    fal.script("submit", reply)

    with pytest.raises(error) as caught:
        await provider.submit(ENDPOINT, ARGUMENTS)

    assert (str(caught.value), caught.value.charge) == (words, Charge.NONE)
    assert (len(fal.requests("submit")), len(fal.jobs)) == (1, 0)


@pytest.mark.parametrize(
    ("reply", "jobs"),
    [
        (LoseAnswer(), 1),
        (Refuse(), 0),
        (Garbage(), 0),
        (HoldAnswer(asyncio.Event()), 1),
        *[(Answer(status, {"detail": "?"}), 0) for status in (408, 409, 410, 418, 423, 425, 500, 501, 503, 504, 599)],
        (Answer(502, "<html><center>nginx</center></html>"), 0),
        (Answer(503, {"detail": "?", "error_type": "runner_disconnected"}, {"X-Fal-Request-Id": "x"}), 0),
        *[(Answer(status, "", {"Location": "/fal-ai/wan-flf2v"}), 0) for status in (301, 302, 303, 307, 308)],
        (Answer(200, "<html>welcome</html>"), 0),
        (Answer(200, []), 0),
        (Answer(200, {}), 0),
        (Answer(200, {"request_id": "only-this"}), 0),
        (Answer(200, {"request_id": "../x", "response_url": "", "status_url": "", "cancel_url": ""}), 0),
        (Answer(200, {"request_id": 7, "response_url": "", "status_url": "", "cancel_url": ""}), 0),
        (Answer(200, b'{"request_id":', {"Content-Length": "500"}), 0),
    ],
)
async def test_a_submit_whose_fate_is_not_known_is_unclear_and_is_never_sent_again(
    fal: FalTwin, provider: FalProvider, reply: Reply, jobs: int
) -> None:
    """A lost answer hides one accepted job at most: no retry, no backup domain, no redirect makes a second one."""
    fal.script("submit", reply)

    with pytest.raises(SubmitUnclear) as caught:
        await provider.submit(ENDPOINT, ARGUMENTS)

    assert caught.value.charge is Charge.POSSIBLE
    assert (len(fal.requests("submit")), len(fal.jobs)) == (1, jobs)


async def test_a_refused_connection_proves_that_nothing_was_sent(fal: FalTwin, provider: FalProvider) -> None:
    """Nobody listens: not accepted, and free."""
    await fal.close()

    with pytest.raises(ProviderUnreachable) as caught:
        await provider.submit(ENDPOINT, ARGUMENTS)

    assert caught.value.charge is Charge.NONE


async def test_a_name_that_does_not_resolve_proves_that_nothing_was_sent(patience: Patience) -> None:
    """No such host (the name is reserved for that): not accepted."""
    async with FalProvider(None, "http://fal.invalid", patience=patience) as provider:
        with pytest.raises(ProviderUnreachable):
            await provider.submit(ENDPOINT, ARGUMENTS)


async def test_a_connection_that_is_never_taken_proves_that_nothing_was_sent(patience: Patience) -> None:
    """The handshake has a shorter limit than the submit, so that it is not taken for a lost answer."""
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for filler in (first, second):  # fills the backlog: later handshakes go unanswered
            filler.settimeout(0)
            filler.connect_ex(deaf.getsockname())
        async with FalProvider(None, f"http://127.0.0.1:{deaf.getsockname()[1]}", patience=patience) as provider:
            with pytest.raises(ProviderUnreachable):
                await provider.submit(ENDPOINT, ARGUMENTS)


async def test_a_server_that_speaks_no_tls_gets_nothing(fal: FalTwin, patience: Patience) -> None:
    """TLS fails before the request: not accepted."""
    async with FalProvider(None, fal.url.replace("http:", "https:"), patience=patience) as provider:
        with pytest.raises(ProviderUnreachable):
            await provider.submit(ENDPOINT, ARGUMENTS)
    assert fal.seen == []


async def test_a_body_that_cannot_be_written_is_not_unclear(fal: FalTwin, provider: FalProvider) -> None:
    """It fails before anything is sent, so nothing can have been charged."""
    with pytest.raises(ProtocolBroken):
        await provider.submit(ENDPOINT, {**ARGUMENTS, "prompt": "\udcff"})
    assert fal.requests("submit") == []


async def test_each_submit_has_a_connection_of_its_own(fal: FalTwin, provider: FalProvider) -> None:
    """A pooled connection that the server is just closing would make a submit unclear for nothing."""
    for _ in range(3):
        await provider.submit(ENDPOINT, ARGUMENTS)

    assert len({seen.peer for seen in fal.requests("submit")}) == 3


async def test_without_a_key_nothing_goes_to_fal(patience: Patience) -> None:
    """At fal's own hosts a missing key is said before any connection."""
    async with FalProvider(None, patience=patience) as provider:
        with pytest.raises(CredentialsMissing):
            await provider.submit(ENDPOINT, ARGUMENTS)


async def test_a_key_that_cannot_be_a_key_is_refused_before_it_is_sent(fal: FalTwin, patience: Patience) -> None:
    """A typographic quote or a line break in the key would break the header."""
    async with FalProvider(Credentials("a test", "“abc”"), fal.url, patience=patience) as provider:
        with pytest.raises(CredentialsRefused):
            await provider.submit(ENDPOINT, ARGUMENTS)
    assert fal.seen == []


async def test_urls_on_a_foreign_host_are_replaced_by_our_own(
    fal: FalTwin, foreign: FalTwin, provider: FalProvider
) -> None:
    """The job is paid for, so it is followed by its id; the key does not go where the answer points."""
    fal.names_urls_at = foreign.url

    ticket = await provider.submit(ENDPOINT, ARGUMENTS)
    fal.jobs[0].finish()

    assert (await provider.result(ticket)).seed == 42
    assert foreign.seen == []


async def test_a_submit_whose_caller_gave_up_stops_the_job_that_came_of_it(fal: FalTwin, provider: FalProvider) -> None:
    """Nobody holds that ticket, so a job that turns out to be accepted is cancelled at fal, once."""
    hold = HoldAnswer(asyncio.Event())
    fal.script("submit", hold)
    submit = asyncio.create_task(provider.submit(ENDPOINT, ARGUMENTS))
    await asyncio.wait_for(hold.reached.wait(), 5)

    submit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await submit
    hold.until.set()
    await provider.close()

    assert [(job.cancels, job.status) for job in fal.jobs] == [(1, "COMPLETED")]


async def test_a_submit_that_is_on_record_is_left_alone_when_its_caller_goes(fal: FalTwin, patience: Patience) -> None:
    """The POST still ends in peace, and the job goes on: it will be looked up, and is not to be stopped."""
    hold = HoldAnswer(asyncio.Event())
    fal.script("submit", hold)
    own = Credentials("a test", fal.key)
    async with FalProvider(own, fal.url, stops_orphans=False, patience=patience) as provider:
        submit = asyncio.create_task(provider.submit(ENDPOINT, ARGUMENTS))
        await asyncio.wait_for(hold.reached.wait(), 5)
        submit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await submit
        hold.until.set()

    assert [(job.cancels, job.status) for job in fal.jobs] == [(0, "IN_QUEUE")]
    assert [seen.kind for seen in fal.seen] == ["submit"]


async def test_a_provider_that_charges_nothing_never_says_that_it_may_have(fal: FalTwin, patience: Patience) -> None:
    """The embedded engine's lost answers cost nobody anything."""
    fal.script("submit", LoseAnswer())
    async with FalProvider(Credentials("a test", fal.key), fal.url, charges=False, patience=patience) as provider:
        with pytest.raises(SubmitUnclear) as caught:
            await provider.submit(ENDPOINT, ARGUMENTS)
    assert (provider.charges, caught.value.charge) == (False, Charge.NONE)
