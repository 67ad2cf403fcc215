"""Slack's rules for the elements in blocks: buttons, menus, inputs (docs.slack.dev/reference/block-kit, read 2026-11).

Every rule adds to ``problems``, as Slack does: the words and a JSON pointer.
"""

from dataclasses import dataclass, field
from typing import Any

IN_ACTIONS = {"button", "static_select", "users_select", "overflow", "checkboxes", "radio_buttons", "datepicker"}
IN_SECTION = IN_ACTIONS | {"image", "multi_static_select"}
IN_INPUT = {
    "plain_text_input",
    "static_select",
    "multi_static_select",
    "multi_channels_select",
    "checkboxes",
    "radio_buttons",
    "number_input",
    "file_input",
    "email_text_input",
    "url_text_input",
    "users_select",
    "datepicker",
}
_OPTIONS = {"static_select": 100, "multi_static_select": 100, "checkboxes": 10, "radio_buttons": 10, "overflow": 5}


@dataclass
class Problems:
    """What is wrong so far, as Slack words it."""

    found: list[str] = field(default_factory=list)

    def add(self, at: str, words: str) -> None:
        """Say what is wrong where."""
        self.found.append(f"{words} [json-pointer:{at}]")

    def string(self, value: object, at: str, limit: int, *, least: int = 0) -> None:
        """Check a string that may be missing."""
        if value is None:
            return
        if not isinstance(value, str):
            self.add(at, "must be a string")
        elif len(value) > limit:
            self.add(at, f"must be less than {limit + 1} characters")
        elif len(value) < least:
            self.add(at, f"must be more than {least - 1} characters")

    def text(self, value: object, at: str, limit: int, *, plain: bool = True) -> None:
        """Check a text object that must be there."""
        if not isinstance(value, dict):
            self.add(at, "missing required field: text object")
            return
        kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
        if value.get("type") not in kinds:
            self.add(f"{at}/type", f"must be one of {sorted(kinds)}")
        if unknown := set(value) - {"type", "text", "emoji", "verbatim"}:
            self.add(at, f"additional properties: {sorted(unknown)}")
        if "emoji" in value and value.get("type") == "mrkdwn":
            self.add(at, "emoji is for plain_text")
        if value.get("text") is None:
            self.add(f"{at}/text", "missing required field: text")
        self.string(value.get("text"), f"{at}/text", limit, least=1)

    def optional_text(self, holder: dict[str, Any], name: str, at: str, limit: int) -> None:
        """Check a plain text object that may be missing."""
        if holder.get(name) is not None:
            self.text(holder[name], f"{at}/{name}", limit)


def check(problems: Problems, element: object, at: str, allowed: set[str]) -> None:
    """Check one element of a block."""
    if not isinstance(element, dict) or element.get("type") not in allowed:
        kind = element.get("type") if isinstance(element, dict) else element
        problems.add(at, f"unsupported type: {kind}")
        return
    kind = element["type"]
    problems.string(element.get("action_id"), f"{at}/action_id", 255, least=1)
    problems.optional_text(element, "placeholder", at, 150)
    if element.get("confirm"):
        _confirm(problems, element["confirm"], f"{at}/confirm")
    if kind in _OPTIONS:
        _choices(problems, element, at, _OPTIONS[kind])
    match kind:
        case "button":
            _button(problems, element, at)
        case "image":
            pass  # The block's own rules, in slack_blocks.
        case "plain_text_input":
            _bounds(problems, element, at, ("min_length", "max_length"), 3000)
        case "number_input":
            if not isinstance(element.get("is_decimal_allowed"), bool):
                problems.add(f"{at}/is_decimal_allowed", "missing required field: is_decimal_allowed")
        case "file_input":
            _file_input(problems, element, at)


def _button(problems: Problems, element: dict[str, Any], at: str) -> None:
    problems.text(element.get("text"), f"{at}/text", 75)
    problems.string(element.get("value"), f"{at}/value", 2000)
    problems.string(element.get("url"), f"{at}/url", 3000)
    problems.string(element.get("accessibility_label"), f"{at}/accessibility_label", 75)
    if element.get("style", "primary") not in {"primary", "danger"}:
        problems.add(f"{at}/style", "must be primary or danger")


def _confirm(problems: Problems, confirm: dict[str, Any], at: str) -> None:
    for name, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        problems.text(confirm.get(name), f"{at}/{name}", limit, plain=name != "text")


def _bounds(problems: Problems, element: dict[str, Any], at: str, names: tuple[str, str], most: int) -> None:
    low, high = (element.get(name) for name in names)
    for name, value, least in ((names[0], low, 0), (names[1], high, 1)):
        if value is not None and not (isinstance(value, int) and least <= value <= most):
            problems.add(f"{at}/{name}", f"must be from {least} to {most}")
    if low is not None and high is not None and low > high:
        problems.add(at, f"{names[0]} is above {names[1]}")
    initial = element.get("initial_value")
    if initial is not None and len(initial) > (high or most):
        problems.add(f"{at}/initial_value", "is too long")


def _file_input(problems: Problems, element: dict[str, Any], at: str) -> None:
    most = element.get("max_files", 10)
    if not isinstance(most, int) or not 1 <= most <= 10:
        problems.add(f"{at}/max_files", "must be from 1 to 10")
    kinds = element.get("filetypes")
    if kinds is not None and not (isinstance(kinds, list) and kinds and all(isinstance(k, str) for k in kinds)):
        problems.add(f"{at}/filetypes", "must be a list of file extensions")
    elif kinds and any(kind.startswith(".") or kind != kind.lower() for kind in kinds):
        problems.add(f"{at}/filetypes", "must be extensions without a dot, in lower case")


def _choices(problems: Problems, element: dict[str, Any], at: str, most: int) -> None:
    groups = element.get("option_groups")
    options = element.get("options") if groups is None else [o for group in groups for o in group.get("options", [])]
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        problems.add(f"{at}/options", f"must have from 1 to {most} items")
        return
    for index, option in enumerate(options):
        here = f"{at}/options/{index}"
        plain = element["type"] not in {"checkboxes", "radio_buttons"}
        problems.text(option.get("text"), f"{here}/text", 75, plain=plain)
        problems.string(option.get("value", ""), f"{here}/value", 150, least=1)
        if option.get("description") is not None:
            problems.text(option["description"], f"{here}/description", 75, plain=plain)
    if len({option.get("value") for option in options}) < len(options):
        problems.add(f"{at}/options", "two options have the same value")
    initial = element.get("initial_option")
    for one in [initial] if initial is not None else element.get("initial_options", []):
        if one not in options:
            problems.add(f"{at}/initial_option", "is not one of the options")
