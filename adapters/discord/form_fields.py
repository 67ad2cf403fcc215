"""The fields of the modals, made from the model's declaration, and what was typed into them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from adapters.discord.attachments import Picture
from adapters.discord.parameters import ASK_FIRST, LOOKS, MOST_PROMPT
from bot.domain.errors import BadRequest, Fault
from bot.domain.model import Model, Option
from bot.domain.option_lines import FIELD, lines_of, split_lines
from bot.domain.request import Fit, as_typed
from bot.wording import discord as told
from bot.wording.chat import FIT, fit_of
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
    fit: Fit = Fit.CROP
    asks: bool = False


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


def other_options(model: Model, options: Mapping[str, object], fit: Fit = Fit.CROP) -> ui.Label[Any]:
    """Return the field for all other options, one a line, with those that differ from the defaults."""
    own, defaults = {model.frame.resolution, model.frame.aspect_ratio}, model.defaults()
    changed = {name: value for name, value in options.items() if name not in own and value != defaults.get(name)}
    changed |= {} if fit is Fit.CROP else {FIT: fit.value}
    names = [*LOOKS, *(option.name for option in model.options if option.name not in own)]
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
    looks: dict[str, str] = {}
    prompt = ""
    for field in _fields(data.get("components", [])):
        name, values = str(field.get("custom_id")), field.get("values")
        if field.get("type") == discord.ComponentType.file_upload.value and values:
            files[name] = _picture(attachments[values[0]])
        elif name == "prompt":
            prompt = str(field.get("value", ""))
        elif name == OTHERS:
            lines = split_lines(str(field.get("value", "")))
            looks = {each: lines.pop(each) for each in LOOKS if each in lines}
            options |= _typed(lines, model)
        elif values:
            options[name] = values[0]
    return Filled(files, prompt, options, *_looks(looks))


def _fields(components: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for each in components:
        yield each.get("component", each)


def _picture(raw: Mapping[str, Any]) -> Picture:
    return Picture(str(raw["filename"]), str(raw["url"]), int(raw["size"]))


def _typed(lines: Mapping[str, str], model: Model) -> dict[str, object]:
    known = {option.name: option for option in model.options}
    # An unknown name is refused with all others, by the rules that every way in shares.
    return {name: as_typed(known[name], value) if name in known else value for name, value in lines.items()}


def _looks(lines: Mapping[str, str]) -> tuple[Fit, bool]:
    """Return what was typed of the fit, and of whether to ask first; raise :class:`BadRequest` with every fault."""
    fits = {said: fit for fit in Fit for said in (fit.value, fit_of(fit).lower())}
    answers = {"true": True, "false": False}
    fit, asks = lines.get(FIT, Fit.CROP.value), lines.get(ASK_FIRST, "false")
    faults = []
    if fit.lower() not in fits:
        faults.append(Fault(FIT, "choice", fit, {"enum": [each.value for each in Fit]}))
    if asks.lower() not in answers:
        faults.append(Fault(ASK_FIRST, "type", asks, {"type": "boolean"}))
    if faults:
        raise BadRequest(tuple(faults))
    return fits[fit.lower()], answers[asks.lower()]
