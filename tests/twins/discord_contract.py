"""Every request body that a bot sends to Discord's REST API, held against what Discord takes.

In a twin of Discord, or over recorded requests::

    discord_contract.problems("POST", "/channels/123/messages", {}, {"content": "Hello"})          # []
    discord_contract.problems("POST", "/channels/123/messages", {}, {"contents": "Hello"})
    # ["POST /channels/{channel_id}/messages: contents: a key that Discord does not know"]

The shapes are those of the official OpenAPI 3.1 document (discord/discord-api-spec, MIT), made strict
(``discord_contract_shapes``). Where a body has its shape, the rules that the document does not say are checked:
messages (``_message``), components (``_tree``), modals (``_modal``), commands and autocomplete (``_commands``).

The document lies beside the checkout; where it does not, ``is_available`` says so. It is read once, when first needed.
A multipart body is checked by its ``payload_json``; the files beside it are not seen: a message that carries files
names them in ``attachments``, as discord.py does.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jsonschema.protocols import Validator

from tests.twins import discord_contract_commands as commands
from tests.twins import discord_contract_message as message
from tests.twins import discord_contract_modal as modal
from tests.twins.discord_contract_message import Use
from tests.twins.discord_contract_shapes import Schema, Shapes, faults

DOCUMENT: Final = Path(__file__).parents[2].parent / "shared" / "specs" / "discord_openapi.json"
WHY_SKIPPED: Final = "Discord's OpenAPI document is not there: it belongs at ../shared/specs/discord_openapi.json"

_BOOLEANS: Final = {"0": False, "1": True, "false": False, "true": True}


def is_available() -> bool:
    """Return whether the document is there to check against."""
    return DOCUMENT.is_file()


def problems(method: str, path: str, query: Mapping[str, str], body: object) -> list[str]:
    """Return a sentence for each thing that Discord would not take in a request; none where all is well.

    ``path`` comes without ``/api/v10``. ``body`` is the parsed JSON, or the parsed ``payload_json`` of a multipart
    request; None where there is no body. Raises FileNotFoundError where the document is missing.
    """
    found = _find(method, path)
    if found is None:
        return [f"{method} {path}: no such path or method"]
    operation, parameters = found
    told = [*_in_path(operation, parameters), *_in_query(operation, query), *_in_body(operation, body)]
    return [f"{method} {operation.template}: {sentence}" for sentence in told]


@dataclass(frozen=True)
class Operation:
    """One method of one path. ``body`` is None where a request has none."""

    name: str
    template: str
    body: Validator | None
    parameters: Mapping[str, Validator]
    query: Mapping[str, Validator]
    needed: frozenset[str]


@functools.cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(DOCUMENT.read_bytes())
    return document


@functools.cache
def _shapes() -> Shapes:
    return Shapes(_document()["components"]["schemas"])


@functools.cache
def _routes() -> Mapping[tuple[str, int], Sequence[tuple[re.Pattern[str], str]]]:
    """Return each method's templates by their number of segments, those with the most fixed segments first."""
    routes: dict[tuple[str, int], list[tuple[re.Pattern[str], str]]] = {}
    for template in sorted(_document()["paths"], key=lambda path: (path.count("{"), path)):
        pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)))
        for method in set(_document()["paths"][template]) - {"parameters"}:
            routes.setdefault((method.upper(), template.count("/")), []).append((pattern, template))
    return routes


def _find(method: str, path: str) -> tuple[Operation, Mapping[str, str]] | None:
    for pattern, template in _routes().get((method, path.count("/")), ()):
        if match := pattern.fullmatch(path):
            return _operation(method, template), match.groupdict()
    return None


@functools.cache
def _operation(method: str, template: str) -> Operation:
    at = _document()["paths"][template]
    told = at[method.lower()]
    declared = (*at.get("parameters", ()), *told.get("parameters", ()))
    named: dict[str, dict[str, Validator]] = {"path": {}, "query": {}}
    for parameter in declared:
        named[parameter["in"]][parameter["name"]] = _shapes().validator(parameter["schema"])
    return Operation(
        name=told["operationId"],
        template=template,
        body=_body(told.get("requestBody", {}).get("content", {})),
        parameters=named["path"],
        query=named["query"],
        needed=frozenset(one["name"] for one in declared if one["in"] == "query" and one.get("required")),
    )


def _body(content: Mapping[str, Mapping[str, Schema]]) -> Validator | None:
    """Return what checks a body: as JSON where it may be JSON, for its multipart form adds nothing but the files."""
    for kind in ("application/json", "multipart/form-data"):
        if kind in content:
            return _shapes().validator(content[kind]["schema"])
    return None


def _in_path(operation: Operation, parameters: Mapping[str, str]) -> Iterator[str]:
    for name, value in parameters.items():
        if not operation.parameters[name].is_valid(value):
            yield f"{value!r} is no {name}"


def _in_query(operation: Operation, query: Mapping[str, str]) -> Iterator[str]:
    yield from (f"?{name} is missing" for name in sorted(operation.needed - set(query)))
    for name, value in query.items():
        if name not in operation.query:
            yield f"?{name}: a parameter that Discord does not know"
        elif not any(operation.query[name].is_valid(reading) for reading in _readings(value)):
            yield f"?{name}: {value!r} is not what it should be"


def _readings(value: str) -> Iterator[Any]:
    """Yield what the text of a parameter can stand for: itself, a number, a boolean, or a list."""
    yield value
    yield value.split(",")
    if re.fullmatch(r"-?\d{1,20}", value):
        yield int(value)
    if value in _BOOLEANS:
        yield _BOOLEANS[value]


def _in_body(operation: Operation, body: Any) -> list[str]:  # noqa: ANN401 - any JSON at all
    if operation.body is None:
        return [] if body is None else ["a body, where this request has none"]
    if wrong := [f"{where.lstrip('.') or 'the body'}: {what}" for where, what in faults(operation.body, body)]:
        return wrong
    return [sentence.removeprefix(": ") for sentence in _beyond_shape(operation.name, body)]


def _beyond_shape(operation: str, body: Any) -> Iterator[str]:  # noqa: ANN401 - each operation has its own
    """Yield what the document does not say about a body that has its shape."""
    match operation:
        case "create_message":
            yield from message.problems_of(body, Use.POST, "")
        case "execute_webhook":
            yield from message.problems_of(body, Use.ANSWER, "")
        case "update_message" | "update_webhook_message" | "update_original_webhook_message":
            yield from message.problems_of(body, Use.EDIT, "")
        case "create_thread" if "message" in body:
            yield from message.problems_of(body["message"], Use.POST, "message.")
        case "create_interaction_response":
            yield from _in_callback(body["type"], body.get("data") or {})
        case "bulk_set_application_commands" | "bulk_set_guild_application_commands":
            yield from commands.problems_of_many(body or ())
        case "create_application_command" | "create_guild_application_command":
            yield from commands.problems_of(body)
        case "update_application_command" | "update_guild_application_command":
            yield from commands.problems_of(body, is_partial=True)
        case _:
            pass


def _in_callback(kind: int, data: Mapping[str, Any]) -> Iterator[str]:
    match kind:
        case 4:
            yield from message.problems_of(data, Use.ANSWER, "data.")
        case 5 | 6:
            yield from message.problems_of_deferral(data)
        case 7:
            yield from message.problems_of(data, Use.EDIT, "data.")
        case 8:
            yield from commands.problems_of_results(data.get("choices") or ())
        case 9:
            yield from modal.problems_of(data)
        case _:
            pass
