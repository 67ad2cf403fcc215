"""A model's options as lines of text, ``name = value`` each, where a form has no room for a field for every one."""

from collections.abc import Mapping

from bot.domain.errors import BadRequest, Fault
from bot.domain.model import Model, Value
from bot.domain.request import as_typed, check_option, unknown_option

FIELD = "options"
"""What the field is called in refusals."""


def lines_of(options: Mapping[str, object]) -> str:
    """Return options as lines."""
    return "\n".join(f"{name} = {_written(value)}" for name, value in options.items())


def split_lines(text: str) -> dict[str, str]:
    """Return the names and values of lines; raise :class:`BadRequest` with every line that has no sign between them."""
    read: dict[str, str] = {}
    faults = []
    for line in filter(str.strip, text.splitlines()):
        name, sign, value = (part.strip() for part in line.partition("=" if "=" in line else ":"))
        if not sign:
            faults.append(Fault(FIELD, "type", line.strip(), {"type": "line"}))
        elif value:
            read[name] = value
    if faults:
        raise BadRequest(tuple(faults))
    return read


def read_lines(text: str, model: Model) -> dict[str, Value]:
    """Return the options that lines set, checked; raise :class:`BadRequest` with every fault."""
    known = {option.name: option for option in model.options if option.name != model.safety}
    faults, read = [], {}
    for name, written in split_lines(text).items():
        if name not in known:
            faults.append(unknown_option(name, known))
            continue
        value = as_typed(known[name], written)
        fault = check_option(known[name], value)
        if fault is None:
            read[name] = value
        else:
            faults.append(fault)
    if faults:
        raise BadRequest(tuple(faults))
    return read  # type: ignore[return-value]  # the schema check has just proved them values


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
