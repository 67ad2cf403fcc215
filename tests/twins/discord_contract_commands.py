"""What Discord asks of application commands and of autocomplete results beyond their shape.

From the developer documentation ("Application Commands"), where no other source is named.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Final

from tests.twins.discord_contract_tree import Json


class Of(IntEnum):
    """A command's ``type``."""

    CHAT_INPUT = 1
    USER = 2
    MESSAGE = 3
    PRIMARY_ENTRY_POINT = 4


_MOST: Final = {Of.CHAT_INPUT: 100, Of.USER: 15, Of.MESSAGE: 15, Of.PRIMARY_ENTRY_POINT: 1}
_SUBCOMMAND, _GROUP = 1, 2


def problems_of_many(commands: Sequence[Json]) -> Iterator[str]:
    """Yield what is wrong with the commands that replace all those of an application or a guild."""
    kinds = Counter(command.get("type") or Of.CHAT_INPUT for command in commands)
    yield from (f"{count} commands of type {kind}" for kind, count in kinds.items() if count > _MOST[Of(kind)])
    names = Counter((command.get("type") or Of.CHAT_INPUT, command["name"]) for command in commands)
    yield from (f"two commands are named {name!r}" for (_, name), count in names.items() if count > 1)
    for index, command in enumerate(commands):
        yield from (f"[{index}]{sentence}" for sentence in problems_of(command))


def problems_of(command: Json, *, is_partial: bool = False) -> Iterator[str]:
    """Yield what is wrong with one command; ``is_partial``: an edit, which says what changes and not the type."""
    kind = Of(command.get("type") or Of.CHAT_INPUT)
    if not is_partial or command.get("description"):
        if kind is Of.CHAT_INPUT and not command.get("description"):
            yield ".description: a chat input command needs one, of 1 to 100 characters"
        if kind in {Of.USER, Of.MESSAGE} and command.get("description"):
            yield ".description: a context menu has none"
    if kind is not Of.CHAT_INPUT and command.get("options"):
        yield ".options: only a chat input command has them"
    if kind is Of.CHAT_INPUT and not is_partial:
        yield from _names(command, "")
    yield from _options(command.get("options") or (), "")
    if (size := _size(command)) > 8000:
        yield f": {size} characters in names, descriptions and values, where a command may have 8000"


def problems_of_results(choices: Sequence[Json | None]) -> Iterator[str]:
    """Yield what is wrong with autocomplete results."""
    yield from _choices([choice for choice in choices if choice is not None], "data.choices")


def _names(named: Json, where: str) -> Iterator[str]:
    """Check a name and its localizations, which are typed after a slash or before an option."""
    names = {f"{where}.name": named.get("name")}
    names |= {f"{where}.name_localizations.{locale}": name for locale, name in _localized(named, "name").items()}
    for place, name in names.items():
        if name is not None and not _is_spoken_name(name):
            yield f"{place}: {name!r} is not of lower-case letters, digits, -, _ and ' alone"


def _localized(named: Json, key: str) -> Mapping[str, str]:
    return named.get(f"{key}_localizations") or {}


def _is_spoken_name(name: str) -> bool:
    r"""Return whether a name matches ``^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`` and has no upper case."""
    return 1 <= len(name) <= 32 and name == name.lower() and all(_is_spoken(character) for character in name)


def _is_spoken(character: str) -> bool:
    in_script = unicodedata.name(character, "").startswith(("DEVANAGARI ", "THAI CHARACTER"))
    return character in "-_'" or unicodedata.category(character)[0] in "LN" or in_script


def _options(options: Sequence[Json], above: str) -> Iterator[str]:
    where = f"{above}.options"
    names = Counter(option["name"] for option in options)
    yield from (f"{where}: two are named {name!r}" for name, count in names.items() if count > 1)
    nested = [option["type"] in {_SUBCOMMAND, _GROUP} for option in options]
    if any(nested) and not all(nested):
        yield f"{where}: subcommands stand beside other options"
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield f"{where}: a required option after an optional one"
    for index, option in enumerate(options):
        place = f"{where}[{index}]"
        yield from _names(option, place)
        yield from _limits(option, place)
        yield from _choices(option.get("choices") or (), f"{place}.choices")
        if option["type"] == _GROUP and not option.get("options"):
            yield f"{place}: a group without subcommands"
        yield from _options(option.get("options") or (), place)


def _limits(option: Json, where: str) -> Iterator[str]:
    for least, most in (("min_value", "max_value"), ("min_length", "max_length")):
        if option.get(least) is not None and option.get(most) is not None and option[least] > option[most]:
            yield f"{where}: {least} is over {most}"
    if option.get("choices") and option.get("autocomplete"):
        yield f"{where}: choices and autocomplete exclude each other"


def _choices(choices: Sequence[Json], where: str) -> Iterator[str]:
    for index, choice in enumerate(choices):
        if isinstance(choice["value"], str) and len(choice["value"]) > 100:
            yield f"{where}[{index}].value: over 100 characters"


def _size(named: Json) -> int:
    """Return how many characters count towards a command's 8000: of localized texts, the longest alone."""
    own = sum(
        max(map(len, ((named.get(key) or ""), *_localized(named, key).values()))) for key in ("name", "description")
    )
    value = named.get("value")
    parts = (*(named.get("options") or ()), *(named.get("choices") or ()))
    return own + (len(value) if isinstance(value, str) else 0) + sum(map(_size, parts))
