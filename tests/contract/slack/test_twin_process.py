"""The twin and a program of its own, which is killed and comes back."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.contract.slack.conftest import Office

BOT = Path(__file__).parent / "a_bot.py"


@asynccontextmanager
async def _bot(office: Office) -> AsyncIterator[None]:
    """A program with nothing but the twin's environment, killed at the end."""
    env = {"PATH": os.environ["PATH"]} | office.slack.env("socket")
    program = await asyncio.create_subprocess_exec(sys.executable, str(BOT), env=env)
    try:
        await office.slack.until(lambda: office.slack.sockets.open)
        yield
    finally:
        program.kill()
        await program.wait()
        await office.slack.until(lambda: not office.slack.sockets.open)


async def test_what_a_killed_program_missed_comes_when_it_is_back(office: Office) -> None:
    """The environment is all it needs; an event is brought again until it is acknowledged."""
    slack = office.slack
    async with _bot(office):
        heard = await office.ann.mention(office.videos, "one")
        await slack.until(lambda: office.videos.by_bot)
    slack.expects_no_ack = True
    missed = await office.ann.mention(office.videos, "two")
    await slack.until(lambda: slack.deliveries.all[-1].attempts)
    slack.pass_time(3)
    await slack.until(lambda: slack.deliveries.unacked)
    slack.pass_time(3)
    await slack.until(lambda: len(slack.deliveries.unacked) == 2)
    slack.expects_no_ack = False
    async with _bot(office):
        slack.pass_time(60)
        await slack.until(lambda: len(office.videos.by_bot) == 2)
        await slack.settled()
    assert [message.text for message in office.videos.by_bot] == [f"heard {heard.ts}", f"heard {missed.ts}"]
