"""The components of a message or a modal: how to go through them, and what holds for each and for all together.

Shapes and lengths are checked before (``discord_contract_shapes``): here a component has the keys of its kind. Limits
are those of the developer documentation, "Component Reference", where no other source is named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from urllib.parse import urlsplit

Json = Mapping[str, Any]


class Kind(IntEnum):
    """What a component is: its ``type``."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


LINK, PREMIUM = 5, 6
"""Button styles that answer no interaction."""


@dataclass(frozen=True)
class Placed:
    """A component and where it lies, as in ``components[0].accessory``."""

    where: str
    kind: Kind
    json: Json


def walk(components: Sequence[Json], where: str) -> Iterator[Placed]:
    """Yield every component, each before those inside it."""
    for index, component in enumerate(components):
        yield from _down(component, f"{where}[{index}]")


def _down(component: Json, where: str) -> Iterator[Placed]:
    yield Placed(where, Kind(component["type"]), component)
    yield from walk(component.get("components") or (), f"{where}.components")
    for name in ("accessory", "component"):
        if component.get(name):
            yield from _down(component[name], f"{where}.{name}")


def problems_of_each(placed: Iterable[Placed]) -> Iterator[str]:
    """Yield what is wrong with each component by itself."""
    for one in placed:
        wrong: Iterable[str]
        match one.kind:
            case Kind.BUTTON:
                wrong = _button(one.json)
            case Kind.ACTION_ROW:
                wrong = _row(one.json)
            case Kind.FILE:
                wrong = _file(one.json)
            case Kind.TEXT_INPUT:
                wrong = _text_input(one.json)
            case Kind.STRING_SELECT | Kind.RADIO_GROUP | Kind.CHECKBOX_GROUP:
                wrong = (*_range(one.json), *_options(one.json))
            case _:
                wrong = _range(one.json)
        yield from (f"{one.where}: {sentence}" for sentence in wrong)


def problems_of_all(placed: Sequence[Placed]) -> Iterator[str]:
    """Yield what is wrong with components that stand in one message or modal together."""
    for name in ("custom_id", "id"):
        # An id of 0 counts as none: Discord gives one.
        times = Counter(one.json[name] for one in placed if one.json.get(name))
        yield from (f"{name} {value!r} is given to {count} components" for value, count in times.items() if count > 1)


def _button(button: Json) -> Iterator[str]:
    style = button["style"]
    wanted = {LINK: "url", PREMIUM: "sku_id"}.get(style, "custom_id")
    if not button.get(wanted):
        yield f"a button of style {style} without {wanted}"
    for name in ("custom_id", "url", "sku_id"):
        if name != wanted and button.get(name) is not None:
            yield f"a button of style {style} with {name}"
    if style == PREMIUM:
        yield from (f"a premium button with {name}" for name in ("label", "emoji") if button.get(name))
    elif not button.get("label") and not button.get("emoji"):
        yield "a button with neither label nor emoji"
    if button.get("url") and urlsplit(button["url"]).scheme not in {"http", "https", "discord"}:
        yield "a button's url that is not http, https or discord"


def _row(row: Json) -> Iterator[str]:
    kinds = [component["type"] for component in row["components"]]
    if len(kinds) > 1 and any(kind != Kind.BUTTON for kind in kinds):
        yield "an action row holds buttons alone or one select"


def _file(file: Json) -> Iterator[str]:
    if not file["file"]["url"].startswith("attachment://"):
        yield "a file component shows attachment:// alone"


def _text_input(field: Json) -> Iterator[str]:
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if least > most:
        yield f"min_length {least} is over max_length {most}"
    if (value := field.get("value")) and not least <= len(value) <= most:
        yield f"a value of {len(value)} characters, where {least} to {most} are allowed"


def _most(component: Json) -> int:
    """Return max_values or its default: every option of a checkbox group, one elsewhere."""
    default = len(component["options"]) if component["type"] == Kind.CHECKBOX_GROUP else 1
    most: int | None = component.get("max_values")
    return default if most is None else most


def _range(component: Json) -> Iterator[str]:
    least, most = component.get("min_values"), _most(component)
    if least is not None and least > most:
        yield f"min_values {least} is over max_values {most}"
    if len(component.get("default_values") or ()) > most:
        yield f"more default_values than max_values {most}"


def _options(component: Json) -> Iterator[str]:
    """Check options; Discord's words for a max_values above their number are "Must be between N and 25 in length"."""
    options, most = component["options"], _most(component)
    values = Counter(option["value"] for option in options)
    yield from (f"the option value {value!r} is there twice" for value, count in values.items() if count > 1)
    if len(options) < most:
        yield f"{len(options)} options, fewer than max_values {most}"
    if sum(bool(option.get("default")) for option in options) > most:
        yield f"more options are defaults than max_values {most}"
