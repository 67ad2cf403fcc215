"""fal's public keys are fetched when they are needed, kept for a day, and asked for once a minute at most."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.fal.patience import Patience
from tests.contract.fal.receiving import TOKEN, Receiver, called_back, receiving
from tests.twins.fal import FalTwin
from tests.twins.fal_jobs import TwinJob
from tests.twins.fal_replies import Reply
from tests.twins.fal_webhooks import Signer
from tests.twins.replies import Answer, Refuse

DAY = 24 * 3600


@pytest.fixture
async def receiver(fal: FalTwin) -> AsyncIterator[Receiver]:
    """A receiver on the twin, whose signatures tell the receiver's time."""
    receiver = Receiver()
    fal.webhooks.signer.clock = receiver.clock
    async with receiving(fal.url, receiver):
        yield receiver


@pytest.fixture
async def job(fal: FalTwin, receiver: Receiver, patience: Patience) -> TwinJob:
    """A job that calls back."""
    return await called_back(fal, receiver, patience)


async def _post(fal: FalTwin, job: TwinJob, signer: Signer | None = None) -> int | None:
    body = fal.webhooks.body(job)
    headers = (signer or fal.webhooks.signer).headers(job.id, body)
    return await fal.webhooks.post(job, job.webhook or "", body, headers)


async def test_the_keys_are_fetched_once_for_many_webhooks(fal: FalTwin, job: TwinJob) -> None:
    """Fifty at the same time, the first ones of all, share one fetch; later ones need none."""
    assert await asyncio.gather(*(_post(fal, job) for _ in range(50))) == [200] * 50
    assert await _post(fal, job) == 200
    assert fal.counts["jwks"] == 1


async def test_a_new_key_is_found_at_its_first_webhook(fal: FalTwin, receiver: Receiver, job: TwinJob) -> None:
    """A signature by no key we know has the keys fetched anew."""
    assert await _post(fal, job) == 200
    fal.webhooks.rotate()
    receiver.wall += 61

    assert await _post(fal, job) == 200
    assert fal.counts["jwks"] == 2


async def test_any_of_the_keys_will_do(fal: FalTwin, receiver: Receiver, job: TwinJob) -> None:
    """While fal changes its key there are two, and others of another kind."""
    fal.webhooks.published.append(second := Signer(receiver.clock))

    assert [await _post(fal, job), await _post(fal, job, second)] == [200, 200]
    assert fal.counts["jwks"] == 1


async def test_forged_webhooks_do_not_have_us_call_fal_all_the_time(
    fal: FalTwin, receiver: Receiver, job: TwinJob
) -> None:
    """A hundred forgeries within a minute cost one fetch, and those of the next minute one more."""
    stranger = Signer(receiver.clock)
    assert await asyncio.gather(*(_post(fal, job, stranger) for _ in range(100))) == [401] * 100
    receiver.wall += 59
    assert await _post(fal, job, stranger) == 401
    assert fal.counts["jwks"] == 1
    receiver.wall += 2
    assert await asyncio.gather(*(_post(fal, job, stranger) for _ in range(20))) == [401] * 20
    assert (fal.counts["jwks"], receiver.arrived) == (2, [])


@pytest.mark.parametrize("reply", [Answer(500, "<html>"), Answer(200, "<html>"), Answer(200, {"keys": 7}), Refuse()])
async def test_without_keys_fal_is_asked_to_come_again(
    fal: FalTwin, receiver: Receiver, job: TwinJob, reply: Reply
) -> None:
    """Neither taken nor refused, and asked for the keys again only after five seconds."""
    fal.script("jwks", reply, reply)
    assert [await _post(fal, job) for _ in range(3)] == [503] * 3
    asked = fal.counts["jwks"]
    receiver.wall += 6
    await _post(fal, job)
    receiver.wall += 6

    assert await _post(fal, job) == 200
    assert asked <= 2
    assert receiver.arrived[-1] == (TOKEN, job.id)


async def test_known_keys_last_a_day_through_an_outage(fal: FalTwin, receiver: Receiver, job: TwinJob) -> None:
    """Their host may be away as long as that; after it nothing is taken on their word."""
    assert await _post(fal, job) == 200
    fal.script("jwks", *[Answer(503, "<html>")] * 10)
    receiver.wall += DAY - 10
    assert await _post(fal, job) == 200
    receiver.wall += 20
    assert await _post(fal, job) == 503
    assert len(receiver.arrived) == 2
