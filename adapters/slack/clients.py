"""Clients of Slack's Web API, one a workspace, and a limit on edits that all jobs of a workspace share.

Two kinds: one that waits and tries again, for what does no harm twice; and one that does neither, for what makes a
message.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

TIMEOUT_S = 30
EDITS_A_MINUTE = 45
"""``chat.update`` takes 50 and more a minute in a workspace (documentation, "Rate limits", Tier 3)."""
KEPT = 1000
"""Workspaces whose clients are kept."""


class Tokens(Protocol):
    """The bot's token of a workspace."""

    async def token(self, team: str, enterprise: str | None) -> str | None:
        """Return the token; None where the bot is not installed there, or not any more."""
        ...


class OneToken:
    """The token of the one workspace that a bot without OAuth serves."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self, team: str, enterprise: str | None) -> str | None:  # noqa: ARG002  # there is one
        """Return it."""
        return self._token


class NotInstalled(LookupError):
    """The bot is not installed in that workspace."""


class Clients:
    """Clients by workspace. ``session`` is one connection pool for all of them."""

    def __init__(self, tokens: Tokens, base_url: str, session: Callable[[], aiohttp.ClientSession]) -> None:
        self._tokens = tokens
        self._base_url = base_url
        self._session = session
        self._edits: OrderedDict[str, list[float]] = OrderedDict()

    async def patient(self, team: str, enterprise: str | None = None) -> AsyncWebClient:
        """Return a client that waits out rate limits, and asks again where the connection broke."""
        handlers = [
            AsyncConnectionErrorRetryHandler(max_retry_count=2),
            AsyncRateLimitErrorRetryHandler(max_retry_count=2),
        ]
        return await self._client(team, enterprise, handlers)

    async def once(self, team: str, enterprise: str | None = None) -> AsyncWebClient:
        """Return a client that sends each request a single time: a message must not be there twice."""
        return await self._client(team, enterprise, [])

    async def token(self, team: str, enterprise: str | None = None) -> str:
        """Return a workspace's token; raise :class:`NotInstalled`."""
        token = await self._tokens.token(team, enterprise)
        if token is None:
            raise NotInstalled(team)
        return token

    def pace(self, team: str, age: float) -> float:
        """Return the seconds between two edits of a card of this age: more, the older it is and the more are edited."""
        now = time.monotonic()
        recent = [moment for moment in self._edits.get(team, []) if now - moment < 60]
        self._edits[team] = recent
        crowded = 60.0 / EDITS_A_MINUTE * max(1, len(recent) // 2) if len(recent) > EDITS_A_MINUTE // 2 else 0.0
        return max(3.0 if age < 120 else 6.0 if age < 600 else 15.0, min(crowded, 60.0))

    def edited(self, team: str) -> None:
        """Take note of an edit."""
        self._edits.setdefault(team, []).append(time.monotonic())
        self._edits.move_to_end(team)
        while len(self._edits) > KEPT:
            self._edits.popitem(last=False)

    async def _client(self, team: str, enterprise: str | None, handlers: list[AsyncRetryHandler]) -> AsyncWebClient:
        client = AsyncWebClient(
            token=await self.token(team, enterprise),
            base_url=self._base_url,
            timeout=TIMEOUT_S,
            session=self._session(),
            retry_handlers=handlers,
        )
        if not handlers:
            # An empty list is taken for none given, and the default tries again where a connection broke.
            client.retry_handlers = []
        return client
