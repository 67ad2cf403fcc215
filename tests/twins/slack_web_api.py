"""The Slack twin's Web API: which methods there are, who may call them how often, and what a call may say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from tests.twins import slack_chat, slack_contract, slack_conversations, slack_files, slack_oauth, slack_views
from tests.twins.slack_app import APP_TOKEN
from tests.twins.slack_call import Call
from tests.twins.slack_errors import Refused
from tests.twins.slack_limits import SPECIAL, TIERS
from tests.twins.slack_state import Json

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin
    from tests.twins.slack_places import Installation


@dataclass(frozen=True)
class Method:
    """A method: what it does, the scopes of which one is needed, the calls a minute."""

    run: Callable[[Call], Json]
    scopes: tuple[str, ...]
    per_minute: float


_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
METHODS = {
    "auth.test": Method(slack_conversations.auth_test, (), SPECIAL),
    "auth.revoke": Method(slack_conversations.auth_revoke, (), TIERS[3]),
    "chat.postMessage": Method(slack_chat.post_message, ("chat:write",), SPECIAL),
    "chat.update": Method(slack_chat.update, ("chat:write",), TIERS[3]),
    "chat.delete": Method(slack_chat.delete, ("chat:write",), TIERS[3]),
    "chat.postEphemeral": Method(slack_chat.post_ephemeral, ("chat:write",), TIERS[4]),
    "chat.getPermalink": Method(slack_chat.permalink, (), SPECIAL),
    "conversations.info": Method(slack_conversations.info, _READ, TIERS[3]),
    "conversations.join": Method(slack_conversations.join, ("channels:join",), TIERS[3]),
    "conversations.open": Method(slack_conversations.open_, ("im:write", "mpim:write"), TIERS[3]),
    "conversations.members": Method(slack_conversations.members, _READ, TIERS[4]),
    "conversations.history": Method(slack_conversations.history, _HISTORY, TIERS[3]),
    "conversations.replies": Method(slack_conversations.replies, _HISTORY, TIERS[3]),
    "views.open": Method(slack_views.open_, (), TIERS[4]),
    "views.push": Method(slack_views.push, (), TIERS[4]),
    "views.update": Method(slack_views.update, (), TIERS[4]),
    "views.publish": Method(slack_views.publish, (), TIERS[4]),
    "files.getUploadURLExternal": Method(slack_files.get_upload_url, ("files:write",), TIERS[4]),
    "files.completeUploadExternal": Method(slack_files.complete_upload, ("files:write",), TIERS[4]),
    "files.info": Method(slack_files.info, ("files:read",), TIERS[4]),
    "files.delete": Method(slack_files.delete, ("files:write",), TIERS[3]),
    "users.info": Method(slack_conversations.user_info, ("users:read",), TIERS[4]),
}
_OTHERS = {"apps.connections.open", "oauth.v2.access"}


_POST = {"channel": "C", "text": "x"}
_HAS_A_CODE = {
    "chat.postMessage": _POST,
    "chat.update": _POST | {"ts": "1.0"},
    "chat.postEphemeral": _POST | {"user": "U"},
}


async def answer(twin: "SlackTwin", request: web.Request, arguments: Json, token: str) -> web.Response:
    """Carry a call out; a refusal is remembered, and fails the test where it is the program's mistake."""
    method = request.path.removeprefix("/api/")
    try:
        body = await _run(twin, request, method, arguments, token)
    except Refused as no:
        return refusal(twin, method, no)
    if problem := slack_contract.response_problem(method, body) if body.get("ok") else None:
        twin.violations.append(f"the twin's own answer to {method}: {problem}")
    return web.json_response(body, headers=_scopes_of(twin, token))


def _scopes_of(twin: "SlackTwin", token: str) -> dict[str, str]:
    """Return the header that names the scopes of a token, which every answer has."""
    mine = next((each for each in twin.installations if each.token == token), None)
    return {} if mine is None else {"X-OAuth-Scopes": ",".join(sorted(mine.scopes))}


def refusal(twin: "SlackTwin", method: str, no: Refused) -> web.Response:
    """Return ``ok: false``, with HTTP 429 for a call too many."""
    twin.refused.append((method, no.code))
    if no.mistake:
        twin.violations.append(f"{method}: {no.code} {no.beside or ''} {' '.join(no.why)}".strip())
    if no.code != "ratelimited":
        return web.json_response(no.body())
    return too_many(twin, int(str(no.beside["retry_after"])))


def too_many(twin: "SlackTwin", retry_after: int) -> web.Response:
    """Return HTTP 429, and count it."""
    twin.too_many += 1
    headers = {"Retry-After": str(retry_after)}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


async def _run(twin: "SlackTwin", request: web.Request, method: str, arguments: Json, token: str) -> Json:
    if method == "oauth.v2.access":
        return await slack_oauth.access(twin, request, arguments)
    if method == "apps.connections.open":
        return _connections(twin, token)
    found = METHODS.get(method)
    if found is None:
        raise Refused("unknown_method", req_method=method)
    installation = _installation(twin, token)
    typed = slack_contract.typed(arguments)
    _limited(twin, installation, method, str(typed.get("channel", "")))
    if found.scopes and not installation.scopes & set(found.scopes):
        raise Refused("missing_scope", needed=found.scopes[0], provided=",".join(sorted(installation.scopes)))
    _check_content(twin, installation, method, typed)
    return found.run(Call(twin, method, typed, installation))


def _connections(twin: "SlackTwin", token: str) -> Json:
    if token != APP_TOKEN:
        raise Refused("not_allowed_token_type" if token.startswith("xoxb-") else "invalid_auth")
    return {"ok": True, "url": twin.sockets.url()}


def _installation(twin: "SlackTwin", token: str) -> "Installation":
    if not token:
        raise Refused("not_authed")
    if token == APP_TOKEN:
        raise Refused("not_allowed_token_type")
    for installation in twin.installations:
        if installation.token == token:
            match installation.state:
                case "uninstalled":
                    raise Refused("account_inactive")
                case "revoked":
                    raise Refused("token_revoked")
                case "live":
                    return installation
    raise Refused("invalid_auth")


def _limited(twin: "SlackTwin", installation: "Installation", method: str, channel: str) -> None:
    wait = twin.limits.take(method, METHODS[method].per_minute, installation.token, channel)
    if wait is not None:
        raise Refused("ratelimited", retry_after=wait)


def _check_content(twin: "SlackTwin", installation: "Installation", method: str, typed: Json) -> None:
    """Check what a call says: by the twin's rules (whose words are best), slack_sdk's limits, and Slack's types."""
    rules = twin.rules(installation)
    if isinstance(typed.get("blocks"), list):
        rules.check(typed["blocks"], "message")
    if "view" in typed:
        rules.check_view(typed["view"])
    if problem := slack_contract.sdk_problem(typed):
        raise Refused("invalid_arguments" if "view" in typed else "invalid_blocks", problem)
    filled = _HAS_A_CODE.get(method, {}) | typed  # What is missing has a code of its own, which the method answers.
    problem = slack_contract.request_problem(method, filled)
    if problem and "is a required property" not in problem:
        raise Refused("invalid_arguments", problem)
