"""Strangers who post to the webhook's address cost an answer each, and nothing that lasts."""

import asyncio

import aiohttp
from structlog.testing import capture_logs

from tests.contract.fal.receiving import TOKEN, Receiver, receiving
from tests.twins.fal import FalTwin

POSTS = 300


async def test_a_flood_fills_no_log(fal: FalTwin) -> None:
    """Each is refused; each reason is logged once a minute, and the keys are not fetched for each."""
    receiver = Receiver()
    forged = {
        "X-Fal-Webhook-Request-Id": "7" * 36,
        "X-Fal-Webhook-User-Id": "user",
        "X-Fal-Webhook-Timestamp": str(int(receiver.wall)),
        "X-Fal-Webhook-Signature": "ab" * 64,
    }
    async with receiving(fal.url, receiver), aiohttp.ClientSession() as http:

        async def post(headers: dict[str, str]) -> int:
            async with http.post(f"{receiver.url}/fal/webhook/{TOKEN}", json={}, headers=headers) as answer:
                return answer.status

        with capture_logs() as logged:
            answers = await asyncio.gather(*(post(forged if number % 2 else {}) for number in range(POSTS)))
            receiver.wall += 61
            answers.append(await post({}))
    assert sorted(set(answers)) == [400, 401]
    assert [each["why"] for each in logged if each["event"] == "webhook_refused"].count("forged") == 1
    assert len(logged) == 3
    assert receiver.arrived == []
