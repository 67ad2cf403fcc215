"""Everybody comes at once: each is answered in time, and each gets one video."""

import asyncio
import statistics
import time

import pytest

from tests.scenario.chat.chat import Card, Chat

COMMANDS, PEOPLE, ROOMS = 200, 50, 50
MANY = {"TWEENBOT_MAX_RUNNING": "200", "TWEENBOT_MAX_RUNNING_PER_SERVER": "200", "TWEENBOT_MAX_RUNNING_PER_USER": "20"}


@pytest.mark.alone
async def test_two_hundred_commands_in_one_second(chat: Chat) -> None:
    """Within three seconds each is acknowledged; in the end there are 200 requests and 200 videos, one a card."""
    chat.fal.seconds = 1.0
    async with chat.bot(**MANY):
        began = time.monotonic()
        asking = [asyncio.create_task(ask(chat, number)) for number in range(COMMANDS)]
        assert time.monotonic() - began < 1
        cards = await asyncio.gather(*asking)
        waits = sorted(chat.acknowledged)
        assert len(waits) == COMMANDS
        print(f"acknowledged: p50 {statistics.median(waits):.2f} s, p99 {waits[int(COMMANDS * 0.99) - 1]:.2f} s")  # noqa: T201  # shown with -s
        assert waits[-1] < 3
        posts = [await chat.video(room=f"room {number % ROOMS}") for number in range(COMMANDS)]
        for card in cards:
            await chat.until(card, "Done")
    assert len({id(post.card) for post in posts}) <= COMMANDS
    assert all(post.card in cards for post in posts)
    assert len({job.arguments["prompt"] for job in chat.fal.jobs}) == len(chat.fal.jobs) == COMMANDS
    assert sum(len(chat.videos(room=f"room {number}")) for number in range(ROOMS)) == COMMANDS


async def ask(chat: Chat, number: int) -> Card:
    """Give the command of this number."""
    return await chat.ask(f"number {number}", by=f"member {number % PEOPLE}", room=f"room {number % ROOMS}")
