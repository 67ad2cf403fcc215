"""The Slack twin's wire: which request is which, the replies that break a connection, and what Slack adds to blocks."""

import copy
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web

from tests.twins import slack_files, slack_interactions, slack_oauth, slack_web_api
from tests.twins.replies import Answer, HoldAnswer, LoseAnswer, Refuse
from tests.twins.slack_call import Seen, read
from tests.twins.slack_errors import Refused
from tests.twins.slack_replies import Error, RateLimited, Reply
from tests.twins.slack_state import Json

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin

_KINDS = (
    ("api", "GET|POST", r"/api/[\w.]+"),
    ("upload", "POST", r"/upload/v1/\w+"),
    ("download", "GET", r"/files-pri/[\w-]+/(download/)?[^/]+"),
    ("response_url", "POST", r"/(commands|actions|app)/\w+/\w+"),
    ("connect", "GET", r"/link/"),
    ("authorize", "GET", r"/oauth/v2/authorize"),
    ("allow", "GET", r"/oauth/v2/allow"),
)


async def handle(twin: "SlackTwin", request: web.Request) -> web.StreamResponse:
    """Answer any request."""
    kind = next((k for k, verbs, path in _KINDS if request.method in verbs and re.fullmatch(path, request.path)), "")
    if not kind:
        return twin.turn_away(404, f"{request.method} {request.path}: no such path or method")
    method = request.path.removeprefix("/api/") if kind == "api" else kind
    try:
        arguments, token = await read(request) if kind in {"api", "response_url"} else ({}, "")
    except Refused as no:
        return slack_web_api.refusal(twin, method, no)
    twin.seen.append(Seen(method, arguments, token, dict(request.headers), twin.clock.now()))
    reply = twin.next_reply(method)
    response: web.StreamResponse | None = instead(twin, reply, request)
    if response is None:
        response = await _usual(twin, request, kind, reply, (arguments, token))
    twin.clock.tell()
    if isinstance(reply, LoseAnswer):
        hang_up(request)
    if isinstance(reply, HoldAnswer):
        reply.reached.set()
        await reply.until.wait()
    return response


def instead(twin: "SlackTwin", reply: Reply, request: web.Request) -> web.Response | None:
    """Return what a reply puts in the place of the usual, None where the usual is to happen."""
    match reply:
        case Answer():
            kind = "text/html" if isinstance(reply.body, str | bytes) else "application/json"
            headers = {"Content-Type": kind, **reply.headers}
            return web.Response(status=reply.status, body=reply.payload, headers=headers)
        case Error(code):
            return web.json_response({"ok": False, "error": code})
        case RateLimited(retry_after):
            return slack_web_api.too_many(twin, retry_after)
        case Refuse():
            hang_up(request)
            return web.Response()
        case _:
            return None


def hang_up(request: web.Request) -> None:
    """Break the connection."""
    if request.transport is not None:
        request.transport.abort()


async def _usual(
    twin: "SlackTwin", request: web.Request, kind: str, reply: Reply, said: tuple[Json, str]
) -> web.StreamResponse:
    match kind:
        case "api":
            response: web.StreamResponse = await slack_web_api.answer(twin, request, *said)
        case "upload":
            response = await slack_files.receive(twin, request)
        case "download":
            response = await slack_files.send(twin, request, reply)
        case "connect":
            response = await twin.sockets.serve(request)
        case "authorize":
            response = slack_oauth.authorize(twin, request)
        case "allow":
            response = slack_oauth.allow(twin, request)
        case _:
            response = _respond(twin, request, said[0])
    return response


def _respond(twin: "SlackTwin", request: web.Request, said: Json) -> web.Response:
    try:
        url = twin.tickets.use_url(request.path.rpartition("/")[2])
    except Refused as no:
        twin.refused.append(("response_url", no.code))
        return web.json_response(no.body(), status=404)
    try:
        slack_interactions.respond(url, said)
    except Refused as no:
        return slack_web_api.refusal(twin, "response_url", no)
    return web.json_response({"ok": True})


_ACTS = {"button", "overflow", "datepicker", "checkboxes", "radio_buttons", "file_input"}


def named(block: Json, new_id: Callable[[str], str]) -> Json:
    """Return a block with a block_id, and an action_id on what acts in it."""
    block = copy.deepcopy(block)
    block.setdefault("block_id", new_id("b"))
    for element in [*(block.get("elements") or []), block.get("accessory"), block.get("element")]:
        kind = element.get("type", "") if isinstance(element, dict) else ""
        if kind in _ACTS or kind.endswith(("_select", "_input")):
            element.setdefault("action_id", new_id("a"))
    return block
