"""Socket Mode at the twin, with slack_sdk's own client: goodbyes, pulled cables, several sockets."""

from collections.abc import Awaitable, Callable
from typing import Literal

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.contract.slack.conftest import Office


@pytest.mark.parametrize("reason", [None, "warning", "refresh_requested"])
async def test_the_client_comes_back_after_a_goodbye_and_after_a_pulled_cable(
    office: Office, reason: Literal["warning", "refresh_requested"] | None
) -> None:
    """A new ticket, a new socket, and commands arrive again."""
    app = office.app()

    @app.command("/tween")
    async def typed(ack: AsyncAck) -> None:
        await ack()

    async with office.running(app):
        await office.slack.sockets.drop(reason)
        await office.slack.until(lambda: office.slack.sockets.ever == 2 and office.slack.sockets.open)
        assert (await office.ann.slash(office.videos, "/tween")).failed is None
    assert len(office.slack.calls("apps.connections.open")) == 2


def _counted(heard: list[int], number: int) -> Callable[[AsyncAck], Awaitable[None]]:
    async def typed(ack: AsyncAck) -> None:
        heard.append(number)
        await ack()

    return typed


async def test_an_envelope_goes_to_one_of_several_sockets(office: Office) -> None:
    """In turn; every command is heard once."""
    heard: list[int] = []
    apps = [office.app(), office.app()]
    for number, app in enumerate(apps):
        app.command("/tween")(_counted(heard, number))
    async with office.running(apps[0]), office.running(apps[1]):
        assert len(office.slack.sockets.open) == 2
        for _ in range(4):
            await office.ann.slash(office.videos, "/tween")
    assert sorted(heard) == [0, 0, 1, 1]


async def test_a_socket_needs_a_fresh_ticket_and_the_app_token(office: Office) -> None:
    """A ticket opens one socket; the bot's token opens none."""
    env = office.slack.env()
    client = AsyncWebClient(base_url=env["TWEENBOT_SLACK_API_URL"])
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=env["SLACK_BOT_TOKEN"])
    url = (await client.apps_connections_open(app_token=env["SLACK_APP_TOKEN"]))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
            await socket.send_str('{"envelope_id": "never sent"}')
            await office.slack.until(lambda: len(office.slack.violations) == 2)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
    assert len(office.slack.forgive()) == 3


async def test_the_eleventh_socket_is_sent_away(office: Office) -> None:
    """``too_many_websockets``."""
    env = office.slack.env()
    client = AsyncWebClient(base_url=env["TWEENBOT_SLACK_API_URL"])
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(11):
            url = (await client.apps_connections_open(app_token=env["SLACK_APP_TOKEN"]))["url"]
            sockets.append(await session.ws_connect(url))
        said = [await socket.receive_json() for socket in sockets]
    assert [hello["num_connections"] for hello in said[:10]] == list(range(1, 11))
    assert (said[10]["reason"], office.slack.forgive()) == ("too_many_websockets", ["more than 10 sockets"])
