"""A request whose answer was lost is found in fal's history, where there is one."""

import asyncio
import time as wall
from collections.abc import Mapping

import pytest

from adapters.fal.provider import FalProvider
from bot.domain.errors import (
    CredentialsRefused,
    ProtocolBroken,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
    SubmitUnclear,
    TweenError,
)
from bot.domain.model import Value
from tests.contract.fal.conftest import ARGUMENTS, ENDPOINT, FakeTime
from tests.twins.fal import FalTwin
from tests.twins.fal_replies import Reply
from tests.twins.replies import Answer, HoldAnswer, LoseAnswer, Refuse


def _another(number: int) -> Mapping[str, Value]:
    """The arguments of another job: other images, the same prompt."""
    return {**ARGUMENTS, "start_image_url": f"https://v3.fal.media/files/{number}.png"}


async def _lost(fal: FalTwin, provider: FalProvider, arguments: Mapping[str, Value] = ARGUMENTS) -> str:
    """Have a submit's answer lost; return what the request is known by."""
    fal.script("submit", LoseAnswer())
    with pytest.raises(SubmitUnclear):
        await provider.submit(ENDPOINT, arguments)
    return provider.trace(arguments)


async def test_a_request_whose_answer_was_lost_is_found(fal: FalTwin, provider: FalProvider) -> None:
    """By its images, whatever fal has filled in besides; and its ticket leads to the result."""
    await provider.submit(ENDPOINT, _another(1))
    trace = await _lost(fal, provider)
    await provider.submit(ENDPOINT, _another(2))

    ticket = await provider.look_up(ENDPOINT, trace, wall.time())

    assert ticket is not None
    assert ticket.request_id == fal.jobs[1].id
    fal.jobs[1].finish()
    assert (await provider.result(ticket)).seed == 42


async def test_what_is_not_there_is_not_found(fal: FalTwin, provider: FalProvider) -> None:
    """Nor is a request that shares only one of its images, or one of another model."""
    await provider.submit(ENDPOINT, _another(1))
    await provider.submit("fal-ai/other", ARGUMENTS)

    assert await provider.look_up(ENDPOINT, provider.trace(ARGUMENTS), wall.time()) is None


@pytest.mark.parametrize(("age", "is_found"), [(100, True), (200, False)])
async def test_older_requests_are_not_meant(fal: FalTwin, provider: FalProvider, age: float, *, is_found: bool) -> None:
    """Only what was sent since the intent counts, with two minutes for clocks that are apart."""
    trace = await _lost(fal, provider)
    fal.jobs[0].sent_at -= age

    assert (await provider.look_up(ENDPOINT, trace, wall.time()) is not None) is is_found


async def test_the_history_is_read_page_by_page(fal: FalTwin, provider: FalProvider) -> None:
    """The oldest of seven is on the fourth page of two."""
    fal.history_page = 2
    trace = await _lost(fal, provider)
    for number in range(6):
        await provider.submit(ENDPOINT, _another(number))

    ticket = await provider.look_up(ENDPOINT, trace, wall.time())

    assert ticket is not None
    assert ticket.request_id == fal.jobs[0].id
    assert fal.counts["history"] == 4


async def test_ten_pages_are_enough(fal: FalTwin, provider: FalProvider) -> None:
    """A history without an end holds nobody up."""
    fal.history_page = 1
    trace = await _lost(fal, provider)
    for number in range(10):
        await provider.submit(ENDPOINT, _another(number))

    assert await provider.look_up(ENDPOINT, trace, wall.time()) is None
    assert fal.counts["history"] == 10


@pytest.mark.parametrize("status", [403, 404, 405, 501])
async def test_where_there_is_no_history_nobody_asks_for_it_again_at_once(
    fal: FalTwin, provider: FalProvider, time: FakeTime, status: int
) -> None:
    """A key that may not ask, and a server without one: nothing is found, and ten minutes later it is tried again."""
    fal.script("history", Answer(status, {"detail": "no"}))
    trace = await _lost(fal, provider)

    assert [await provider.look_up(ENDPOINT, trace, wall.time()) for _ in range(3)] == [None] * 3
    assert fal.counts["history"] == 1
    time.now += 601
    assert await provider.look_up(ENDPOINT, trace, wall.time()) is not None


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Answer(401, {"detail": "No such key"}), CredentialsRefused, "No such key"),
        (Answer(429, {}, {"Retry-After": "9"}), ProviderBusy, "provider busy, retry after 9.0"),
        (Answer(500, {"detail": "Oh"}), ProviderFailed, "HTTP 500: Oh"),
        (Answer(502, "<html>"), ProviderFailed, "HTTP 502"),
        (Answer(200, "<html>"), ProtocolBroken, "a history without items"),
        (Answer(200, {"items": None}), ProtocolBroken, "a history without items"),
        (HoldAnswer(asyncio.Event()), ProviderUnreachable, "TimeoutError"),
    ],
)
async def test_a_history_that_does_not_answer_is_an_error_and_asked_again(
    fal: FalTwin, provider: FalProvider, reply: Reply, error: type[TweenError], words: str
) -> None:
    """It says nothing about the request, and the next look-up asks anew."""
    trace = await _lost(fal, provider)
    fal.script("history", reply)

    with pytest.raises(error, match=words):
        await provider.look_up(ENDPOINT, trace, wall.time())
    assert await provider.look_up(ENDPOINT, trace, wall.time()) is not None


async def test_a_broken_connection_to_the_history_is_no_answer(fal: FalTwin, provider: FalProvider) -> None:
    """Nothing is said about the request."""
    trace = await _lost(fal, provider)
    fal.script("history", *[Refuse()] * 4)

    with pytest.raises(ProviderUnreachable):
        await provider.look_up(ENDPOINT, trace, wall.time())


@pytest.mark.parametrize(
    "items",
    [
        [None, 7, {}, {"request_id": 7}],
        [{"request_id": "x"}],
        [{"request_id": "../../storage", "json_input": ARGUMENTS}],
        [{"request_id": "x", "json_input": [[[[[[[ARGUMENTS]]]]]]]}],
    ],
)
async def test_odd_entries_of_the_history_are_passed_over(
    fal: FalTwin, provider: FalProvider, items: list[object]
) -> None:
    """Inputs that were deleted, ids that are none, and depths that nobody sends."""
    fal.script("history", Answer(200, {"items": items, "has_more": True, "next_cursor": None}))

    assert await provider.look_up(ENDPOINT, provider.trace(ARGUMENTS), wall.time()) is None


async def test_many_look_ups_share_one_listing(fal: FalTwin, provider: FalProvider, time: FakeTime) -> None:
    """After a crash hundreds of jobs ask at the same time: one listing answers all, for five seconds."""
    traces = [await _lost(fal, provider, _another(number)) for number in range(20)]
    since = wall.time()

    found = await asyncio.gather(*(provider.look_up(ENDPOINT, trace, since) for trace in traces))

    assert [ticket and ticket.request_id for ticket in found] == [job.id for job in fal.jobs]
    assert fal.counts["history"] == 1
    time.now += 6
    await provider.look_up(ENDPOINT, traces[0], since)
    assert fal.counts["history"] == 2


async def test_a_listing_answers_only_what_it_covers(fal: FalTwin, provider: FalProvider) -> None:
    """A request that is older than the last listing, or of another model, is asked for anew."""
    older, other = await _lost(fal, provider), await _lost(fal, provider, _another(1))
    fal.jobs[0].sent_at -= 1000
    fal.jobs[1].endpoint = "fal-ai/other"

    assert await provider.look_up(ENDPOINT, older, wall.time()) is None
    assert await provider.look_up(ENDPOINT, older, wall.time() - 1000) is not None
    assert await provider.look_up("fal-ai/other", other, wall.time()) is not None


async def test_a_trace_tells_nothing_and_needs_the_images_alone(fal: FalTwin, provider: FalProvider) -> None:
    """No address is in it, and options do not change it; without images nothing is ever asked."""
    trace = provider.trace(ARGUMENTS)

    assert "fal.media" not in trace
    assert trace == provider.trace({"seed": 7, **dict(reversed(ARGUMENTS.items())), "prompt": "another"})
    assert trace != provider.trace(_another(1))
    assert await provider.look_up(ENDPOINT, provider.trace({"prompt": "no image"}), wall.time()) is None
    assert fal.counts["history"] == 0
