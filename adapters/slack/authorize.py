"""Whose token serves a request of Slack's: the operator's one, or that of the workspace it comes from.

Bolt's own ways ask ``auth.test`` in each request, of whose three seconds that takes one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.slack.installs import Installs


class OneWorkspace(AsyncAuthorize):
    """The token of a bot without OAuth; ``identity`` is what ``auth.test`` has said of it at the start."""

    def __init__(self, token: str, identity: Callable[[], Mapping[str, Any]]) -> None:
        self._token = token
        self._identity = identity

    async def __call__(self, *, user_id: str | None, **_: Any) -> AuthorizeResult:  # noqa: ANN401  # bolt's own
        """Return it."""
        known = self._identity()
        return AuthorizeResult(
            enterprise_id=known.get("enterprise_id"),
            team_id=known.get("team_id"),
            bot_id=known.get("bot_id"),
            bot_user_id=known.get("user_id"),
            bot_token=self._token,
            user_id=user_id,
        )


class Installed(AsyncAuthorize):
    """The token of the installation that a request is for."""

    def __init__(self, installs: Installs) -> None:
        self._installs = installs

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        **_: Any,  # noqa: ANN401  # bolt's own
    ) -> AuthorizeResult | None:
        """Return it; None where the bot is not installed."""
        wide = bool(context.is_enterprise_install)
        found = await self._installs.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=wide
        )
        if found is None:
            return None
        if wide and team_id and enterprise_id:
            await self._installs.used_in(team_id, enterprise_id)
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_id=found.bot_id,
            bot_user_id=found.bot_user_id,
            bot_token=found.bot_token,
            user_id=user_id,
        )
