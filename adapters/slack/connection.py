"""The bot's way to Slack: the pool of its calls, the app that its listeners are in, and the sockets of Socket Mode."""

import asyncio
import logging
import re
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import LIBRARY, code_of
from bot.domain.errors import PlatformAway, PlatformRefused
from bot.wording import slack as words

log = structlog.get_logger()

PATIENCE_S = 60.0
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)
SOCKET_S = 20.0
"""How long the first socket may take, at the address that Slack has just given."""
BOT_TOKEN, APP_TOKEN, API_URL = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "TWEENBOT_SLACK_API_URL"
PUBLIC_URL = "https://slack.com/api/"


class Connection:
    """The HTTP pool of all calls, and the sockets while :meth:`listening` is open."""

    def __init__(self, base_url: str | None) -> None:
        self.base_url = base_url or PUBLIC_URL
        self._session: aiohttp.ClientSession | None = None
        self._identity: Mapping[str, Any] = {}

    @property
    def session(self) -> aiohttp.ClientSession:
        """The pool, while the connection is open."""
        assert self._session is not None, "the connection is not open"
        return self._session

    @property
    def identity(self) -> Mapping[str, Any]:
        """What Slack has said of the one token: its workspace and its bot."""
        return self._identity

    def client(self, token: str | None = None) -> AsyncWebClient:
        """Return a client that waits out rate limits, and asks again where the connection broke."""
        handlers = [
            AsyncConnectionErrorRetryHandler(max_retry_count=2),
            AsyncRateLimitErrorRetryHandler(max_retry_count=2),
        ]
        return AsyncWebClient(token=token, base_url=self.base_url, retry_handlers=handlers)

    def app(self, authorize: AsyncAuthorize, signing_secret: str = "") -> AsyncApp:
        """Return an app. Everything that it would look up in the environment by itself is given."""
        app = AsyncApp(
            client=self.client(),
            authorize=authorize,  # type: ignore[arg-type]  # bolt takes it, and says so only in a comment
            signing_secret=signing_secret,
            user_facing_authorize_error_message=words.REINSTALL,
            logger=_terse_logger(),
        )
        app.error(_failed)
        return app

    @asynccontextmanager
    async def opened(self, token: str | None) -> AsyncIterator[None]:
        """Open the pool, and have Slack say that it knows the token, if there is one.

        Raises :class:`PlatformRefused` or :class:`PlatformAway`.
        """
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            self._session = session
            if token is not None:
                asking = AsyncWebClient(token=token, base_url=self.base_url)
                self._identity = await _patiently(asking.auth_test, BOT_TOKEN)
            yield

    @asynccontextmanager
    async def listening(self, app: AsyncApp, app_token: str) -> AsyncIterator[None]:
        """Take commands over Socket Mode. Raises as :meth:`opened` does."""
        asking = AsyncWebClient(base_url=self.base_url)
        told = await _patiently(lambda: asking.apps_connections_open(app_token=app_token), APP_TOKEN)
        handler = AsyncSocketModeHandler(app, app_token, web_client=self.client())
        # Without an address the library asks for one itself, and does so for ever where its token is refused.
        handler.client.wss_uri = str(told["url"])
        try:
            try:
                async with asyncio.timeout(SOCKET_S):
                    await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt's own
            except TimeoutError as error:
                raise PlatformAway("Slack", API_URL, "no socket") from error
            yield
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # bolt's own


async def _patiently(ask: Callable[[], Awaitable[Any]], setting: str) -> Mapping[str, Any]:
    """Return Slack's answer; wait while it is away, and give up at once where it refuses what the setting holds."""
    ends = asyncio.get_running_loop().time() + PATIENCE_S
    for pause in (*PAUSES, *[PAUSES[-1]] * 10):
        try:
            answer = await ask()
        except SlackApiError as error:
            problem = code_of(error) or str(error.response.status_code)
            if error.response.status_code < 500 and error.response.status_code != 429:
                raise PlatformRefused("Slack", setting, problem) from error
        except LIBRARY as error:
            problem = type(error).__name__
        else:
            found: Mapping[str, Any] = answer.data
            return found
        if asyncio.get_running_loop().time() + pause > ends:
            break
        log.warning("slack_away", error=problem, again_in_s=pause)
        await asyncio.sleep(pause)
    raise PlatformAway("Slack", API_URL, problem)


async def _failed(error: Exception) -> None:
    """Log that a listener failed: where, and with which error of Slack's. What it was about may be anybody's words."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    at = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    log.error("slack_request_failed", error=type(error).__name__, code=code_of(error) or None, at=at)


class _Terse(logging.Filter):
    """Leaves of a library's line what it says first: errors and tracebacks may show the address of a socket."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten it."""
        record.msg, record.args = re.split(r"[(:]", record.getMessage(), maxsplit=1)[0].strip(), ()
        record.exc_info = record.exc_text = None
        return True


def _terse_logger() -> logging.Logger:
    logger = logging.getLogger("tweenbot.slack")
    logger.setLevel(logging.ERROR)
    if not logger.filters:
        logger.addFilter(_Terse())
    return logger
