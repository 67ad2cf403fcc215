"""Anybody can post to where Slack posts its events: nobody can hold that open."""

import asyncio
import contextlib
from typing import cast

import pytest
from slack_bolt.async_app import AsyncApp

from adapters.slack.http import routes
from adapters.web.server import Address, Health, serve


async def _healthy() -> Health:
    return Health(draining=False, carried=0, store=True)


@pytest.mark.looptime
async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    """Slack sends an event in one piece, and asks for its answer within three seconds."""
    async with serve(routes(cast("AsyncApp", None), "secret", None), Address(any_host=True), _healthy) as here:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        with contextlib.closing(writer):
            writer.write(b"POST /slack/events HTTP/1.1\r\nHost: bot.example\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(12):
                writer.write(b"x")
                await asyncio.sleep(1)
            async with asyncio.timeout(1):
                assert (await reader.readline()).split()[1] == b"408"
