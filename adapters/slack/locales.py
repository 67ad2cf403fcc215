"""The language of a user, which Slack tells only when it is asked."""

import asyncio
from collections import OrderedDict

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import LIBRARY

KEPT = 5000
ASK_S = 0.8
"""A form is due within three seconds of its command (documentation, "trigger_id"): better English than late."""


class Locales:
    """The languages of the users who were asked about last."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()

    async def of(self, client: AsyncWebClient, user: str) -> str:
        """Return a user's locale as Slack writes it (``de-DE``); empty where it does not say."""
        if user in self._known:
            return self._known[user]
        try:
            async with asyncio.timeout(ASK_S):
                answer = await client.users_info(user=user, include_locale=True)
        except LIBRARY:
            return ""
        self._known[user] = str(answer["user"].get("locale") or "")
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return self._known[user]
