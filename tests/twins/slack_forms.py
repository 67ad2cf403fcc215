"""What Slack's client lets a person enter in a modal, and the ``state.values`` that come of it."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING

from tests.twins.slack_errors import NotOffered
from tests.twins.slack_state import File, Json, View

if TYPE_CHECKING:
    from tests.twins.slack_people import User

Entry = str | File | list[File] | list[str] | None
FILE_BYTES = 10 * 1024 * 1024
"""Of a file in a file_input (docs: "file input element")."""
_CHOSEN = {"static_select": "selected_option", "radio_buttons": "selected_option", "checkboxes": "selected_options"}
_CHOSEN |= {"multi_static_select": "selected_options", "users_select": "selected_user", "datepicker": "selected_date"}
_CHOSEN |= {"multi_channels_select": "selected_channels"}


def fill_in(view: View, entries: Mapping[str, Entry], user: "User") -> Json:
    """Return ``state.values`` for entries by block_id, action_id or label; NotOffered where the client would refuse."""
    inputs = [block for block in view.blocks if block["type"] == "input"]
    left = dict(entries)
    values: Json = {}
    for block in inputs:
        element = block["element"]
        names = (block["block_id"], element["action_id"], block["label"]["text"])
        given = [left.pop(name) for name in names if name in left]
        before = view.values.get(block["block_id"], {}).get(element["action_id"])
        value = before if before is not None and not given else _value(element, given[0] if given else None, user)
        if not block.get("optional") and _empty(value):
            raise NotOffered(f"{names[2]!r} must be filled in")
        values[block["block_id"]] = {element["action_id"]: value}
    if left:
        raise NotOffered(f"{view.title!r} has no {sorted(left)}, but {[block['label']['text'] for block in inputs]}")
    return values


def _empty(value: Json) -> bool:
    return not any(content for name, content in value.items() if name != "type")


def _value(element: Json, given: Entry, user: "User") -> Json:
    kind = element["type"]
    match kind:
        case "file_input":
            return {"type": kind, "files": _files(element, given, user)}
        case "plain_text_input" | "number_input" | "email_text_input" | "url_text_input":
            return {"type": kind, "value": _text(element, given)}
        case "checkboxes" | "multi_static_select":
            wanted = given if isinstance(given, list) else [] if given is None else [given]
            chosen = [_option(element, one) for one in wanted] if given is not None else element.get("initial_options")
            return {"type": kind, "selected_options": chosen or []}
        case "static_select" | "radio_buttons":
            option = element.get("initial_option") if given is None else _option(element, given)
            return {"type": kind, "selected_option": option}
        case "multi_channels_select":
            return {"type": kind, _CHOSEN[kind]: element.get("initial_channels", []) if given is None else given}
        case _:
            return {"type": kind, _CHOSEN[kind]: given}


def option_of(element: Json, given: str) -> Json:
    """Return the choice of a menu, as its action carries it."""
    return {_CHOSEN[element["type"]]: _option(element, given)}


def _option(element: Json, given: object) -> Json:
    groups = element.get("option_groups")
    options: list[Json] = (
        element["options"] if groups is None else [one for group in groups for one in group["options"]]
    )
    for option in options:
        if given in {option.get("value"), option["text"]["text"]}:
            return option
    raise NotOffered(f"no option {given!r}, but {[option['text']['text'] for option in options]}")


def _text(element: Json, given: Entry) -> str | None:
    text = element.get("initial_value") if given is None else given
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise NotOffered(f"{text!r} is no text")
    if len(text) > element.get("max_length", 3000):
        raise NotOffered(f"no more than {element.get('max_length', 3000)} characters")
    if len(text) < element.get("min_length", 0):
        raise NotOffered(f"no fewer than {element['min_length']} characters")
    if element["type"] == "number_input":
        _number(element, text)
    return text


def _number(element: Json, text: str) -> None:
    try:
        number = float(text) if element["is_decimal_allowed"] else int(text)
    except ValueError as error:
        raise NotOffered(f"{text!r} is no number here") from error
    low, high = (float(element.get(name, number)) for name in ("min_value", "max_value"))
    if not low <= number <= high:
        raise NotOffered(f"{text} is not from {low:g} to {high:g}")


def _files(element: Json, given: Entry, user: "User") -> list[Json]:
    files = [given] if isinstance(given, File) else given or []
    if len(files) > element.get("max_files", 10):
        raise NotOffered(f"no more than {element.get('max_files', 10)} files")
    kept = []
    for file in files:
        if not isinstance(file, File):
            raise NotOffered(f"{file!r} is no file")
        if len(file.data) > FILE_BYTES:
            raise NotOffered(f"{file.name} is larger than {FILE_BYTES} bytes")
        kinds = element.get("filetypes")
        if kinds and PurePath(file.name).suffix.lstrip(".").lower() not in kinds:
            raise NotOffered(f"{file.name} is not one of {kinds}")
        mine = user.workspace.keep(file, user)
        mine.given_to_bot = True
        kept.append(mine.described())
    return kept
