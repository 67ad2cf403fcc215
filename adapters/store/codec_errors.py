"""Errors as data, and back: what a failed job was told must be told the same after a restart.

An error is its class's name, what it was built with, and its charge. Each of our errors keeps what it was built with
under the same names; a test walks all classes, so that one that does not is noticed.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import astuple
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain.errors import Charge, Fault, ImageFault, RuleFault, TweenError, Unreadable

Json = Any
"""What ``json`` gives and takes."""


def encode_error(error: TweenError) -> Json:
    """Return an error as JSON."""
    data = {name: _encode(getattr(error, name)) for name in _parameters(type(error))}
    return {"kind": type(error).__name__, "data": data, "args": _args(error), "charge": error.charge.value}


def decode_error(raw: Json, otherwise: Charge) -> TweenError:
    """Return the error; one that this version does not know is :class:`Unreadable`, with the charge as far as known."""
    try:
        charge = Charge(raw["charge"])
    except (KeyError, TypeError, ValueError):
        charge = otherwise
    try:
        kind = _kinds()[raw["kind"]]
        names = _parameters(kind)
        if names:
            built = kind(**{name: _decode(raw["data"][name]) for name in names})
        else:
            built = kind(*(str(each) for each in raw.get("args", ())))
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError):
        return Unreadable(f"error {_name(raw)}").billed(charge)
    return built.billed(charge)


def _kinds() -> dict[str, type[TweenError]]:
    found: dict[str, type[TweenError]] = {}
    waiting: list[type[TweenError]] = [TweenError]
    while waiting:
        kind = waiting.pop()
        found[kind.__name__] = kind
        waiting.extend(kind.__subclasses__())
    return found


def _parameters(kind: type[TweenError]) -> list[str]:
    """Return the names that the class is built with; none where it takes a plain exception's arguments."""
    if kind.__init__ is Exception.__init__:
        return []
    return list(inspect.signature(kind).parameters)


def _args(error: TweenError) -> list[str]:
    return [] if _parameters(type(error)) else [str(each) for each in error.args]


def _name(raw: Json) -> str:
    kind = raw.get("kind") if isinstance(raw, Mapping) else None
    return str(kind)[:40]


def _encode(value: object) -> Json:  # noqa: C901, PLR0911  # one line a kind of value
    """Return a value as JSON that names its kind, where JSON has no such kind."""
    match value:
        case TweenError():
            return {"error": encode_error(value)}
        case Fault():
            parts = (value.field, value.rule, value.given, value.allowed)
            return {"fault": [_encode(each) for each in parts]}
        case RuleFault():
            return {"rule_fault": list(astuple(value))}
        case ImageFault():
            return {"image_fault": value.value}
        case Decimal():
            return {"decimal": str(value)}
        case date():
            return {"date": value.isoformat()}
        case Path():
            return {"path": str(value)}
        case tuple() | list():
            return [_encode(each) for each in value]
        case Mapping():
            return {"map": {str(key): _encode(each) for key, each in value.items()}}
        case float() if not math.isfinite(value):
            return {"float": str(value)}
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def _decode(raw: Json) -> Any:  # noqa: ANN401, PLR0911  # whatever was encoded; one line a kind
    if isinstance(raw, list):
        return tuple(_decode(each) for each in raw)
    if not isinstance(raw, dict):
        return raw
    ((kind, value),) = raw.items()
    match kind:
        case "error":
            return decode_error(value, Charge.NONE)
        case "fault":
            return Fault(*(_decode(each) for each in value))
        case "rule_fault":
            return RuleFault(*value)
        case "map":
            return {key: _decode(each) for key, each in value.items()}
        case _:
            return _PLAIN[kind](value)


_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "image_fault": ImageFault,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "path": Path,
    "float": float,
}
