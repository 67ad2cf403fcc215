"""The bot's connection to Slack over Socket Mode: outward sockets, so that no public address is needed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import LIBRARY, code_of
from bot.domain.errors import PlatformAway, PlatformRefused

log = structlog.get_logger()

PATIENCE_S = 60.0
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)
BOT_TOKEN, APP_TOKEN, API_URL = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "TWEENBOT_SLACK_API_URL"
PUBLIC_URL = "https://slack.com/api/"


class Connection:
    """The HTTP pool of all calls, and the sockets while :meth:`listening` is open."""

    def __init__(self, base_url: str | None) -> None:
        self.base_url = base_url or PUBLIC_URL
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The pool, while the connection is open."""
        assert self._session is not None, "the connection is not open"
        return self._session

    def client(self, token: str | None = None) -> AsyncWebClient:
        """Return a client that waits out rate limits, and asks again where the connection broke."""
        handlers = [
            AsyncConnectionErrorRetryHandler(max_retry_count=2),
            AsyncRateLimitErrorRetryHandler(max_retry_count=2),
        ]
        return AsyncWebClient(token=token, base_url=self.base_url, retry_handlers=handlers)

    def app(self, token: str) -> AsyncApp:
        """Return an app for the one workspace of this token."""
        # It looks into the environment for tokens of its own, and warns of those that it leaves alone.
        logging.getLogger("slack_bolt.AsyncApp").setLevel(logging.ERROR)
        return AsyncApp(client=self.client(token))

    @asynccontextmanager
    async def opened(self, token: str | None) -> AsyncIterator[None]:
        """Open the pool, and have Slack say that it knows the token, if there is one.

        Raises :class:`PlatformRefused` or :class:`PlatformAway`.
        """
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            self._session = session
            if token is not None:
                await self._patiently(token, BOT_TOKEN)
            yield

    @asynccontextmanager
    async def listening(self, app: AsyncApp, app_token: str) -> AsyncIterator[None]:
        """Take commands over Socket Mode."""
        handler = AsyncSocketModeHandler(app, app_token, web_client=self.client())
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt's own
        except SlackApiError as error:
            raise PlatformRefused("Slack", APP_TOKEN, code_of(error)) from error
        except LIBRARY as error:
            raise PlatformAway("Slack", API_URL, type(error).__name__) from error
        try:
            yield
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # bolt's own

    async def _patiently(self, token: str, setting: str) -> None:
        ends = asyncio.get_running_loop().time() + PATIENCE_S
        for pause in (*PAUSES, *[PAUSES[-1]] * 10):
            try:
                await AsyncWebClient(token=token, base_url=self.base_url).auth_test()
            except SlackApiError as error:
                problem = code_of(error) or str(error.response.status_code)
                if error.response.status_code < 500 and error.response.status_code != 429:
                    raise PlatformRefused("Slack", setting, problem) from error
            except LIBRARY as error:
                problem = type(error).__name__
            else:
                return
            if asyncio.get_running_loop().time() + pause > ends:
                break
            log.warning("slack_away", error=problem, again_in_s=pause)
            await asyncio.sleep(pause)
        raise PlatformAway("Slack", API_URL, problem)
