"""The one model that the engine serves, read from data, and the check of an input against it.

`wan_flf2v.json` is fal's input schema of `fal-ai/wan-flf2v`; this room turns it into defaults, a validator whose
errors have the shape that fal (pydantic) answers, and the OpenAPI document that fal publishes for a model.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError as SchemaError

ECHO_LIMIT = 100
_TYPE_WORDS = {
    "string": ("string_type", "a valid string"),
    "integer": ("int_type", "a valid integer"),
    "number": ("float_type", "a valid number"),
    "boolean": ("bool_type", "a valid boolean"),
}

Detail = dict[str, Any]


@dataclass(frozen=True)
class Model:
    """An endpoint with the JSON Schemas of what it takes and gives."""

    endpoint: str
    title: str
    images: Mapping[str, str]
    input: Mapping[str, Any]
    output: Mapping[str, Any]

    @cached_property
    def _validator(self) -> Draft202012Validator:
        return Draft202012Validator(self.input)

    def with_defaults(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the declared fields of a valid input with every default filled in; others are dropped, as fal does."""
        fields: Mapping[str, Any] = self.input["properties"]
        filled = {name: given.get(name, rule.get("default")) for name, rule in fields.items()}
        return {name: int(value) if _is_whole(fields[name], value) else value for name, value in filled.items()}

    def problems(self, given: Mapping[str, Any]) -> list[Detail]:
        """List what is wrong with an input, in fal's `detail` shape; empty when it is right."""
        found: dict[str, SchemaError] = {}
        for error in self._validator.iter_errors(given):
            place = error.json_path if error.validator != "required" else error.message
            if place not in found or error.validator == "enum":
                found[place] = error
        return [_detail(error) for error in found.values()]

    def openapi(self, base_url: str) -> dict[str, Any]:
        """Describe the submit call as fal's `openapi.json` does."""
        schemas = {self.input["title"]: self.input, self.output["title"]: self.output}
        takes = {"$ref": f"#/components/schemas/{self.input['title']}"}
        gives = {"$ref": f"#/components/schemas/{self.output['title']}"}
        result = {"description": "The result of the request.", "content": {"application/json": {"schema": gives}}}
        accepted = {"description": "The request is in the queue."}
        named = {"name": "request_id", "in": "path", "required": True, "schema": {"type": "string"}}
        return {
            "openapi": "3.0.4",
            "info": {"title": self.title, "version": "1.0.0", "x-fal-metadata": {"endpointId": self.endpoint}},
            "servers": [{"url": base_url}],
            "components": {"schemas": schemas},
            "paths": {
                f"/{self.endpoint}": {
                    "post": {
                        "requestBody": {"required": True, "content": {"application/json": {"schema": takes}}},
                        "responses": {"200": accepted},
                    }
                },
                f"/{self.endpoint}/requests/{{request_id}}": {
                    "get": {"parameters": [named], "responses": {"200": result}}
                },
            },
        }


def load_model() -> Model:
    """Read the declaration that ships with the engine."""
    text = Path(__file__).with_name("wan_flf2v.json").read_text(encoding="utf-8")
    return Model(**json.loads(text))


def _detail(error: SchemaError) -> Detail:
    kind, message, context = _in_words(error)
    place: list[str | int] = ["body", *error.absolute_path]
    if error.validator == "required":
        wanted: Any = error.validator_value
        place.append(next(name for name in wanted if f"'{name}'" in error.message))
    detail: Detail = {"loc": place, "msg": message, "type": kind}
    if context:
        detail["ctx"] = context
    if error.validator != "required" and _is_short(error.instance):
        detail["input"] = error.instance
    return detail


def _in_words(error: SchemaError) -> tuple[str, str, dict[str, Any]]:
    """Say a schema error as pydantic does: its type, its sentence, its context."""
    rule: Any = error.validator_value
    match error.validator:
        case "required":
            return "missing", "Field required", {}
        case "minimum":
            return "greater_than_equal", f"Input should be greater than or equal to {rule}", {"ge": rule}
        case "maximum":
            return "less_than_equal", f"Input should be less than or equal to {rule}", {"le": rule}
        case "enum":
            *first, last = [f"'{value}'" for value in rule]
            expected = f"{', '.join(first)} or {last}"
            return "literal_error", f"Input should be {expected}", {"expected": expected}
        case "type":
            kind, words = _TYPE_WORDS[rule if isinstance(rule, str) else rule[0]]
            return kind, f"Input should be {words}", {}
    return "value_error", error.message[:ECHO_LIMIT], {}


def _is_whole(rule: Mapping[str, Any], value: object) -> bool:
    """Tell whether a number such as 81.0 stands where an integer does: JSON knows no difference."""
    return isinstance(value, float) and "integer" in rule["type"]


def _is_short(value: object) -> bool:
    """An echoed input must never be a whole image in base64."""
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= ECHO_LIMIT)
