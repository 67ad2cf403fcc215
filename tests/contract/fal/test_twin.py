"""The twin forgives nothing: what fal would not take fails the test that sent it."""

import aiohttp
import pytest
from aiohttp import JsonPayload

from tests.contract.fal.conftest import ARGUMENTS, ENDPOINT
from tests.twins.fal import KEY, FalTwin

WITH_KEY = {"Authorization": f"Key {KEY}"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "json", "status"),
    [
        ("POST", f"/{ENDPOINT}", {}, ARGUMENTS, 401),
        ("POST", f"/{ENDPOINT}", {"Authorization": "Key wrong"}, ARGUMENTS, 401),
        ("POST", f"/{ENDPOINT}", WITH_KEY, {"prompt": "x"}, 422),
        ("POST", f"/{ENDPOINT}", WITH_KEY, None, 422),
        ("POST", f"/{ENDPOINT}?logs=1", WITH_KEY, ARGUMENTS, 400),
        ("POST", f"/{ENDPOINT}?fal_webhook=bot.example", WITH_KEY, ARGUMENTS, 400),
        ("POST", f"/{ENDPOINT}?fal_webhook=https://bot.example/&logs=1", WITH_KEY, ARGUMENTS, 400),
        ("GET", "/v1/models/requests/by-endpoint?endpoint_id=x", {}, None, 401),
        ("GET", "/v1/models/requests/by-endpoint", WITH_KEY, None, 400),
        ("GET", "/v1/models/requests/by-endpoint?endpoint_id=x&limit=101", WITH_KEY, None, 400),
        ("GET", "/v1/models/requests/by-endpoint?endpoint_id=x&start=soon", WITH_KEY, None, 400),
        ("GET", "/v1/models/requests/by-endpoint?endpoint_id=x&page=2", WITH_KEY, None, 400),
        ("GET", "/.well-known/jwks.json", WITH_KEY, None, 401),
        ("GET", f"/{ENDPOINT}", WITH_KEY, None, 404),
        ("POST", f"/{ENDPOINT}/requests/x/cancel", WITH_KEY, {}, 404),
        ("GET", f"/{ENDPOINT}/requests/x/status/stream", WITH_KEY, None, 406),
        ("GET", "/files/x.mp4", WITH_KEY, None, 403),
        ("POST", "/files/upload", WITH_KEY, None, 401),
    ],
)
async def test_a_call_that_fal_would_refuse_is_a_violation(
    method: str, path: str, headers: dict[str, str], json: object, status: int
) -> None:
    """Refused with fal's status, and remembered until the end."""
    fal = FalTwin()
    await fal.start()
    async with aiohttp.ClientSession() as client:
        body = None if json is None else JsonPayload(json)
        async with client.request(method, fal.url + path, headers=headers, data=body) as answer:
            assert answer.status == status
    assert (len(fal.violations), fal.jobs) == (1, [])
    with pytest.raises(AssertionError, match="fal would not have taken"):
        await fal.__aexit__(None, None, None)


async def test_a_job_that_was_stopped_in_the_queue_stays_stopped() -> None:
    """Its clock does not set it going again: nobody is billed for what has never run."""
    async with FalTwin() as fal, aiohttp.ClientSession(headers=WITH_KEY) as client:
        async with client.post(f"{fal.url}/{ENDPOINT}", json=ARGUMENTS) as answer:
            stop = (await answer.json())["cancel_url"]
        job = await fal.next_job()
        async with client.put(stop) as answer:
            assert answer.status == 202
        ended = job.answer
        job.progress("1/2")
        job.finish()
    assert (job.status, job.answer) == ("COMPLETED", ended)
    assert ended is not None
