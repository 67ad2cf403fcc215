"""What the tests of the Slack twin share: a twin with a workspace, and bolt apps that listen on its sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.twins.slack import SlackTwin, User, Workspace
from tests.twins.slack_places import Channel

PNG = bytes.fromhex("89504e470d0a1a0a") + b"not really a picture" * 100
"""A file that begins as a PNG does."""


@dataclass(frozen=True)
class Office:
    """A workspace with Ann in it, and a channel with the bot in it."""

    slack: SlackTwin
    acme: Workspace
    ann: User
    videos: Channel

    def client(self, **settings: Any) -> AsyncWebClient:  # noqa: ANN401
        """Return slack_sdk's client with the bot's token."""
        env = self.slack.env()
        return AsyncWebClient(token=env["SLACK_BOT_TOKEN"], base_url=env["TWEENBOT_SLACK_API_URL"], **settings)

    def app(self) -> AsyncApp:
        """Return a bolt app that acknowledges every event, and does nothing yet."""
        return acknowledging(AsyncApp(client=self.client()))

    @asynccontextmanager
    async def running(self, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
        """Have an app listen in Socket Mode."""
        handler = AsyncSocketModeHandler(app, self.slack.env()["SLACK_APP_TOKEN"], ping_interval=0.2)
        before = self.slack.sockets.ever
        await handler.connect_async()  # type: ignore[no-untyped-call]
        await self.slack.until(lambda: self.slack.sockets.ever > before)
        try:
            yield handler
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


def acknowledging(app: AsyncApp) -> AsyncApp:
    """Have an app acknowledge every event."""

    async def nothing() -> None:
        """Bolt acknowledges an event that has a listener."""

    for name in ("message", "app_mention", "app_home_opened", "member_joined_channel"):
        app.event(name)(nothing)
    return app


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with SlackTwin() as slack:
        acme = slack.workspace("Acme")
        yield Office(slack, acme, acme.user("ann", "de-DE"), acme.channel("videos"))


def modal(*blocks: dict[str, Any], **besides: object) -> dict[str, Any]:
    """Return a modal."""
    title, submit = {"type": "plain_text", "text": "Tween"}, {"type": "plain_text", "text": "Make it"}
    view = {"type": "modal", "callback_id": "tween", "title": title, "submit": submit, "blocks": list(blocks)}
    return view | besides


def entry(block_id: str, label: str, **element: object) -> dict[str, Any]:
    """Return an input block."""
    shape: dict[str, Any] = {"type": "input", "block_id": block_id, "label": {"type": "plain_text", "text": label}}
    return shape | {"element": {"action_id": "value"} | element}


def section(text: str) -> dict[str, Any]:
    """Return a section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def buttons(*labels: str) -> dict[str, Any]:
    """Return an actions block; each label in lower case is its button's action_id."""
    made = [
        {"type": "button", "action_id": label.lower(), "value": "7", "text": {"type": "plain_text", "text": label}}
        for label in labels
    ]
    return {"type": "actions", "elements": made}
