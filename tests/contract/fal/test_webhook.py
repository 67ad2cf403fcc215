"""A webhook that is fal's is on record before it is answered; anything else changes nothing."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from adapters.fal.credentials import Credentials
from adapters.fal.patience import Patience
from adapters.fal.provider import FalProvider
from bot.domain.errors import TweenError
from tests.contract.engine.running import DEADLINE_S, INLINE, engine
from tests.contract.fal.conftest import ARGUMENTS, ENDPOINT
from tests.contract.fal.receiving import TOKEN, Receiver, called_back, receiving
from tests.twins.fal import FalTwin
from tests.twins.fal_jobs import CANCELLED
from tests.twins.fal_replies import Reply
from tests.twins.fal_webhooks import Signer
from tests.twins.replies import Answer, LoseAnswer, Refuse


@pytest.fixture
async def receiver(fal: FalTwin) -> AsyncIterator[Receiver]:
    """A receiver on the twin, whose signatures tell the receiver's time."""
    receiver = Receiver()
    fal.webhooks.signer.clock = receiver.clock
    async with receiving(fal.url, receiver):
        yield receiver


async def test_a_submit_asks_to_be_called_back_with_the_jobs_secret(
    fal: FalTwin, receiver: Receiver, patience: Patience
) -> None:
    """The address is the base, the path of the route, and the secret."""
    job = await called_back(fal, receiver, patience)
    assert job.webhook == f"{receiver.url}/fal/webhook/{TOKEN}"


async def test_without_a_base_or_a_secret_nothing_is_called_back(fal: FalTwin, provider: FalProvider) -> None:
    """A bot that fal cannot reach asks for no webhook, and neither does a job without a secret."""
    await provider.submit(ENDPOINT, ARGUMENTS, TOKEN)
    async with FalProvider(Credentials("a test", fal.key), fal.url, webhook_base="https://bot.example") as reachable:
        await reachable.submit(ENDPOINT, ARGUMENTS)
    assert [job.webhook for job in fal.jobs] == [None, None]


@pytest.mark.parametrize(
    "reply",
    [
        LoseAnswer(),
        Refuse(),
        Answer(422, {"detail": f"cannot call https://bot.example/fal/webhook/{TOKEN} for {TOKEN}"}),
        Answer(500, f"<html>{TOKEN}</html>"),
    ],
)
async def test_the_secret_is_in_no_log_and_in_no_error(
    fal: FalTwin, patience: Patience, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], reply: Reply
) -> None:
    """Whatever becomes of the submit, and at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    fal.script("submit", reply)
    own = Credentials("a test", fal.key)
    async with FalProvider(own, fal.url, webhook_base="https://bot.example", patience=patience) as provider:
        with pytest.raises(TweenError) as caught:
            await provider.submit(ENDPOINT, ARGUMENTS, TOKEN)

    assert TOKEN in fal.requests("submit")[0].path
    assert TOKEN not in f"{caught.value!r}{vars(caught.value)}{caplog.text}{''.join(capsys.readouterr())}"


@pytest.mark.parametrize("answer", [None, CANCELLED])
async def test_the_end_of_a_job_is_taken_whatever_it_is(
    fal: FalTwin, receiver: Receiver, patience: Patience, answer: Answer | None
) -> None:
    """A video and an error arrive alike: secret and request id, once on record, then 200."""
    job = await called_back(fal, receiver, patience)
    job.finish(answer)

    assert await fal.webhooks.delivered(job) == [200]
    assert receiver.arrived == [(TOKEN, job.id)]


async def test_a_store_that_is_away_has_fal_come_again(fal: FalTwin, receiver: Receiver, patience: Patience) -> None:
    """Nothing is taken that is not on record."""
    receiver.away = 2
    job = await called_back(fal, receiver, patience)
    job.finish()

    assert await fal.webhooks.delivered(job) == [503, 503, 200]
    assert receiver.arrived == [(TOKEN, job.id)]


async def test_a_secret_that_no_job_has_is_answered_for_good(
    fal: FalTwin, receiver: Receiver, patience: Patience
) -> None:
    """The digest is stored before the request is sent: what is unknown now stays unknown, so fal need not repeat it."""
    receiver.knows = False
    job = await called_back(fal, receiver, patience)
    job.finish()

    assert await fal.webhooks.delivered(job) == [200]


@pytest.mark.parametrize(("age", "status"), [(299, 200), (-299, 200), (302, 403), (-302, 403), (86400, 403)])
async def test_a_replay_is_refused(
    fal: FalTwin, receiver: Receiver, patience: Patience, age: float, status: int
) -> None:
    """A signature is good for five minutes in either direction."""
    job = await called_back(fal, receiver, patience)
    body = fal.webhooks.body(job)
    headers = fal.webhooks.signer.headers(job.id, body, age=age)

    assert await fal.webhooks.post(job, job.webhook or "", body, headers) == status
    assert len(receiver.arrived) == (1 if status == 200 else 0)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"X-Fal-Webhook-Signature": "0" * 128}, 401),
        ({"X-Fal-Webhook-Signature": "zz"}, 400),
        ({"X-Fal-Webhook-Signature": ""}, 400),
        ({"X-Fal-Webhook-User-Id": "github|other"}, 401),
        ({"X-Fal-Webhook-User-Id": ""}, 400),
        ({"X-Fal-Webhook-Request-Id": "another"}, 401),
        ({"X-Fal-Webhook-Request-Id": "../../x"}, 400),
        ({"X-Fal-Webhook-Timestamp": "1800000001"}, 401),
        ({"X-Fal-Webhook-Timestamp": "now"}, 400),
        ({"X-Fal-Webhook-Timestamp": "-1"}, 400),
        ({"X-Fal-Webhook-Timestamp": "9" * 400}, 400),
    ],
)
async def test_headers_that_are_not_fals_change_nothing(
    fal: FalTwin, receiver: Receiver, patience: Patience, changes: dict[str, str], status: int
) -> None:
    """Each of the four is covered by the signature, and has a form."""
    job = await called_back(fal, receiver, patience)
    body = fal.webhooks.body(job)
    headers = fal.webhooks.signer.headers(job.id, body) | changes

    assert await fal.webhooks.post(job, job.webhook or "", body, headers) == status
    assert receiver.arrived == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"<html>", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b"[" * 100_000, 400),
        (b'{"request_id": 7}', 400),
        (b'{"request_id": "../x"}', 400),
        (b'{"request_id": "another", "gateway_request_id": "third"}', 400),
        (b" " * (4 * 1024 * 1024 + 1), 413),
    ],
)
async def test_a_signed_body_that_is_no_webhook_changes_nothing(
    fal: FalTwin, receiver: Receiver, patience: Patience, body: bytes, status: int
) -> None:
    """A signature by fal does not make a body that names another request, or none, ours."""
    job = await called_back(fal, receiver, patience)
    headers = fal.webhooks.signer.headers(job.id, body)

    assert await fal.webhooks.post(job, job.webhook or "", body, headers) == status
    assert receiver.arrived == []


async def test_a_body_without_an_end_is_not_read_to_it(fal: FalTwin, receiver: Receiver, patience: Patience) -> None:
    """A body that does not say how long it is costs no more memory than the limit."""
    job = await called_back(fal, receiver, patience)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1 << 30:
            sent += 1 << 16
            yield b" " * (1 << 16)

    headers = fal.webhooks.signer.headers(job.id, b"")
    async with (
        aiohttp.ClientSession() as client,
        client.post(job.webhook or "", data=endless(), headers=headers) as answer,
    ):
        assert answer.status == 413
    assert sent < 1 << 28


async def test_a_body_of_another_signature_is_refused(fal: FalTwin, receiver: Receiver, patience: Patience) -> None:
    """The digest is of the bytes as they came, and the key has to be one of fal's."""
    job = await called_back(fal, receiver, patience)
    body = fal.webhooks.body(job)
    stranger = Signer(receiver.clock).headers(job.id, body)
    signed = fal.webhooks.signer.headers(job.id, body)

    assert await fal.webhooks.post(job, job.webhook or "", body, stranger) == 401
    assert await fal.webhooks.post(job, job.webhook or "", body + b" ", signed) == 401
    assert await fal.webhooks.post(job, f"{receiver.url}/fal/webhook/short", body, signed) == 404
    assert receiver.arrived == []


async def test_a_request_that_fal_tried_again_by_itself_is_known_by_its_queues_id(
    fal: FalTwin, receiver: Receiver, patience: Patience
) -> None:
    """The headers may name the last attempt then; the queue knows the request by the other id."""
    job = await called_back(fal, receiver, patience)
    body = fal.webhooks.body(job, gateway_request_id="last-attempt")
    headers = fal.webhooks.signer.headers("last-attempt", body)

    assert await fal.webhooks.post(job, job.webhook or "", body, headers) == 200
    assert receiver.arrived == [(TOKEN, job.id)]


async def test_our_own_engine_is_understood(tmp_path: Path, patience: Patience) -> None:
    """It signs as fal does, and its keys lie at the same place under its own address."""
    with engine(tmp_path / "data", "--workers", "1") as running:
        receiver = Receiver(wall=time.time())
        async with receiving(running.url, receiver):
            own = Credentials("a test", "test-key")
            async with FalProvider(own, running.url, webhook_base=receiver.url, patience=patience) as provider:
                images = {"start_image_url": INLINE, "end_image_url": INLINE}
                ticket = await provider.submit(ENDPOINT, {"prompt": "go", **images}, TOKEN)
                await asyncio.wait_for(receiver.news.wait(), DEADLINE_S)
    assert receiver.arrived == [(TOKEN, ticket.request_id)]
