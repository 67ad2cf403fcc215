"""Discord's message components as HTML (docs.discord.com, Components Reference)."""

import html
from collections.abc import Iterable
from dataclasses import dataclass, field

from docs.pictures.discord_markup import Markup
from docs.pictures.page import Draw, Files, Json, Picture, drawn, icon, picture, text, weight

NAMES = {
    1: "ActionRow",
    2: "Button",
    3: "StringSelect",
    4: "TextInput",
    5: "UserSelect",
    6: "RoleSelect",
    7: "MentionableSelect",
    8: "ChannelSelect",
    9: "Section",
    10: "TextDisplay",
    11: "Thumbnail",
    12: "MediaGallery",
    13: "File",
    14: "Separator",
    17: "Container",
    18: "Label",
    19: "FileUpload",
    21: "RadioGroup",
    22: "CheckboxGroup",
    23: "Checkbox",
}
"""Discord's component types."""
BUTTONS = {1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link"}
VIDEOS = (".mp4", ".webm", ".mov")
HIGHEST = 420
"""CSS pixels that a single picture may be high; a taller one becomes narrower."""


@dataclass(frozen=True)
class Components:
    """Draws the components of one message."""

    markup: Markup
    files: Files = field(default_factory=dict)
    posters: Files = field(default_factory=dict)

    def all(self, components: Iterable[Json], place: str = "a message") -> str:
        """Draw components one below the other."""
        kinds: dict[int, Draw] = {
            1: self._row,
            9: self._section,
            10: self.words,
            12: self._gallery,
            13: self._file,
            14: _separator,
        }
        if place == "a message":
            kinds[17] = self._container
        return "".join(drawn(component, kinds, place, NAMES) for component in components)

    def words(self, display: Json) -> str:
        """Draw a TextDisplay."""
        return f'<div class="words">{self.markup.html(display["content"])}</div>'

    def _container(self, container: Json) -> str:
        colour = container.get("accent_color")
        accent = "" if colour is None else f' style="--accent: #{colour:06x}"'
        classes = "container" + ("" if colour is None else " accented") + _veiled(container)
        return f'<div class="{classes}"{accent}>{self.all(container["components"], "a Container")}</div>'

    def _row(self, row: Json) -> str:
        kinds: dict[int, Draw] = {2: button, 3: select}
        parts = (drawn(component, kinds, "an ActionRow", NAMES) for component in row["components"])
        return f'<div class="row">{"".join(parts)}</div>'

    def _section(self, section: Json) -> str:
        words: dict[int, Draw] = {10: self.words}
        left = "".join(drawn(component, words, "a Section", NAMES) for component in section["components"])
        beside: dict[int, Draw] = {2: button, 11: self._thumbnail}
        right = drawn(section["accessory"], beside, "a Section's accessory", NAMES)
        return f'<div class="section"><div>{left}</div>{right}</div>'

    def _thumbnail(self, thumbnail: Json) -> str:
        return f'<div class="thumbnail{_veiled(thumbnail)}">{self._image(thumbnail)}</div>'

    def _gallery(self, gallery: Json) -> str:
        items = gallery["items"]
        if len(items) == 1:
            shape = self._shape(items[0])
            limit = f"aspect-ratio: {shape[0]} / {shape[1]}; width: min(100%, {HIGHEST * shape[0] / shape[1]:.0f}px)"
            return f'<div class="gallery g1"><div class="tile" style="{limit}">{self._item(items[0])}</div></div>'
        tiles = "".join(f'<div class="tile">{self._item(item)}</div>' for item in items)
        return f'<div class="gallery g{len(items)} rest{len(items) % 3}">{tiles}</div>'

    def _item(self, item: Json) -> str:
        name = _name(item["media"]["url"])
        if not name.lower().endswith(VIDEOS):
            return self._image(item)
        poster = _img(picture(name, self.posters), item) if name in self.posters else ""
        return f'{poster}<div class="play">{icon("play")}</div>'

    def _shape(self, item: Json) -> tuple[int, int]:
        name = _name(item["media"]["url"])
        if name.lower().endswith(VIDEOS):
            if name not in self.posters:
                return (16, 9)
            shown = picture(name, self.posters)
        else:
            shown = picture(item["media"]["url"], self.files)
        return shown.width, shown.height

    def _image(self, item: Json) -> str:
        return _img(picture(item["media"]["url"], self.files), item)

    def _file(self, file: Json) -> str:
        name = _name(file["file"]["url"])
        size = weight(name, self.files)
        facts = f"<span>{size}</span>" if size else ""
        return f'<div class="file{_veiled(file)}">{icon("file")}<div><a>{text(name)}</a>{facts}</div></div>'


def button(component: Json) -> str:
    """Draw a Button; raises ValueError for a style that has no label of its own, such as a premium button's."""
    style = BUTTONS.get(component["style"])
    if style is None:
        raise ValueError(f"a Button of style {component['style']!r} is not drawn: use one of {BUTTONS}")
    label = f"<span>{text(component['label'])}</span>" if component.get("label") else ""
    out = icon("out") if style == "link" else ""
    off = " disabled" if component.get("disabled") else ""
    return f'<button class="{style}"{off}>{_emoji(component)}{label}{out}</button>'


def select(component: Json) -> str:
    """Draw a closed StringSelect: what is chosen by default, else its placeholder."""
    chosen = [option for option in component["options"] if option.get("default")]
    if chosen:
        shown = ", ".join(_emoji(option) + text(option["label"]) for option in chosen)
    else:
        shown = f'<span class="placeholder">{text(component.get("placeholder") or "Make a selection")}</span>'
    off = " disabled" if component.get("disabled") else ""
    return f'<div class="select{off}"><span>{shown}</span>{icon("chevron")}</div>'


def _separator(separator: Json) -> str:
    line = "line" if separator.get("divider", True) else ""
    return f'<div class="separator spacing{separator.get("spacing", 1)} {line}"></div>'


def _emoji(component: Json) -> str:
    emoji = component.get("emoji")
    if not emoji:
        return ""
    return text(f":{emoji['name']}:" if emoji.get("id") else emoji["name"])


def _img(shown: Picture, item: Json) -> str:
    words = html.escape(item.get("description") or "")
    return f'<img class="{_veiled(item).strip()}" src="{shown.url}" alt="{words}">'


def _veiled(component: Json) -> str:
    return " veiled" if component.get("spoiler") else ""


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
