"""The shapes in Discord's OpenAPI document, made strict: what is not named in them is refused, at every depth.

The document leaves its objects open, says most unions as ``oneOf`` and gives component unions no discriminator. Here a
schema becomes a closed one without references, whose unions go by ``type`` where they can: so a wrong key in one of
seven kinds of component is told as that key, and a message is checked in about a millisecond.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import urlsplit

import jsonschema
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator

Schema = dict[str, Any]

_NOTES: Final = {"description", "title", "x-discord-union", "contentEncoding"}
_BOOLEAN: Final[Schema] = {"type": ["boolean", "null"]}
_ANY: Final[Schema] = {}
BEYOND: Final[Mapping[str, Mapping[str, Schema]]] = {
    # Documented (developer documentation, "Application Command Object"), and missing in the document.
    "ApplicationCommandCreateRequest": {"nsfw": _BOOLEAN},
    "ApplicationCommandUpdateRequest": {"nsfw": _BOOLEAN},
    "ApplicationCommandPatchRequestPartial": {"nsfw": _BOOLEAN},
    # Documented as a partial emoji: id, name, animated.
    "ComponentEmojiForRequest": {"animated": _BOOLEAN},
    # discord.py 2.7.1 says tts in every edit (http.handle_message_parameters), and Discord passes over it.
    "MessageEditRequestPartial": {"tts": _BOOLEAN},
    "IncomingWebhookUpdateRequestPartial": {"tts": _BOOLEAN},
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": {"tts": _BOOLEAN},
    # discord.py 2.7.1 sends an embed as it would come from Discord, flags included (embeds.Embed.to_dict).
    "RichEmbed": {"flags": {"type": "integer"}},
    # discord.py 2.7.1 repeats a kept attachment as it came (message.Attachment.to_dict).
    "MessageAttachmentRequest": dict.fromkeys(
        ("proxy_url", "size", "url", "spoiler", "height", "width", "content_type"), _ANY
    ),
}
"""Keys that Discord takes and the document does not name, by the schema that they belong to."""

INSTEAD: Final[Mapping[str, Schema]] = {
    # Discord reads ids from numbers as well; discord.py 2.7.1 sends ints in attachments, allowed_mentions, sticker_ids
    # and message_reference.
    "SnowflakeType": {
        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^(0|[1-9][0-9]{0,19})$"}]
    },
}
"""Schemas that the document draws too narrowly."""


class Shapes:
    """The document's schemas, each made strict when it is first asked for."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._strict: dict[tuple[str, bool], Schema] = {}

    def validator(self, schema: Schema) -> Validator:
        """Return what checks values against the strict form of a schema of the document."""
        return cast(Validator, _STRICT(self._made_strict(schema), format_checker=_FORMATS))

    def _made_strict(self, schema: Schema, *, is_open: bool = False) -> Schema:
        """Return the schema closed and without references; ``is_open``: the one around it does the closing."""
        if "$ref" in schema:
            return self._named(schema["$ref"].rpartition("/")[2], is_open=is_open)
        strict: Schema = {key: value for key, value in schema.items() if key not in _NOTES}
        if "properties" in strict:
            strict["properties"] = {key: self._property(key, value) for key, value in strict["properties"].items()}
        for key in ("items", "additionalProperties"):
            if isinstance(strict.get(key), dict):
                strict[key] = self._made_strict(strict[key])
        if branches := strict.pop("oneOf", None) or strict.pop("anyOf", None):
            strict |= _union([self._made_strict(branch, is_open=is_open) for branch in branches])
        parts = [self._made_strict(part, is_open=True) for part in strict.pop("allOf", ())]
        if parts:
            strict["allOf"] = parts
        if (
            not is_open
            and "additionalProperties" not in strict
            and any("properties" in one for one in (strict, *parts))
        ):
            strict["unevaluatedProperties" if parts else "additionalProperties"] = False
        return strict

    def _property(self, key: str, schema: Schema) -> Schema:
        strict = self._made_strict(schema)
        if key.endswith("_localizations"):
            strict["propertyNames"] = self._named("AvailableLocalesEnum", is_open=False)
        return strict

    def _named(self, name: str, *, is_open: bool) -> Schema:
        if name in INSTEAD:
            return INSTEAD[name]
        if (name, is_open) not in self._strict:
            strict = self._strict[name, is_open] = {}  # Before its parts are made: a schema may contain itself.
            schema = self._schemas[name]
            if name in BEYOND:
                schema = {**schema, "properties": {**schema["properties"], **BEYOND[name]}}
            strict.update(self._made_strict(schema, is_open=is_open))
        return self._strict[name, is_open]


def _union(branches: Sequence[Schema]) -> Schema:
    """Return a union as an enum or by ``type`` where it is one, else as anyOf.

    Never as oneOf: a value that two kinds of request allow (``{"name": "x"}``) is right in both.
    """
    if all("const" in branch for branch in branches):
        return {"enum": [branch["const"] for branch in branches]}
    types = [branch.get("properties", {}).get("type", {}).get("enum", ()) for branch in branches]
    if all(types):
        return {"byType": {kind: branch for kinds, branch in zip(types, branches, strict=True) for kind in kinds}}
    return {"anyOf": branches}


def _by_type(
    validator: Validator, branches: Mapping[object, Schema], value: object, _: Schema
) -> Iterator[ValidationError]:
    """Check a value against the branch that its ``type`` names: the keyword ``byType``."""
    kind = value.get("type") if isinstance(value, dict) else None
    branch = branches.get(kind) if isinstance(kind, int | str) else None
    if branch is None:
        yield ValidationError(f"type {kind!r} is none of {', '.join(map(str, branches))}")
    else:
        # types-jsonschema leaves `descend` out of its protocol; it is how jsonschema's page on new keywords goes on.
        yield from cast(Draft202012Validator, validator).descend(value, branch)


_STRICT: Final = jsonschema.validators.extend(  # type: ignore[no-untyped-call]  # types-jsonschema has no types for it.
    Draft202012Validator, {"byType": _by_type}
)
_FORMATS: Final = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value) is not None


@_FORMATS.checks("uri", raises=ValueError)
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


@_FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


def faults(validator: Validator, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON at all
    """Yield where a value is wrong (``.components[0].label``, empty for the value itself) and how."""
    for error in validator.iter_errors(value):
        for leaf in _leaves(error):
            where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in leaf.absolute_path)
            yield where, _in_words(leaf)


def _leaves(error: ValidationError) -> Sequence[ValidationError]:
    """Return what is wrong in the branch of a union that the value comes closest to, the error itself elsewhere."""
    if error.validator != "anyOf" or not error.context:
        return (error,)
    branches: dict[object, list[ValidationError]] = {}
    for below in error.context:
        branches.setdefault(below.relative_schema_path[0], []).extend(_leaves(below))
    return min(branches.values(), key=lambda leaves: (_is_of_another_type(leaves, error), len(leaves)))


def _is_of_another_type(leaves: Sequence[ValidationError], union: ValidationError) -> bool:
    return any(leaf.validator == "type" and leaf.absolute_path == union.absolute_path for leaf in leaves)


def _in_words(error: ValidationError) -> str:
    if (
        error.validator == "additionalProperties"
        and isinstance(error.instance, dict)
        and isinstance(error.schema, dict)
    ):
        strangers = sorted(set(error.instance) - set(error.schema["properties"]))
        return f"{', '.join(strangers)}: a key that Discord does not know"
    message = error.message
    return message if len(message) <= 160 else f"{message[:60]} … {message[-80:]}"
