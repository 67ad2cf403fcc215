"""What Discord takes as an app's commands, and PUT/GET /applications/{id}/commands.

Limits from Discord's page "Application Commands" (read 2026-11): names, descriptions, 25 options, 25 choices, required
options first, 8,000 characters in all, of translations only the longest counted.
"""

import json
import unicodedata
from collections.abc import Iterator

from tests.twins.discord_state import State
from tests.twins.discord_values import Json, bad_form

CHAT_INPUT, MESSAGE_MENU = 1, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, NUMBER, ATTACHMENT = 1, 2, 3, 4, 5, 6, 7, 8, 10, 11
MAX_WHOLE = 2**53
_LOCALES = """
id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko
"""
LOCALES = frozenset(_LOCALES.split())
_MOST = {CHAT_INPUT: 100, 2: 15, MESSAGE_MENU: 15}


def put_commands(state: State, body: object) -> list[Json]:
    """Overwrite all global commands; one that keeps its name and type keeps its id."""
    if not isinstance(body, list):
        raise bad_form("_", "must be a list of commands")
    for index, command in enumerate(body):
        check_command(command, str(index))
    keys = [(command.get("type") or CHAT_INPUT, command["name"]) for command in body]
    if len(set(keys)) != len(keys):
        raise bad_form("name", "application command names must be unique")
    for kind, most in _MOST.items():
        if [k for k, _ in keys].count(kind) > most:
            raise bad_form("_", f"at most {most} commands of type {kind}")
    known = {(command["type"], command["name"]): command["id"] for command in state.commands}
    kept = []
    for key, command in zip(keys, json.loads(json.dumps(body)), strict=True):
        ids = {"id": known.get(key) or str(state.new_id()), "application_id": str(state.bot.id), "type": key[0]}
        kept.append({"description": "", **command, **_settled(command), **ids, "version": str(state.new_id())})
    state.commands = kept
    return kept


def _settled(command: Json) -> Json:
    """Return where and for whom a command is. Where nothing is said: however the app is installed, everywhere.

    ``dm_permission`` is the old way to keep a command out of direct messages.
    """
    permissions = command.get("default_member_permissions")
    return {
        "contexts": command.get("contexts") or ([0] if command.get("dm_permission") is False else None),
        "integration_types": command.get("integration_types") or [0, 1],
        "default_member_permissions": None if permissions is None else str(permissions),
        "nsfw": bool(command.get("nsfw")),
    }


def check_command(command: Json, where: str) -> None:
    """Raise the refusal of a command that Discord would not take."""
    kind = command.get("type") or CHAT_INPUT
    if kind not in _MOST:
        raise bad_form(f"{where}.type", f"{kind} is no type")
    _check_names(command, where, lower=kind == CHAT_INPUT)
    if kind == CHAT_INPUT:
        _check_descriptions(command, where)
        _check_options(command.get("options") or [], where, (SUBCOMMAND, GROUP))
    elif command.get("description") or command.get("options"):
        raise bad_form(f"{where}.description", "a context menu has neither a description nor options")
    for name, allowed in (("integration_types", {0, 1}), ("contexts", {0, 1, 2})):
        given = command.get(name)
        if given is not None and (not given or set(given) - allowed or len(set(given)) != len(given)):
            raise bad_form(f"{where}.{name}", f"must be some of {sorted(allowed)}")
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdecimal():
        raise bad_form(f"{where}.default_member_permissions", "is no set of permissions")
    if (length := sum(_lengths(command))) > 8000:
        raise bad_form(where, f"{length} characters in all, 8000 at most")


def _lengths(thing: Json) -> Iterator[int]:
    for name in ("name", "description"):
        translations = (thing.get(f"{name}_localizations") or {}).values()
        yield max(len(text) for text in [thing.get(name) or "", *translations])
    if isinstance(thing.get("value"), str):
        yield len(thing["value"])
    for inner in [*(thing.get("options") or []), *(thing.get("choices") or [])]:
        yield from _lengths(inner)


def _texts(thing: Json, name: str, where: str) -> Iterator[str]:
    translations = thing.get(f"{name}_localizations") or {}
    if unknown := set(translations) - LOCALES:
        raise bad_form(f"{where}.{name}_localizations", f"unknown locales {sorted(unknown)}")
    yield thing.get(name) or ""
    yield from translations.values()


def _check_names(thing: Json, where: str, *, lower: bool) -> None:
    for name in _texts(thing, "name", where):
        if not 1 <= len(name) <= 32:
            raise bad_form(f"{where}.name", f"{name!r} must be between 1 and 32 in length")
        if lower and not (name == name.lower() and all(_may_be_in_a_name(letter) for letter in name)):
            raise bad_form(f"{where}.name", f"{name!r} is invalid: lower case letters, digits, - _ ' only")


def _may_be_in_a_name(letter: str) -> bool:
    r"""Say whether ``[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]`` has it; the two scripts need their vowel signs."""
    of_script = unicodedata.name(letter, "").startswith(("DEVANAGARI", "THAI"))
    return letter in "-_'" or of_script or unicodedata.category(letter)[0] in "LN"


def _check_descriptions(thing: Json, where: str) -> None:
    for text in _texts(thing, "description", where):
        if not 1 <= len(text) <= 100:
            raise bad_form(f"{where}.description", "must be between 1 and 100 in length")


def _check_options(options: list[Json], where: str, inside: tuple[int, ...]) -> None:
    if len(options) > 25:
        raise bad_form(f"{where}.options", "must be 25 or fewer in length")
    names = [option.get("name") for option in options]
    if len(set(names)) != len(names):
        raise bad_form(f"{where}.options", "option names must be unique")
    nested = [option.get("type") in (SUBCOMMAND, GROUP) for option in options]
    if any(nested) and not all(nested):
        raise bad_form(f"{where}.options", "subcommands cannot stand beside options")
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        raise bad_form(f"{where}.options", "required options must be placed before non-required options")
    for index, option in enumerate(options):
        _check_option(option, f"{where}.options.{index}", inside)


def _check_option(option: Json, where: str, inside: tuple[int, ...]) -> None:
    kind = option.get("type")
    if kind not in range(1, 12):
        raise bad_form(f"{where}.type", f"{kind} is no type")
    _check_names(option, where, lower=True)
    _check_descriptions(option, where)
    if kind in (SUBCOMMAND, GROUP):
        if kind not in inside:
            raise bad_form(f"{where}.type", "a subcommand or a group cannot stand here")
        _check_options(option.get("options") or [], where, (SUBCOMMAND,) if kind == GROUP else ())
        return
    _check_choices(option, where)
    _check_bounds(option, where)


def _check_choices(option: Json, where: str) -> None:
    choices = option.get("choices") or []
    if choices and (option.get("autocomplete") or option["type"] not in (STRING, INTEGER, NUMBER)):
        raise bad_form(f"{where}.choices", "are not for autocomplete, nor for this type")
    if option.get("autocomplete") and option["type"] not in (STRING, INTEGER, NUMBER):
        raise bad_form(f"{where}.autocomplete", "is not for this type")
    if len(choices) > 25:
        raise bad_form(f"{where}.choices", "must be 25 or fewer in length")
    expected = {STRING: (str,), INTEGER: (int,), NUMBER: (int, float)}.get(option["type"], ())
    for index, choice in enumerate(choices):
        for name in _texts(choice, "name", f"{where}.choices.{index}"):
            if not 1 <= len(name) <= 100:
                raise bad_form(f"{where}.choices.{index}.name", "must be between 1 and 100 in length")
        value = choice.get("value")
        if not isinstance(value, expected) or (isinstance(value, str) and not 1 <= len(value) <= 100):
            raise bad_form(f"{where}.choices.{index}.value", "is not of the option's type, or too long")


def _check_bounds(option: Json, where: str) -> None:
    least, most = option.get("min_value"), option.get("max_value")
    for value in (least, most):
        if value is not None and (option["type"] not in (INTEGER, NUMBER) or abs(value) > MAX_WHOLE):
            raise bad_form(f"{where}.min_value", "is for numbers between -2^53 and 2^53")
    if least is not None and most is not None and least > most:
        raise bad_form(f"{where}.min_value", "is above max_value")
    shortest, longest = option.get("min_length"), option.get("max_length")
    for value in (shortest, longest):
        if value is not None and (option["type"] != STRING or not 0 <= value <= 6000):
            raise bad_form(f"{where}.min_length", "is for strings, up to 6000")
