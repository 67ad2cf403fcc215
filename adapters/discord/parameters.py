"""The options of ``/tween``, made from the model's declaration: type, choices, range and help of each.

discord.py reads a command's options from the signature of its callback, so that is what is made here.
"""

import inspect
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.domain.model import Model, Option
from bot.domain.request import Fit
from bot.wording.chat import FIT
from bot.wording.commands import text

MOST_PROMPT = 2000
"""Characters of a prompt, as long as a message of Discord's may be."""
HELP = 100
"""Characters of an option's help at most."""

ASK_FIRST = "ask_first"
"""The option by which an author has the frames shown before anything is made."""
LOOKS = (FIT, ASK_FIRST)
"""What ``/tween`` and ``/tween-form`` take both."""

Callback = Callable[..., Coroutine[Any, Any, None]]
Suggest = Callable[[discord.Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[Any]]]]


def words(key: str, english: str | None = None) -> locale_str:
    """Return a text that the translator finds by its key; ``english`` is for keys without English of their own."""
    return locale_str(english if english is not None else text(key), key=key)


def callback_of(work: Callback, signature: inspect.Signature) -> Callback:
    """Return a function of this signature that does the work: discord.py keeps what it reads of one on the function."""

    async def callback(interaction: discord.Interaction, **given: Any) -> None:  # noqa: ANN401  # as they are converted
        await work(interaction, **given)

    callback.__signature__ = signature  # type: ignore[attr-defined]  # what inspect.signature reads
    return callback


def with_options(model: Model, work: Callback, suggestions: Mapping[str, Suggest]) -> Callback:
    """Return a callback that takes the two images, the prompt, and the model's options; ``work`` gets them by name.

    ``suggestions`` complete what is being typed, by the option's name.
    """
    parameters = [
        _parameter("interaction", discord.Interaction),
        _parameter("start", discord.Attachment),
        _parameter("end", discord.Attachment),
        _parameter("prompt", app_commands.Range[str, 1, MOST_PROMPT]),
        *(_parameter(option.name, _annotation(option), None) for option in model.options),
        *_looks(),
        _parameter("private", bool, default=False),
        _parameter("spoiler", bool, default=False),
    ]
    callback = callback_of(work, inspect.Signature(parameters))
    own = ("start", "end", "prompt", *LOOKS, "private", "spoiler")
    helps = {name: words(f"options.{name}.help") for name in own}
    helps |= {option.name: words(f"options.{option.name}.help", option.help[:HELP]) for option in model.options}
    names = {name: words(f"options.{name}.name", name) for name in helps}
    choices = {
        option.name: [app_commands.Choice(name=each, value=each) for each in option.choices]
        for option in model.options
        if option.choices
    }
    decorated = _described(callback, helps, names, choices)
    return app_commands.autocomplete(**dict(suggestions))(decorated)


def with_looks(work: Callback) -> Callback:
    """Return a callback that takes what is chosen before a form is opened: its own fields are five, and all taken."""
    parameters = [_parameter("interaction", discord.Interaction), *_looks()]
    callback = callback_of(work, inspect.Signature(parameters))
    helps = {name: words(f"options.{name}.help") for name in LOOKS}
    return _described(callback, helps, {name: words(f"options.{name}.name", name) for name in LOOKS}, {})


def _looks() -> list[inspect.Parameter]:
    return [_parameter(FIT, str, default=Fit.CROP.value), _parameter(ASK_FIRST, bool, default=False)]


def _described(
    callback: Callback,
    helps: Mapping[str, locale_str],
    names: Mapping[str, locale_str],
    choices: Mapping[str, list[app_commands.Choice[str]]],
) -> Callback:
    fits = [app_commands.Choice(name=words(f"fit.{fit.value}"), value=fit.value) for fit in Fit]
    decorated: Callback = app_commands.describe(**helps)(callback)
    decorated = app_commands.rename(**names)(decorated)
    return app_commands.choices(**choices, **{FIT: fits})(decorated)


def _parameter(name: str, annotation: object, default: object = inspect.Parameter.empty) -> inspect.Parameter:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, annotation=annotation, default=default)


class _Number(app_commands.Transformer):
    """A number within the option's bounds."""

    def __init__(self, option: Option) -> None:
        self._option = option
        self._whole = option.type == "integer"

    @property
    def type(self) -> discord.AppCommandOptionType:
        """As Discord's clients check what is typed."""
        return discord.AppCommandOptionType.integer if self._whole else discord.AppCommandOptionType.number

    @property
    def min_value(self) -> int | float | None:
        """The smallest number."""
        return self._bound(self._option.minimum)

    @property
    def max_value(self) -> int | float | None:
        """The largest number."""
        return self._bound(self._option.maximum)

    def _bound(self, value: float | None) -> int | float | None:
        return int(value) if value is not None and self._whole else value

    async def transform(self, _: discord.Interaction, value: Any, /) -> Any:  # noqa: ANN401  # a number, as it came
        """Return the number."""
        return value


def _annotation(option: Option) -> object:
    if option.type in ("integer", "number"):
        return _Number(option)
    return bool if option.type == "boolean" else str
