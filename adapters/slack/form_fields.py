"""The blocks of the form, made from the model's declaration, and what was put into them.

Limits: Slack's documentation, "Views" and "Block elements": titles 24 characters, placeholders 150, values 3,000.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from slack_sdk.models.blocks import (
    CheckboxesElement,
    InputBlock,
    NumberInputElement,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticSelectElement,
)
from slack_sdk.models.blocks import (
    Option as Choice,
)
from slack_sdk.models.blocks.block_elements import FileInputElement

from bot.domain.model import Model, Option
from bot.domain.request import Fit, as_typed
from bot.wording import slack as words
from bot.wording.chat import FIT, fit_of
from bot.wording.commands import text

MOST_PROMPT = 2000
IMAGES = ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tiff", "avif")
VALUE = "value"
"""The ``action_id`` of every field: its block is named for the field."""
BROADCAST, ASK_FIRST = "broadcast", "ask_first"


def upload(which: str, locale: str, key: str | None = None) -> InputBlock:
    """Return the field for one image."""
    element = FileInputElement(action_id=VALUE, filetypes=list(IMAGES), max_files=1)
    return InputBlock(block_id=which, label=text(key or f"form.{which}", locale), element=element)


def prompt(locale: str, typed: str) -> InputBlock:
    """Return the field for the prompt, with what it holds already."""
    element = PlainTextInputElement(
        action_id=VALUE,
        multiline=True,
        max_length=MOST_PROMPT,
        initial_value=typed[:MOST_PROMPT] or None,
        placeholder=text("form.prompt_placeholder", locale),
    )
    return InputBlock(block_id="prompt", label=text("form.prompt", locale), element=element)


def option(declared: Option, locale: str, value: object) -> InputBlock:
    """Return the field for an option of the model, with its value; one that is left empty has the model's default."""
    return InputBlock(
        block_id=declared.name,
        label=label_of(declared, locale),
        hint=words.hint(help_of(declared, locale)),
        optional=not declared.choices,
        element=_element(declared, value),
    )


def fit(locale: str, chosen: Fit) -> InputBlock:
    """Return the field for what is done with images of another shape than the video's."""
    choices = {each: Choice(text=fit_of(each, locale), value=each.value) for each in Fit}
    element = RadioButtonsElement(action_id=VALUE, options=list(choices.values()), initial_option=choices[chosen])
    return InputBlock(block_id=FIT, label=text("form.fit", locale), element=element)


def ask_first(locale: str) -> InputBlock:
    """Return the tick for seeing the frames before anything is made."""
    return _tick(ASK_FIRST, text("form.before", locale), text("form.ask_first", locale))


def broadcast(locale: str) -> InputBlock:
    """Return the tick for showing the video in the channel, too."""
    return _tick(BROADCAST, text("form.done", locale), text("form.broadcast", locale))


def _tick(block_id: str, label: str, said: str) -> InputBlock:
    element = CheckboxesElement(action_id=VALUE, options=[Choice(text=said, value="1")])
    return InputBlock(block_id=block_id, label=label, optional=True, element=element)


def label_of(declared: Option, locale: str) -> str:
    """Return what an option's field is called in the reader's language."""
    return _translated(f"form.{declared.name}", locale, words.label(declared.name))


def help_of(declared: Option, locale: str) -> str:
    """Return an option's help in the reader's language; its English is the declaration's."""
    return _translated(f"options.{declared.name}.help", locale, declared.help)


def options_shown(model: Model, *, more: bool) -> Iterable[Option]:
    """Return the options that the form shows; the safety checker cannot be turned off where nobody checks ages."""
    return [each for each in model.options if each.name != model.safety and (more or each.level == "basic")]


def values_of(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a view's fields hold, by block: a text, files, or whether it is ticked; None where empty."""
    values = view.get("state", {}).get("values", {})
    return {block: _value(fields.get(VALUE, {})) for block, fields in values.items()}


def fit_chosen(values: Mapping[str, Any], folded: Fit) -> Fit:
    """Return the fit among a form's values; that which it began with where the field is folded away."""
    chosen = values.get(FIT)
    return folded if chosen is None else Fit(chosen)


def options_of(values: Mapping[str, Any], model: Model) -> dict[str, object]:
    """Return the options among a form's values."""
    typed: dict[str, object] = {}
    for each in model.options:
        value = values.get(each.name)
        if value not in (None, "", []):
            typed[each.name] = value if isinstance(value, bool) else as_typed(each, str(value))
    return typed


def _value(state: Mapping[str, Any]) -> Any:  # noqa: ANN401  # as the element's kind has it
    match state.get("type"):
        case "file_input":
            return state.get("files") or []
        case "static_select" | "radio_buttons":
            chosen = state.get("selected_option")
            return None if chosen is None else chosen["value"]
        case "checkboxes":
            return bool(state.get("selected_options"))
        case _:
            return state.get("value")


def _element(declared: Option, value: object) -> Any:  # noqa: ANN401  # an element of one kind or another
    current = _written(declared.default if value is None else value)
    if declared.choices or declared.type == "boolean":
        choices = [Choice(text=words.TICKED.get(each, each), value=each) for each in declared.choices or words.TICKED]
        initial = next((each for each in choices if each.value == current), None)
        return StaticSelectElement(action_id=VALUE, options=choices, initial_option=initial)
    if declared.type in ("integer", "number"):
        return NumberInputElement(
            action_id=VALUE,
            is_decimal_allowed=declared.type == "number",
            initial_value=current or None,
            min_value=None if declared.minimum is None else _written(declared.minimum),
            max_value=None if declared.maximum is None else _written(declared.maximum),
        )
    return PlainTextInputElement(action_id=VALUE, multiline=True, initial_value=current or None)


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _translated(key: str, locale: str, english: str) -> str:
    try:
        return text(key, locale)
    except KeyError:
        return english
