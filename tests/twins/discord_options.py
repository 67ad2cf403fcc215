"""What a person types into a slash command, as the client would send it; CannotDo where the client would not."""

from collections.abc import Mapping

from tests.twins import discord_payloads as payloads
from tests.twins.discord_commands import GROUP, INTEGER, SUBCOMMAND
from tests.twins.discord_messages import Attachment
from tests.twins.discord_places import Channel, Role, User
from tests.twins.discord_state import State
from tests.twins.discord_values import CannotDo, File, Json

Value = str | int | float | bool | File | User | Channel | Role


class Typed:
    """The options of one use of a command. ``data`` is what INTERACTION_CREATE carries."""

    def __init__(self, state: State, command: Json, path: list[str]) -> None:
        self._state, self._command, self._path = state, command, path
        self._resolved: dict[str, Json] = {}

    def data(self, values: Mapping[str, Value]) -> Json:
        """Return a finished command: every option obeys its rules, and the required ones are there."""
        options = self._leaf()
        self._know(options, values)
        if missing := [o["name"] for o in options if o.get("required") and o["name"] not in values]:
            raise CannotDo(f"required options are missing: {missing}")
        return self._wrap([self._typed(o, values[o["name"]]) for o in options if o["name"] in values])

    def unfinished(self, values: Mapping[str, Value], focused: str, text: str) -> tuple[Json, int]:
        """Return a command that is being typed, and the type of the option that asks for suggestions."""
        options = self._leaf()
        self._know(options, {**values, focused: text})
        said = [self._typed(o, values[o["name"]]) for o in options if o["name"] in values]
        option = next(o for o in options if o["name"] == focused)
        if not option.get("autocomplete"):
            raise CannotDo(f"{focused!r} has no autocomplete")
        said.append({"name": focused, "type": option["type"], "value": text, "focused": True})
        return self._wrap(said), option["type"]

    def _leaf(self) -> list[Json]:
        options: list[Json] = self._command.get("options") or []
        for name in self._path:
            inner = [o for o in options if o["name"] == name and o["type"] in (SUBCOMMAND, GROUP)]
            if not inner:
                raise CannotDo(f"there is no subcommand {name!r}; there are {[o['name'] for o in options]}")
            options = inner[0].get("options") or []
        if any(o["type"] in (SUBCOMMAND, GROUP) for o in options):
            raise CannotDo(f"a subcommand has to be chosen: {[o['name'] for o in options]}")
        return options

    def _know(self, options: list[Json], values: Mapping[str, Value]) -> None:
        names = [option["name"] for option in options]
        if unknown := set(values) - set(names):
            raise CannotDo(f"the command has no options {sorted(unknown)}; it has {names}")

    def _wrap(self, options: list[Json]) -> Json:
        kinds = [SUBCOMMAND, GROUP]
        for kind, name in zip(kinds, reversed(self._path), strict=False):
            options = [{"name": name, "type": kind, "options": options}]
        said: Json = {"id": self._command["id"], "name": self._command["name"], "type": 1, "options": options}
        return said | ({"resolved": self._resolved} if self._resolved else {})

    def _typed(self, option: Json, value: Value) -> Json:
        said: Json = {"name": option["name"], "type": option["type"]}
        match option["type"]:
            case 3:
                said["value"] = _text(option, value)
            case 4 | 10:
                said["value"] = _number(option, value)
            case 5 if isinstance(value, bool):
                said["value"] = value
            case 11 if isinstance(value, File):
                said["value"] = self._attach(value)
            case kind if (found := self._named(kind, value)) is not None:
                said["value"] = found
            case _:
                raise CannotDo(f"{option['name']!r} does not take {value!r}")
        return said

    def _named(self, kind: int, value: Value) -> str | None:
        """Return the id of somebody or something that was picked, and keep what it looks like."""
        match kind, value:
            case ((6 | 9), User()):
                return self._resolve("users", value.id, payloads.user(value))
            case 7, Channel():
                looks = payloads.channel(value, self._state.bot) | {"permissions": "0"}
                return self._resolve("channels", value.id, looks)
            case ((8 | 9), Role()):
                return self._resolve("roles", value.id, payloads.role(value))
            case _:
                return None

    def _attach(self, file: File) -> str:
        kept: Attachment = self._state.lend(file)
        return self._resolve("attachments", kept.id, payloads.attachment(kept, self._state.cdn))

    def _resolve(self, kind: str, id_: int, thing: Json) -> str:
        self._resolved.setdefault(kind, {})[str(id_)] = thing
        return str(id_)


def _chosen(option: Json, value: Value) -> Value:
    """Return the value of the choice that has this value or this name."""
    choices: list[Json] = option.get("choices") or []
    found = [c for c in choices if c["value"] == value] or [c for c in choices if c["name"] == value]
    if choices and not found:
        raise CannotDo(f"{option['name']!r} offers {[c['name'] for c in choices]}, not {value!r}")
    chosen: Value = found[0]["value"] if found else value
    return chosen


def _text(option: Json, value: Value) -> str:
    chosen = _chosen(option, value)
    least, most = option.get("min_length") or 1, option.get("max_length") or 6000
    if not isinstance(chosen, str) or not least <= len(chosen) <= most:
        raise CannotDo(f"{option['name']!r} takes {least} to {most} characters")
    return chosen


def _number(option: Json, value: Value) -> int | float:
    chosen = _chosen(option, value)
    kinds = (int,) if option["type"] == INTEGER else (int, float)
    if not isinstance(chosen, kinds) or isinstance(chosen, bool) or abs(chosen) > 2**53:
        raise CannotDo(f"{option['name']!r} takes a number, not {value!r}")
    least, most = option.get("min_value"), option.get("max_value")
    if (least is not None and chosen < least) or (most is not None and chosen > most):
        raise CannotDo(f"{option['name']!r} takes {least} to {most}, not {value!r}")
    return chosen
