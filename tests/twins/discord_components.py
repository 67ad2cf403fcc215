"""What Discord takes as a message's components (Discord's page "Component Reference", read 2026-11).

With the flag IS_COMPONENTS_V2: at most 40 components, nested ones counted, and 4,000 characters of text; files are seen
only where a component says ``attachment://name``. Without it: at most five action rows.
"""

import re

from tests.twins.discord_messages import (
    BUTTON,
    CONTAINER,
    FILE,
    GALLERY,
    ROW,
    SECTION,
    SEPARATOR,
    TEXT_DISPLAY,
    THUMBNAIL,
    media_of,
    walk,
)
from tests.twins.discord_values import Json, bad_form

MAX_COMPONENTS = 40
MAX_TEXT = 4000
SELECTS = frozenset({3, 5, 6, 7, 8})
_IN_CONTAINER = frozenset({ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR})
_ON_TOP = _IN_CONTAINER | {CONTAINER}


def check_components(components: object, file_names: set[str], *, v2: bool) -> list[Json]:
    """Return components with ids, as Discord keeps them; raise the refusal of what it would not take."""
    if not isinstance(components, list) or not all(isinstance(c, dict) and "type" in c for c in components):
        raise bad_form("components", "must be a list of components")
    if not v2 and (len(components) > 5 or any(c["type"] != ROW for c in components)):
        raise bad_form("components", "without IS_COMPONENTS_V2 only up to five action rows are allowed")
    for index, component in enumerate(components):
        _check(component, f"components.{index}", _ON_TOP if v2 else frozenset({ROW}), file_names)
    _check_together(components)
    return _numbered(components)


def _check_together(components: list[Json]) -> None:
    everything = list(walk(components))
    if len(everything) > MAX_COMPONENTS:
        raise bad_form("components", f"{len(everything)} components in all, {MAX_COMPONENTS} at most")
    if (length := sum(len(c["content"]) for c in everything if c["type"] == TEXT_DISPLAY)) > MAX_TEXT:
        raise bad_form("components", f"{length} characters of text in all, {MAX_TEXT} at most")
    for name in ("custom_id", "id"):
        values = [c[name] for c in everything if c.get(name)]
        if len(values) != len(set(values)):
            raise bad_form("components", f"{name} cannot be duplicated")


def _numbered(components: list[Json]) -> list[Json]:
    used = {c.get("id") for c in walk(components)}
    free = iter(n for n in range(1, 1000) if n not in used)
    for component in walk(components):
        if not component.get("id"):
            component["id"] = next(free)
    return components


def _check(component: Json, where: str, allowed: frozenset[int], files: set[str]) -> None:
    kind = component.get("type")
    if kind not in allowed:
        raise bad_form(where, f"a component of type {kind} is not allowed here")
    match kind:
        case 1:
            _check_row(component, where)
        case 9:
            _check_section(component, where, files)
        case 10:
            if not isinstance(component.get("content"), str) or not component["content"]:
                raise bad_form(f"{where}.content", "must be 1 or more in length")
        case 12 if not 1 <= len(component.get("items") or []) <= 10:
            raise bad_form(f"{where}.items", "must be between 1 and 10 in length")
        case 17:
            _check_container(component, where, files)
    if kind in (THUMBNAIL, GALLERY, FILE):
        _check_media(component, where, files)


def _check_container(component: Json, where: str, files: set[str]) -> None:
    children = component.get("components") or []
    if not children:
        raise bad_form(f"{where}.components", "must be 1 or more in length")
    color = component.get("accent_color")
    if color is not None and not 0 <= color <= 0xFFFFFF:
        raise bad_form(f"{where}.accent_color", "is not a colour")
    for index, child in enumerate(children):
        _check(child, f"{where}.components.{index}", _IN_CONTAINER, files)


def _check_section(component: Json, where: str, files: set[str]) -> None:
    texts = component.get("components") or []
    if not 1 <= len(texts) <= 3:
        raise bad_form(f"{where}.components", "must be between 1 and 3 in length")
    for index, text in enumerate(texts):
        _check(text, f"{where}.components.{index}", frozenset({TEXT_DISPLAY}), files)
    accessory = component.get("accessory") or {}
    if accessory.get("type") == BUTTON:
        _check_button(accessory, f"{where}.accessory")
    else:
        _check(accessory, f"{where}.accessory", frozenset({THUMBNAIL}), files)


def _check_row(row: Json, where: str) -> None:
    children = row.get("components") or []
    kinds = {c.get("type") for c in children}
    if kinds == {BUTTON} and len(children) <= 5:
        for index, button in enumerate(children):
            _check_button(button, f"{where}.components.{index}")
    elif len(children) == 1 and kinds <= SELECTS:
        _check_select(children[0], f"{where}.components.0")
    else:
        raise bad_form(f"{where}.components", "an action row holds one to five buttons, or one select menu")


def _check_button(button: Json, where: str) -> None:
    style, custom_id, url = button.get("style"), button.get("custom_id"), button.get("url")
    if style not in range(1, 6):
        raise bad_form(f"{where}.style", "is not a style")
    if style == 5 and (custom_id or not url or len(url) > 512 or not re.match(r"(https?|discord)://", url)):
        raise bad_form(f"{where}.url", "a link button has a url of up to 512 characters, and no custom_id")
    if style != 5 and (url or not isinstance(custom_id, str) or not 1 <= len(custom_id) <= 100):
        raise bad_form(f"{where}.custom_id", "a button has a custom_id of 1 to 100 characters, and no url")
    label = button.get("label") or ""
    if len(label) > 80 or not (label or button.get("emoji")):
        raise bad_form(f"{where}.label", "a button has a label of up to 80 characters, or an emoji")


def _check_select(select: Json, where: str) -> None:
    if not 1 <= len(select.get("custom_id") or "") <= 100:
        raise bad_form(f"{where}.custom_id", "must be between 1 and 100 in length")
    if select["type"] == 3:
        check_options(select, where)


def check_options(select: Json, where: str) -> None:
    """Check the choices of a string select, in a message or in a modal."""
    options = select.get("options") or []
    if not 1 <= len(options) <= 25:
        raise bad_form(f"{where}.options", "must be between 1 and 25 in length")
    if any(not 1 <= len(str(o.get(name) or "")) <= 100 for o in options for name in ("label", "value")):
        raise bad_form(f"{where}.options", "labels and values are 1 to 100 characters")
    if len({o["value"] for o in options}) != len(options):
        raise bad_form(f"{where}.options", "values cannot be duplicated")


def _check_media(component: Json, where: str, files: set[str]) -> None:
    try:
        urls = [media["url"] for media in media_of(component)]
    except (KeyError, TypeError):
        raise bad_form(where, "the media is missing") from None
    for url in urls:
        scheme, _, name = url.partition("://")
        if scheme == "attachment" and name not in files:
            raise bad_form(where, f"the attachment {name!r} was not found")
        if scheme not in ({"attachment"} if component["type"] == FILE else {"attachment", "http", "https"}):
            raise bad_form(where, "the scheme is not allowed")
