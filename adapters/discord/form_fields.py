"""The fields of the modals, made from the model's declaration, and what was typed into them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from adapters.discord.attachments import Picture
from adapters.discord.parameters import MOST_PROMPT
from bot.domain.model import Model, Option
from bot.domain.option_lines import FIELD, lines_of, split_lines
from bot.domain.request import as_typed
from bot.wording import discord as told
from bot.wording.commands import text

OTHERS = FIELD
MOST_TYPED, MOST_SHOWN = 4000, 100
"""Characters of a text input's value and of its placeholder (Discord's documentation, "Text Input")."""


@dataclass(frozen=True)
class Filled:
    """What a modal brought: its files by field, the prompt, and the options that were set."""

    files: Mapping[str, Picture]
    prompt: str
    options: Mapping[str, object]


def upload_of(which: str, locale: str, key: str | None = None) -> ui.Label[Any]:
    """Return the field for one image."""
    return ui.Label(
        text=text(key or f"form.{which}", locale),
        component=ui.FileUpload(custom_id=which, required=True, min_values=1, max_values=1),
    )


def prompt_of(locale: str, prompt: str | None = None) -> ui.Label[Any]:
    """Return the field for the prompt, with what it holds already."""
    return ui.Label(
        text=text("form.prompt", locale),
        component=ui.TextInput(
            custom_id="prompt",
            style=discord.TextStyle.paragraph,
            placeholder=text("form.prompt_placeholder", locale),
            default=prompt[:MOST_PROMPT] if prompt else None,
            max_length=MOST_PROMPT,
        ),
    )


def choice_of(option: Option, locale: str, chosen: object = None) -> ui.Label[Any]:
    """Return the field for an option with few values."""
    current = str(option.default if chosen is None else chosen)
    options = [discord.SelectOption(label=each, value=each, default=each == current) for each in option.choices]
    return ui.Label(
        text=text(f"form.{option.name}", locale), component=ui.Select(custom_id=option.name, options=options)
    )


def other_options(model: Model, options: Mapping[str, object]) -> ui.Label[Any]:
    """Return the field for all other options, one a line, with those that differ from the model's defaults."""
    own, defaults = {model.frame.resolution, model.frame.aspect_ratio}, model.defaults()
    changed = {name: value for name, value in options.items() if name not in own and value != defaults.get(name)}
    names = [option.name for option in model.options if option.name not in own]
    return ui.Label(
        text=told.OTHER_OPTIONS,
        description=told.OTHER_OPTIONS_HELP,
        component=ui.TextInput(
            custom_id=OTHERS,
            style=discord.TextStyle.paragraph,
            placeholder=", ".join(names)[:MOST_SHOWN],
            default=lines_of(changed)[:MOST_TYPED] or None,
            required=False,
            max_length=MOST_TYPED,
        ),
    )


def filled(data: Mapping[str, Any], model: Model) -> Filled:
    """Return what a modal's submit holds; raise :class:`BadRequest` with every line that cannot be read."""
    attachments = data.get("resolved", {}).get("attachments", {})
    files: dict[str, Picture] = {}
    options: dict[str, object] = {}
    prompt = ""
    for field in _fields(data.get("components", [])):
        name, values = str(field.get("custom_id")), field.get("values")
        if field.get("type") == discord.ComponentType.file_upload.value and values:
            files[name] = _picture(attachments[values[0]])
        elif name == "prompt":
            prompt = str(field.get("value", ""))
        elif name == OTHERS:
            options |= _read(str(field.get("value", "")), model)
        elif values:
            options[name] = values[0]
    return Filled(files, prompt, options)


def _fields(components: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for each in components:
        yield each.get("component", each)


def _picture(raw: Mapping[str, Any]) -> Picture:
    return Picture(str(raw["filename"]), str(raw["url"]), int(raw["size"]))


def _read(lines: str, model: Model) -> dict[str, object]:
    known = {option.name: option for option in model.options}
    # An unknown name is refused with all others, by the rules that every way in shares.
    return {
        name: as_typed(known[name], value) if name in known else value for name, value in split_lines(lines).items()
    }
