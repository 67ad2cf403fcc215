"""The fal twin's wire: which request is which, what is wrong with it, and the replies that break the connection."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from multidict import CIMultiDictProxy

from tests.twins.fal_jobs import TwinJob
from tests.twins.fal_replies import CutStream, Garbage, HangThenCut, RefuseUnread, Reply, SilentStream
from tests.twins.replies import Answer, HoldAnswer, Refuse

_REQUEST = r"/[\w.-]+/[\w.-]+/requests/[\w-]+"
_KINDS = (
    ("token", "POST", r"/storage/auth/token"),
    ("initiate", "POST", r"/storage/upload/initiate"),
    ("put", "PUT", r"/uploads/[\w-]+"),
    ("upload", "POST", r"/files/upload"),
    ("file", "GET", r"/files/[\w.-]+"),
    ("history", "GET", r"/v1/models/requests/by-endpoint"),
    ("stream", "GET", _REQUEST + "/status/stream"),
    ("status", "GET", _REQUEST + "/status"),
    ("cancel", "PUT", _REQUEST + "/cancel"),
    ("result", "GET", _REQUEST + "(/response)?"),
    ("jwks", "GET", r"/\.well-known/jwks\.json"),
    ("submit", "POST", r"(?!.*/requests/)/[\w.-]+(/[\w.-]+)+"),
)
_QUERIES = {
    "token": [{"storage_type": "fal-cdn-v3"}],
    "initiate": [{"storage_type": "gcs"}],
    "status": [{}, {"logs": "1"}, {"logs": "true"}, {"logs": "false"}],
    "stream": [{}, {"logs": "1"}],
    "put": [{"signature": "twin"}],
}


@dataclass(frozen=True)
class Seen:
    """One request as it came in. ``peer`` tells connections apart."""

    kind: str
    method: str
    path: str
    headers: CIMultiDictProxy[str]
    body: bytes
    peer: object


def kind_of(request: web.Request) -> str:
    """Return what a request is, or ``unknown``."""
    for kind, method, path in _KINDS:
        if request.method == method and re.fullmatch(path, request.path):
            return kind
    return "unknown"


def problem_with(request: web.Request, kind: str, key: str, tokens: set[str]) -> tuple[int, str] | None:
    """Return the status and the words with which fal would refuse this request."""
    what = f"{request.method} {request.path}"
    if kind == "unknown":
        return 404, f"{what}: no such path or method"
    if kind == "history":
        pass  # Has its own rules.
    elif kind == "submit" and (callback := request.query.get("fal_webhook")) is not None:
        if len(request.query) > 1 or not re.match(r"https?://[^/]+/", callback):
            return 400, f"{what}: a webhook that cannot be called"
    elif (query := dict(request.query)) not in _QUERIES.get(kind, [{}]):
        return 400, f"{what}: unexpected query {sorted(query)}"
    if kind == "stream" and "text/event-stream" not in request.headers.get("Accept", ""):
        return 406, f"{what}: a stream was asked for without saying so"
    given = request.headers.get("Authorization", "")
    expected = {
        "file": {""},
        "jwks": {""},
        "put": {"", f"Key {key}"},
        "upload": {f"Bearer {token}" for token in tokens},
    }
    if given in expected.get(kind, {f"Key {key}"}):
        return None
    return (403, f"{what}: a file was asked for with an Authorization") if kind == "file" else (401, f"{what}: bad key")


def arguments_of(request: web.Request, body: bytes) -> Mapping[str, Any] | str:
    """Return the JSON object of a submit, or what is wrong with it."""
    if request.content_type != "application/json":
        return f"{request.path}: a submit as {request.content_type}"
    try:
        arguments = json.loads(body)
    except ValueError:
        return f"{request.path}: a submit that is not JSON"
    if not isinstance(arguments, dict):
        return f"{request.path}: a submit that is no object"
    if request.path == "/fal-ai/wan-flf2v":
        for name in ("prompt", "start_image_url", "end_image_url"):
            if not isinstance(arguments.get(name), str):
                return f"{request.path}: {name} is missing"
    return arguments


async def instead(reply: Reply, request: web.Request) -> web.StreamResponse | None:
    """Return what a reply puts in the place of the usual, None where the usual is to happen."""
    match reply:
        case Answer():
            return as_response(reply)
        case Refuse() | RefuseUnread():
            hang_up(request)
            return web.Response()
        case HangThenCut(seconds):
            await asyncio.sleep(seconds)
            hang_up(request)
            return web.Response()
        case Garbage(data):
            assert request.transport is not None
            request.transport.write(data)
            hang_up(request, gently=True)
            return web.Response()
        case _:
            return None


def as_response(answer: Answer) -> web.Response:
    """Return a scripted answer."""
    kind = "application/json" if not isinstance(answer.body, str | bytes) else "text/html"
    return web.Response(status=answer.status, body=answer.payload, headers={"Content-Type": kind, **answer.headers})


def hang_up(request: web.Request, *, gently: bool = False) -> None:
    """Break the connection, at once or after what was written."""
    if request.transport is not None:
        request.transport.close() if gently else request.transport.abort()


PING_S = 15.0
"""Seconds of silence after which a stream gets a comment (fal's page "Stream request status", read 2026-11)."""


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def stream(request: web.Request, job: TwinJob | None, reply: Reply, *, replays_logs: bool) -> web.StreamResponse:
    """Send a job's status on every change until it is done, its logs as deltas."""
    if job is None:
        return web.json_response({"detail": "Request not found"}, status=404)
    if isinstance(reply, HoldAnswer):
        reply.reached.set()
        await reply.until.wait()
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    sent, logs_sent = 0, 0 if replays_logs else len(job.logs)
    while True:
        if isinstance(reply, CutStream) and sent == reply.events:
            hang_up(request)
            return response
        if isinstance(reply, SilentStream) and sent == reply.events:
            await asyncio.Event().wait()
        changed = job.changed
        status = job.described(job.logs[logs_sent:])
        logs_sent = len(job.logs)
        await response.write(b"data: " + json.dumps(status).encode() + b"\n\n")
        sent += 1
        if job.status == "COMPLETED" and not isinstance(reply, SilentStream):
            return response
        while not await _within(changed, PING_S):
            await response.write(b": ping\n\n")
