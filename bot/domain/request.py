"""What somebody asked for: the value that every platform's own payload is turned into."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from math import isfinite

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from bot.domain.errors import BadRequest, Fault, Rule
from bot.domain.model import Model, Option, Value


class Fit(Enum):
    """What is done with an image of another shape than the video's; the value is what is stored.

    ``CROP``: it covers the video, and what sticks out is cut away. ``BLUR``: all of it is shown, between borders that
    are a blurred copy of it.
    """

    CROP = "crop"
    BLUR = "blur"


def as_fit(given: object) -> Fit | Fault:
    """Return the fit that a value names, or the rule that it breaks; nothing given is a crop."""
    if given is None or given == "":
        return Fit.CROP
    named = next((fit for fit in Fit if fit.value == given), None)
    return named or Fault("fit", "choice", given, {"enum": [fit.value for fit in Fit]})


@dataclass(frozen=True)
class Author:
    """Who asked: ids as the platform gives them. ``server`` (guild, workspace) is empty in a direct message."""

    platform: str
    id: str
    server: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImageRef:
    """An image as the platform names it.

    ``locator`` means something to the platform's adapter alone: a path, an id, a URL. It is stored with the job, so
    it holds no signature and no token.
    """

    name: str
    locator: str


@dataclass(frozen=True)
class Where:
    """Where a command was given: the channel's id, and its parent's where it is a thread.

    ``age_restricted`` is whether the platform lets adults alone in.
    """

    channels: tuple[str, ...]
    age_restricted: bool = False


@dataclass(frozen=True)
class Command:
    """What an adapter has read from its platform's payload; nothing of it is checked yet.

    ``id`` is the platform's own event id, unique among all platforms. In ``options`` a value of None means that the
    author did not set it. ``again_of`` is the job that this one sends again. ``where`` is None on a platform that has
    no channels, and hence no rules for them. ``asks``: its author wants to see the frames before anything is spent.
    """

    id: str
    author: Author
    start: ImageRef
    end: ImageRef
    prompt: str
    options: Mapping[str, object]
    again_of: str | None = None
    where: Where | None = None
    fit: Fit = Fit.CROP
    asks: bool = False


@dataclass(frozen=True)
class TweenRequest:
    """A command that obeys the model's rules: valid once built, so build it with :func:`checked`.

    ``id`` is the command's, hence the job's idempotency key. ``options`` is complete: every option
    of the model that has a default is there. ``start`` and ``end`` are the command's; ``swapped``: the video begins
    with the command's last image.
    """

    id: str
    author: Author
    model: Model
    start: ImageRef
    end: ImageRef
    prompt: str
    options: Mapping[str, Value]
    again_of: str | None = None
    fit: Fit = Fit.CROP
    swapped: bool = False

    @property
    def images(self) -> tuple[ImageRef, ImageRef]:
        """The first and the last image of the video: those of the command, or the other way round."""
        return (self.end, self.start) if self.swapped else (self.start, self.end)

    @property
    def price(self) -> Decimal:
        """US dollars that the model's price rule gives for these options."""
        return self.model.price.usd(self.options)


def checked(command: Command, model: Model) -> TweenRequest:
    """Return the request that a command makes of a model, or raise :class:`BadRequest` with every fault."""
    prompt = command.prompt.strip()
    faults = _prompt_faults(model.prompt_field, prompt)
    options: dict[str, Value] = model.defaults()
    known = {option.name: option for option in model.options}
    for name, value in command.options.items():
        if value is None:
            continue
        option = known.get(name)
        fault = unknown_option(name, known) if option is None else check_option(option, value)
        if fault is None:
            options[name] = value  # type: ignore[assignment]  # the schema check has just proved it
        else:
            faults.append(fault)
    if faults:
        raise BadRequest(tuple(faults))
    ordered = {name: options[name] for name in known if name in options}
    return TweenRequest(
        command.id,
        command.author,
        model,
        command.start,
        command.end,
        prompt,
        ordered,
        command.again_of,
        command.fit,
    )


def _prompt_faults(field: str, prompt: str) -> list[Fault]:
    rule: Rule | None = "required" if not prompt else None if _is_text(prompt) else "type"
    return [] if rule is None else [Fault(field, rule, prompt, {"type": "string"})]


def _is_text(value: str) -> bool:
    """Whether it can be sent and stored.

    Bytes that are no UTF-8 reach a program as lone surrogates, which no JSON holds; no Postgres holds a NUL.
    """
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value)


def check_option(option: Option, value: object) -> Fault | None:
    """Return the rule that the value breaks, or None."""
    if (isinstance(value, float) and not isfinite(value)) or (isinstance(value, str) and not _is_text(value)):
        return Fault(option.name, "type", value, option.schema)
    error: ValidationError | None = next(Draft202012Validator(dict(option.schema)).iter_errors(value), None)
    if error is None:
        return None
    return Fault(option.name, _RULES.get(str(error.validator), "type"), value, option.schema)


def as_typed(option: Option, text: str) -> object:
    """Return what a text means as a value of this option; the text itself where it is no such value, for the check."""
    try:
        match option.type:
            case "integer":
                return int(text)
            case "number":
                return float(text)
            case "boolean":
                return {"true": True, "false": False}.get(text.strip().lower(), text)
            case _:
                return text
    except ValueError:
        return text


_RULES: dict[str, Rule] = {"enum": "choice", "minimum": "range", "maximum": "range"}


def unknown_option(name: str, known: Mapping[str, Option]) -> Fault:
    """Return the fault of an option that there is not, with the one that may have been meant."""
    return Fault(name, "unknown", name, {"enum": get_close_matches(name, known, n=1) or list(known)})
