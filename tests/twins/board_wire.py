"""The board twin's wire: which call is which, and what is wrong with a body. Every unknown field is refused."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

NONCE_LENGTH = 25
"""Characters of a nonce, as on Discord (docs: Create Message)."""
FILE_BYTES = 10 * 1024 * 1024

_CALLS = (
    ("poll", "GET", r"/interactions"),
    ("acknowledge", "POST", r"/interactions/(?P<interaction>[\w-]+)/callback"),
    ("post", "POST", r"/channels/(?P<channel>[\w-]+)/messages"),
    ("list", "GET", r"/channels/(?P<channel>[\w-]+)/messages"),
    ("edit", "PATCH", r"/channels/(?P<channel>[\w-]+)/messages/(?P<message>[\w-]+)"),
    ("refresh", "POST", r"/files/refresh"),
    ("file", "GET", r"/files/(?P<file>[\w-]+)"),
)
_QUERIES: Mapping[str, frozenset[str]] = {
    "poll": frozenset({"wait"}),
    "list": frozenset({"nonce", "limit"}),
    "file": frozenset({"expires", "signature"}),
}


class Refused(Exception):
    """What a strict service answers; ``is_violation`` where only a broken bot asks for it."""

    def __init__(self, status: int, said: str, *, is_violation: bool = True) -> None:
        super().__init__(said)
        self.status = status
        self.said = said
        self.is_violation = is_violation


@dataclass(frozen=True)
class Call:
    """What a request asks for, and the names in its path."""

    kind: str
    names: Mapping[str, str]


def call_of(request: web.Request, token: str) -> Call:
    """Return which call it is; raise :class:`Refused` for an unknown path or query, or a wrong key."""
    kind, names = _kind_of(request)
    if unknown := set(request.query) - _QUERIES.get(kind, frozenset()):
        raise Refused(400, f"{kind}: unexpected query {sorted(unknown)}")
    given = request.headers.get("Authorization", "")
    if kind == "file" and given:
        raise Refused(403, "file: the key was sent along")
    if kind != "file" and given != f"Bot {token}":
        raise Refused(401, f"{kind}: bad key")
    return Call(kind, names)


def _kind_of(request: web.Request) -> tuple[str, Mapping[str, str]]:
    for kind, method, path in _CALLS:
        if request.method == method and (found := re.fullmatch(path, request.path)):
            return kind, found.groupdict()
    raise Refused(404, f"{request.method} {request.path}: no such call")


_MESSAGE = {"content": str, "nonce": str, "enforce_nonce": bool, "mentions": list, "card": dict}
_EDIT = {"card": dict}
_CARD = {
    "job_id": str,
    "tone": str,
    "title": str,
    "prompt": str,
    "phase": (str, type(None)),
    "status": str,
    "fraction": (int, float, type(None)),
    "fields": list,
    "notices": list,
    "actions": list,
    "since": (int, float),
}
_CALLBACK = {"answer": str, "content": str}
_REFRESH = {"ids": list}


async def message_of(request: web.Request) -> tuple[dict[str, Any], tuple[str, bytes] | None]:
    """Return a message's fields, and its file where there is one."""
    if request.content_type != "multipart/form-data":
        return _message(await _json(request)), None
    fields: dict[str, Any] | None = None
    file: tuple[str, bytes] | None = None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise Refused(400, "post: a part of parts")
        data = bytes(await part.read())
        if part.name == "payload_json" and fields is None:
            fields = _message(_decoded(data))
        elif part.name == "files[0]" and part.filename and file is None:
            file = part.filename, data
        else:
            raise Refused(400, f"post: unexpected part {part.name}")
    if fields is None or file is None:
        raise Refused(400, "post: a part is missing")
    if len(file[1]) > FILE_BYTES:
        raise Refused(413, "post: the file is too large")
    return fields, file


async def edit_of(request: web.Request) -> dict[str, Any]:
    """Return the card that a message is to show."""
    return _card(_fields(await _json(request), _EDIT, "edit", needed=frozenset(_EDIT))["card"])


async def callback_of(request: web.Request) -> str:
    """Return the answer of an acknowledgement: ``accepted``, ``refused`` or ``noted``."""
    body = _fields(await _json(request), _CALLBACK, "acknowledge", needed=frozenset({"answer"}))
    if body["answer"] not in {"accepted", "refused", "noted"}:
        raise Refused(400, f"acknowledge: unknown answer {body['answer']}")
    return f"{body['answer']} {body.get('content', '')}".strip()


async def refresh_of(request: web.Request) -> list[str]:
    """Return the ids of the files to be linked anew."""
    ids = _fields(await _json(request), _REFRESH, "refresh", needed=frozenset(_REFRESH))["ids"]
    return [str(each) for each in ids]


def _message(body: object) -> dict[str, Any]:
    fields = _fields(body, _MESSAGE, "post", needed=frozenset({"nonce", "enforce_nonce"}))
    if not fields["enforce_nonce"] or not 1 <= len(fields["nonce"]) <= NONCE_LENGTH:
        raise Refused(400, f"post: bad nonce {fields['nonce']}")
    if "card" in fields:
        _card(fields["card"])
    return fields


def _card(body: object) -> dict[str, Any]:
    return _fields(body, _CARD, "card", needed=frozenset(_CARD))


def _fields(body: object, known: Mapping[str, Any], what: str, *, needed: frozenset[str]) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Refused(400, f"{what}: no object")
    if unknown := set(body) - set(known):
        raise Refused(400, f"{what}: unknown fields {sorted(unknown)}")
    if missing := needed - set(body):
        raise Refused(400, f"{what}: missing fields {sorted(missing)}")
    if wrong := [name for name, value in body.items() if not isinstance(value, known[name])]:
        raise Refused(400, f"{what}: wrong type of {wrong}")
    return body


async def _json(request: web.Request) -> object:
    if request.content_type != "application/json":
        raise Refused(400, f"{request.path}: a body as {request.content_type}")
    return _decoded(await request.read())


def _decoded(data: bytes) -> object:
    try:
        return json.loads(data)
    except ValueError:
        raise Refused(400, "a body that is no JSON") from None
