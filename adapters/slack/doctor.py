"""Looks at the app's tokens as Slack knows them; it opens no socket, and changes nothing.

What is looked at: the bot's token and its scopes (Slack's documentation, ``auth.test``; every answer names the scopes
of its token in a header), and the app's (``apps.connections.open``, which only hands out an address).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.connection import API_URL, APP_TOKEN, BOT_TOKEN, PUBLIC_URL
from adapters.slack.errors import LIBRARY, code_of
from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, scopes
from bot.domain.check import Check, Mark
from bot.domain.errors import PlatformAway
from bot.wording import doctor as words
from bot.wording.refusals import explain

ANSWER_S = 15.0
SCOPES_HEADER = "x-oauth-scopes"


async def of_one_workspace(bot_token: str, app_token: str | None, base_url: str | None) -> AsyncIterator[Check]:
    """Look at the tokens of a bot without OAuth; without an app token commands come over HTTP."""
    client = AsyncWebClient(base_url=base_url or PUBLIC_URL)
    answer = await _asked(words.BOT_TOKEN, BOT_TOKEN, lambda: client.auth_test(token=bot_token))
    if isinstance(answer, Check):
        yield answer
        return
    yield Check(words.BOT_TOKEN, Mark.OK, words.workspace_of(str(answer["user"]), str(answer["team"])))
    if (lacking := _lacking(answer)) is not None:
        mend = words.scopes_mend(lacking) if lacking else ""
        yield Check(words.SCOPES, Mark.MEND if lacking else Mark.OK, words.scopes_told(lacking), mend)
    if app_token is None:
        return
    opened = await _asked(words.APP_TOKEN, APP_TOKEN, lambda: client.apps_connections_open(app_token=app_token))
    yield opened if isinstance(opened, Check) else Check(words.APP_TOKEN, Mark.OK, words.SOCKET_MODE)


def over_http(public_url: str | None, *, many: bool) -> Check:
    """Say where Slack's requests must go; nobody but Slack can try its signing secret."""
    if public_url is None:
        return Check(words.SLACK_HTTP, Mark.LOOK, words.NO_ADDRESS_FOR_SLACK, words.ADDRESS_FOR_SLACK)
    base = public_url.rstrip("/")
    told = words.requests_go_to(f"{base}{EVENTS_PATH}", f"{base}{INSTALL_PATH}" if many else None)
    return Check(words.SLACK_HTTP, Mark.OK, told)


async def _asked(name: str, setting: str, ask: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401  # an answer, or a check
    try:
        async with asyncio.timeout(ANSWER_S):
            return await ask()
    except SlackApiError as error:
        if error.response.status_code < 500 and error.response.status_code != 429:
            return Check(name, Mark.MEND, words.refused_by_slack(code_of(error)), words.slack_mend(setting))
        why = str(error.response.status_code)
    except LIBRARY as error:
        why = type(error).__name__
    return Check(name, Mark.MEND, words.NOT_ANSWERED, explain(PlatformAway("Slack", API_URL, why)))


def _lacking(answer: Any) -> list[str] | None:  # noqa: ANN401  # slack_sdk's own
    """Return the scopes that the token lacks; None where Slack does not say which it has."""
    said = {name.lower(): value for name, value in answer.headers.items()}.get(SCOPES_HEADER)
    if said is None:
        return None
    has = {each.strip() for each in str(said).split(",")}
    return [scope for scope in scopes() if scope not in has]
