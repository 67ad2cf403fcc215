"""A program of its own that knows nothing of the twin but its environment: it echoes mentions over Socket Mode."""

import asyncio
import os

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient


async def main() -> None:
    """Run until it is killed."""
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["TWEENBOT_SLACK_API_URL"])
    app = AsyncApp(client=client)

    @app.event("app_mention")
    async def mentioned(event: dict[str, str], say: AsyncSay) -> None:
        await say(f"heard {event['ts']}")

    await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start_async()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    asyncio.run(main())
