"""Rate limits and bad luck at the twin, with slack_sdk's retry handlers."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

from tests.contract.slack.conftest import Office
from tests.twins.replies import Answer, HoldAnswer, LoseAnswer, Refuse
from tests.twins.slack_limits import BURST_IN_A_CHANNEL
from tests.twins.slack_replies import Error, RateLimited


async def test_a_channel_takes_a_short_burst_and_then_a_message_a_second(office: Office) -> None:
    """HTTP 429 with Retry-After, per channel; the default client raises."""
    client = office.client()
    for _ in range(BURST_IN_A_CHANNEL):
        await client.chat_postMessage(channel=office.videos.id, text="x")
    with pytest.raises(SlackApiError, match="ratelimited") as refused:
        await client.chat_postMessage(channel=office.videos.id, text="x")
    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "1")
    await client.chat_postMessage(channel=office.ann.dm.id, text="x")
    office.slack.expects_no_ack = True
    office.slack.pass_time(1)
    await client.chat_postMessage(channel=office.videos.id, text="x")
    assert office.slack.too_many == 1


async def test_updates_are_fifty_a_minute_for_a_workspace(office: Office) -> None:
    """Tier 3; switched off they are free."""
    client = office.client()
    ts = (await client.chat_postMessage(channel=office.videos.id, text="x"))["ts"]
    for _ in range(50):
        await client.chat_update(channel=office.videos.id, ts=ts, text="x")
    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.chat_update(channel=office.videos.id, ts=ts, text="x")
    office.slack.limits.on = False
    await client.chat_update(channel=office.videos.id, ts=ts, text="x")
    assert office.slack.too_many == 1


async def test_the_retry_handler_waits_and_then_posts_once(office: Office) -> None:
    """A scripted 429 is counted like any."""
    handler = AsyncRateLimitErrorRetryHandler(max_retry_count=2)
    office.slack.script("chat.postMessage", RateLimited(0), RateLimited(0))
    await office.client(retry_handlers=[handler]).chat_postMessage(channel=office.videos.id, text="x")
    assert (office.slack.too_many, len(office.slack.calls("chat.postMessage"))) == (2, 3)
    assert len(office.videos.messages) == 1


async def test_a_lost_answer_is_a_posted_message(office: Office) -> None:
    """slack_sdk's default handler sends the request again: the message is there twice."""
    office.slack.script("chat.postMessage", LoseAnswer())
    await office.client().chat_postMessage(channel=office.videos.id, text="x")
    assert len(office.videos.messages) == 2
    office.slack.script("chat.postMessage", Refuse())
    with pytest.raises(aiohttp.ClientConnectionError):
        await office.client(retry_handlers=[]).chat_postMessage(channel=office.videos.id, text="y")
    assert len(office.videos.messages) == 2


async def test_answers_can_be_put_in_place_and_held(office: Office) -> None:
    """An outage of HTTP, an outage by code, and an answer that waits while its effect is there."""
    client, channel = office.client(), office.videos.id
    hold = HoldAnswer(asyncio.Event())
    office.slack.script("chat.postMessage", Answer(503, "unavailable"), Error("internal_error"), hold)
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=channel, text="x")
    with pytest.raises(SlackApiError, match="internal_error"):
        await client.chat_postMessage(channel=channel, text="x")
    posting = asyncio.create_task(client.chat_postMessage(channel=channel, text="x"))
    await hold.reached.wait()
    assert (len(office.videos.messages), posting.done()) == (1, False)
    hold.until.set()
    assert (await posting)["ok"]
