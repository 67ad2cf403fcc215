"""What a Discord modal holds, as HTML: labels, and the fields under them."""

import html
from collections.abc import Iterable
from dataclasses import dataclass

from docs.pictures.discord_components import NAMES, select
from docs.pictures.discord_markup import Markup
from docs.pictures.page import Draw, Json, drawn, icon, text


@dataclass(frozen=True)
class Fields:
    """Draws the components of one modal."""

    markup: Markup

    def all(self, components: Iterable[Json]) -> str:
        """Draw labels and texts one below the other."""
        kinds: dict[int, Draw] = {10: self._words, 18: self._label}
        return "".join(drawn(component, kinds, "a modal", NAMES) for component in components)

    def _words(self, display: Json) -> str:
        return f'<div class="words">{self.markup.html(display["content"])}</div>'

    def _label(self, label: Json) -> str:
        kinds: dict[int, Draw] = {3: select, 4: _line, 19: _upload, 21: _radios, 22: _checkboxes, 23: _checkbox}
        inner = label["component"]
        field = drawn(inner, kinds, "a Label", NAMES)
        # A lone checkbox and a checkbox group that may stay empty are the fields that Discord does not star.
        needed = inner["type"] != 23 and inner.get("required", True)
        star = '<span class="star">*</span>' if needed else ""
        words = f"<p>{text(label['description'])}</p>" if label.get("description") else ""
        head = f"<div><h4>{text(label['label'])}{star}</h4>{words}</div>"
        return f'<div class="field kind{inner["type"]}">{head}{field}</div>'


def _line(component: Json) -> str:
    tall = " tall" if component["style"] == 2 else ""
    value, hint = component.get("value"), component.get("placeholder") or ""
    shown = text(value) if value else f'<span class="placeholder">{text(hint)}</span>'
    count = f'<span class="count">{len(value or "")}/{component["max_length"]}</span>' if _counts(component) else ""
    return f'<div class="input{tall}">{shown}{count}</div>'


def _counts(component: Json) -> bool:
    return component["style"] == 2 and bool(component.get("max_length"))


def _upload(component: Json) -> str:
    most = component.get("max_values") or 1
    files = "a file" if most == 1 else f"up to {most} files"
    return f'<div class="upload">{icon("upload")}<div>Drop {files} here or <a>browse</a></div></div>'


def _radios(component: Json) -> str:
    return _options(component, '<span class="radio"></span>', '<span class="radio on"></span>')


def _checkboxes(component: Json) -> str:
    return _options(component, '<span class="check"></span>', f'<span class="check on">{icon("tick")}</span>')


def _options(component: Json, off: str, on: str) -> str:
    drawn_options = []
    for option in component["options"]:
        words = f"<small>{html.escape(option['description'])}</small>" if option.get("description") else ""
        mark = on if option.get("default") else off
        drawn_options.append(f'<div class="option">{mark}<div>{text(option["label"])}{words}</div></div>')
    return f'<div class="options">{"".join(drawn_options)}</div>'


def _checkbox(component: Json) -> str:
    tick = icon("tick") if component.get("default") else ""
    return f'<span class="check{" on" if tick else ""}">{tick}</span>'
