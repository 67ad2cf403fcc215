"""Block Kit as HTML: the blocks of messages and modals (docs.slack.dev, Block Kit)."""

import html
from collections.abc import Iterable
from dataclasses import dataclass, field

from docs.pictures import slack_fields
from docs.pictures.page import Draw, Files, Json, drawn, icon, picture
from docs.pictures.slack_markup import Markup, plain


@dataclass(frozen=True)
class Blocks:
    """Draws the blocks of one message or modal; ``files`` holds pictures by URL, or by the id of a Slack file."""

    markup: Markup
    files: Files = field(default_factory=dict)

    def all(self, blocks: Iterable[Json], place: str) -> str:
        """Draw blocks one below the other."""
        kinds: dict[str, Draw] = {
            "section": self._section,
            "context": self._context,
            "divider": lambda _: "<hr>",
            "header": lambda block: f"<h3>{plain(block['text']['text'])}</h3>",
            "image": self._picture,
            "actions": self._actions,
            "input": self._input,
            "rich_text": lambda block: f'<div class="words">{self.markup.rich(block)}</div>',
        }
        return "".join(f'<div class="block">{drawn(block, kinds, place)}</div>' for block in blocks)

    def _section(self, block: Json) -> str:
        words = f'<div class="words">{self.markup.of(block["text"])}</div>' if block.get("text") else ""
        cells = "".join(f'<div class="words">{self.markup.of(cell)}</div>' for cell in block.get("fields", ()))
        fields = f'<div class="fields">{cells}</div>' if cells else ""
        if not block.get("accessory"):
            return words + fields
        kinds: dict[str, Draw] = {"image": self._thumbnail, "overflow": _overflow, **slack_fields.PRESSED}
        beside = drawn(block["accessory"], kinds, "a section's accessory")
        return f'<div class="section"><div>{words}{fields}</div><div>{beside}</div></div>'

    def _context(self, block: Json) -> str:
        kinds: dict[str, Draw] = {
            "image": lambda element: f'<div class="small">{self._image(element)}</div>',
            "mrkdwn": lambda element: f'<div class="words">{self.markup.of(element)}</div>',
            "plain_text": lambda element: f'<div class="words">{self.markup.of(element)}</div>',
        }
        return f'<div class="context">{"".join(drawn(part, kinds, "a context") for part in block["elements"])}</div>'

    def _picture(self, block: Json) -> str:
        title = f'<div class="title">{plain(block["title"]["text"])} ▾</div>' if block.get("title") else ""
        return f'{title}<div class="picture">{self._image(block)}</div>'

    def _thumbnail(self, element: Json) -> str:
        return f'<div class="thumbnail">{self._image(element)}</div>'

    def _image(self, image: Json) -> str:
        file = image.get("slack_file", {})
        shown = picture(image.get("image_url") or file.get("id") or file["url"], self.files)
        return f'<img src="{shown.url}" width="{shown.width}" alt="{html.escape(image["alt_text"])}">'

    def _actions(self, block: Json) -> str:
        kinds: dict[str, Draw] = {"overflow": _overflow, **slack_fields.PRESSED, **slack_fields.CHOSEN}
        parts = (drawn(element, kinds, "an actions block") for element in block["elements"])
        return f'<div class="row">{"".join(parts)}</div>'

    def _input(self, block: Json) -> str:
        kinds: dict[str, Draw] = {"static_select": slack_fields.select, **slack_fields.CHOSEN, **slack_fields.FILLED}
        field = drawn(block["element"], kinds, "an input block")
        optional = '<span class="optional"> (optional)</span>' if block.get("optional") else ""
        hint = f'<div class="hint">{plain(block["hint"]["text"])}</div>' if block.get("hint") else ""
        return f'<div class="input-block"><h4>{plain(block["label"]["text"])}{optional}</h4>{field}{hint}</div>'


def _overflow(_: Json) -> str:
    return f"<button>{icon('more')}</button>"
