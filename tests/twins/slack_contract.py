"""The contracts that the Slack twin holds a bot to: Slack's own types of its Web API, and the limits in slack_sdk.

The schema was made from the types of ``@slack/web-api`` (``slack_ts.schema.json``). Where a checkout has no such file
beside it, ``AVAILABLE`` is false, that half is not checked, and the tests that need it say so.
"""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

SCHEMA = Path(__file__).parents[2].parent / "shared" / "specs" / "slack_ts.schema.json"
AVAILABLE = SCHEMA.exists()
_UNTYPED = {"team_id", "channels", "token"}
"""Bolt adds the first to every call; completeUploadExternal documents the second, its type lacks it."""


@functools.lru_cache(maxsize=1)
def _schemas() -> dict[str, dict[str, Any]]:
    return dict(json.loads(SCHEMA.read_text(encoding="utf-8"))) if AVAILABLE else {"requests": {}, "responses": {}}


@functools.lru_cache(maxsize=64)
def _validator(side: str, method: str) -> Draft7Validator | None:
    schema = _schemas()[side].get(method)
    return None if schema is None else Draft7Validator(schema)


def typed(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return form arguments as JSON would have them: Slack takes "1" for true, "12" for 12, JSON text for objects."""
    return {name: _typed(name, value) if isinstance(value, str) else value for name, value in arguments.items()}


_NUMBERS = {"length", "limit", "count", "page"}
_FLAGS = {
    "as_user",
    "include_locale",
    "include_num_members",
    "inclusive",
    "link_names",
    "mrkdwn",
    "prevent_creation",
    "reply_broadcast",
    "return_im",
    "test",
    "unfurl_links",
    "unfurl_media",
}
_OBJECTS = {"attachments", "blocks", "files", "metadata", "view"}


def _typed(name: str, value: str) -> object:
    if name in _NUMBERS and value.lstrip("-").isdecimal():
        return int(value)
    if name in _FLAGS and value.lower() in {"0", "1", "true", "false"}:
        return value.lower() in {"1", "true"}
    if name in _OBJECTS:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def request_problem(method: str, arguments: Mapping[str, Any]) -> str | None:
    """Return what Slack's types have against these (typed) arguments."""
    validator = _validator("requests", method)
    if validator is None:
        return None
    checked = {name: value for name, value in arguments.items() if name not in _UNTYPED}
    if "alt_txt" in checked:  # So say the method's page and slack_sdk; the type says alt_text.
        checked["alt_text"] = checked.pop("alt_txt")
    return _worst(validator, checked)


def response_problem(method: str, answer: dict[str, Any]) -> str | None:
    """Return what Slack's types have against an answer of the twin's.

    The types were made from recorded answers. They do not know null, which Slack answers for what is not there, nor
    all of what it gives back as it got it: blocks, and a view's ``state``.
    """
    validator = _validator("responses", method)
    if validator is None:
        return None
    known = dict(answer)
    for name, echoed in (("view", {"state": {}, "blocks": []}), ("message", {"blocks": []})):
        if name in known:
            known[name] = known[name] | echoed
    return _worst(validator, _without_null(known))


def _without_null(value: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(value), object_pairs_hook=lambda pairs: {k: v for k, v in pairs if v is not None})  # type: ignore[no-any-return]


def _worst(validator: Draft7Validator, value: Mapping[str, Any]) -> str | None:
    error = best_match(validator.iter_errors(value))
    if error is None:
        return None
    where = "/".join(str(part) for part in error.absolute_path)
    return f"/{where}: {error.message[:300]}"


def sdk_problem(arguments: Mapping[str, Any]) -> str | None:
    """Return what the limits in slack_sdk's models have against blocks or a view."""
    try:
        for block in arguments.get("blocks") or []:
            _parse(block)
        if isinstance(view := arguments.get("view"), dict):
            View(**view).to_dict()
    except SlackObjectFormationError as error:
        return str(error)
    return None


def _parse(block: Mapping[str, Any]) -> None:
    parsed = Block.parse(dict(block))
    if parsed is not None:
        parsed.to_dict()
