"""What a deed tells of a change: the fields that differ, before and after, shortened, and nothing secret."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from bot.domain.server import Rules
from bot.wording.rules import address

LONGEST = 200
"""Characters that are told of one field."""
NONE, UNREADABLE = "none", "unreadable"


def changes(before: Rules, after: Rules) -> dict[str, str]:
    """Return what is different, by field: ``3 -> 5``, or of a list how long it was and is, and what came and went."""
    told: dict[str, str] = {}
    for field, tell in _FIELDS.items():
        was, is_ = getattr(before, field), getattr(after, field)
        if was != is_ or (field in before.unreadable) is not (field in after.unreadable):
            said = tell(was, is_)
            told[field] = _short(f"{UNREADABLE} -> {said.partition(' -> ')[2]}" if field in before.unreadable else said)
    return told


def _values(was: object, is_: object) -> str:
    return f"{_one(was)} -> {_one(is_)}"


def _one(value: object) -> str:
    match value:
        case None:
            return NONE
        case True | False:
            return "yes" if value else "no"
        case Decimal():
            return plainly(value)
        case _:
            return str(value)


def plainly(usd: Decimal) -> str:
    """Return a sum without zeros behind it, and without an exponent."""
    return f"{usd.normalize():f}"


def _listed(was: object, is_: object) -> str:
    old, new = _entries(was), _entries(is_)
    apart = [*(f"+{each}" for each in new if each not in old), *(f"-{each}" for each in old if each not in new)]
    sizes = f"{len(old)} -> {len(new)}"
    return f"{sizes}: {', '.join(apart)}" if apart else sizes


def _entries(listed: object) -> list[str]:
    if isinstance(listed, Mapping):
        return [f"{name}={_one(value)}" for name, value in listed.items()]
    assert isinstance(listed, tuple)
    return [str(each) for each in listed]


def _addresses(was: object, is_: object) -> str:
    return " -> ".join(NONE if each is None else address(str(each)) for each in (was, is_))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


_FIELDS: Mapping[str, Callable[[object, object], str]] = {
    "channels": _listed,
    "roles": _listed,
    "defaults": _listed,
    "unsafe": _values,
    "running": _values,
    "running_per_author": _values,
    "waiting_per_author": _values,
    "ask_over": _values,
    "words": _listed,
    "patterns": _listed,
    "check_url": _addresses,
}
