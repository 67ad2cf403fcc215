"""Slack's two kinds of text as HTML: mrkdwn, and the elements of rich text.

In mrkdwn ``&``, ``<`` and ``>`` arrive as entities, and what stands in angle brackets is Slack's own: links, people,
channels, dates (docs.slack.dev, Formatting message text).
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from docs.pictures.page import Json, text

EMOJI = {
    "arrows_counterclockwise": "🔄",
    "ballot_box_with_check": "☑️",
    "bulb": "💡",
    "clapper": "🎬",
    "black_square_for_stop": "⏹️",
    "film_frames": "🎞️",
    "grey_question": "❔",
    "frame_with_picture": "🖼️",
    "heavy_check_mark": "✔️",
    "hourglass": "⌛",
    "hourglass_flowing_sand": "⏳",
    "movie_camera": "🎥",
    "no_entry": "⛔",
    "octagonal_sign": "🛑",
    "pencil2": "✏️",
    "question": "❓",
    "repeat": "🔁",
    "sparkles": "✨",
    "tada": "🎉",
    "wastebasket": "🗑️",
    "warning": "⚠️",
    "wave": "👋",
    "white_check_mark": "✅",
    "x": "❌",
}
"""The short names that are drawn; another stays as it is written, as Slack leaves an unknown one."""

_NAMED = re.compile(r":([a-z0-9_+-]+):")
_FENCE = re.compile(r"```\n?(.*?)\n?```\n?", re.DOTALL)
_QUOTE = re.compile(r"(?:&gt;|>) ?")
_INLINE = re.compile(
    r"""
    `(?P<code>[^`\n]+)`
    | <@(?P<user>\w+)(?:\|[^>]*)?>
    | <\#(?P<channel>\w+)(?:\|(?P<titled>[^>]*))?>
    | <!date\^[^|>]+\|(?P<date>[^>]*)>
    | <!(?P<all>here|channel|everyone)(?:\|[^>]*)?>
    | <(?P<url>[^|>\s@\#!][^|>]*)(?:\|(?P<label>[^>]*))?>
    | (?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])
    | (?<![\w_])_(?P<italic>[^\s_](?:[^\n]*?[^\s_])?)_(?![\w_])
    | (?<![\w~])~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])
    """,
    re.VERBOSE,
)
_WRAPS = {"bold": "b", "italic": "i", "strike": "s", "code": "code", "underline": "u"}
_LISTS = {"bullet": "ul", "ordered": "ol"}


def plain(source: str) -> str:
    """Return a plain_text as HTML: nothing in it is markup but the short names of emoji."""
    return text(_NAMED.sub(lambda match: EMOJI.get(match[1], match[0]), source))


@dataclass(frozen=True)
class Markup:
    """Draws Slack's text; ``names`` says whom and which channel the ids mean."""

    names: Mapping[str, str] = field(default_factory=dict)

    def of(self, words: Json) -> str:
        """Return a text object as HTML; raises ValueError for a type that is neither plain_text nor mrkdwn."""
        if words["type"] == "plain_text":
            return plain(words["text"])
        if words["type"] != "mrkdwn":
            raise ValueError(f"a text of type {words['type']!r} is not drawn: use plain_text or mrkdwn")
        parts = _FENCE.split(words["text"])
        return "".join(
            f"<pre>{html.escape(_unescaped(part))}</pre>" if index % 2 else "".join(self._lines(part))
            for index, part in enumerate(parts)
        )

    def inline(self, source: str) -> str:
        """Return mrkdwn as HTML without blocks."""
        drawn, end = [], 0
        for match in _INLINE.finditer(source):
            drawn += [plain(_unescaped(source[end : match.start()])), self._token(match)]
            end = match.end()
        return "".join(drawn) + plain(_unescaped(source[end:]))

    def rich(self, block: Json) -> str:
        """Return a rich_text block as HTML."""
        return "".join(self._rich_part(part) for part in block["elements"])

    def _lines(self, source: str) -> Iterator[str]:
        source = source.removesuffix("\n")
        for quoted, run in groupby(source.split("\n") if source else [], lambda line: bool(_QUOTE.match(line))):
            if quoted:
                words = "\n".join(_QUOTE.sub("", line, count=1) for line in run)
                yield _wrapped("blockquote", self.inline(words))
            else:
                # A last newline has no height of its own, so that an empty line is one line high.
                yield '<div class="lines">' + self.inline("\n".join(run)) + "\n</div>"

    def _token(self, match: re.Match[str]) -> str:
        kind, value = next((name, value) for name, value in match.groupdict().items() if value is not None)
        match kind:
            case "code":
                return _wrapped("code", html.escape(_unescaped(value)))
            case "url":
                shown = plain(_unescaped(match["label"] or value))
                return f'<a href="{html.escape(_unescaped(value))}">{shown}</a>'
            case "date":
                return plain(_unescaped(value))
            case "user" | "channel" | "all":
                return self._mention(kind, value, match["titled"])
            case _:
                return _wrapped(_WRAPS[kind], self.inline(value))

    def _mention(self, kind: str, value: str, titled: str | None = None) -> str:
        name = titled or self.names.get(value, value)
        return f'<span class="mention">{text(("#" if kind == "channel" else "@") + name)}</span>'

    def _rich_part(self, part: Json) -> str:
        elements = part["elements"]
        match part["type"]:
            case "rich_text_section":
                return f'<div class="lines">{self._rich_line(elements)}\n</div>'
            case "rich_text_list":
                return _wrapped(
                    _LISTS[part["style"]], "".join(_wrapped("li", self._rich_part(item)) for item in elements)
                )
            case "rich_text_preformatted":
                return _wrapped("pre", self._rich_line(elements))
            case "rich_text_quote":
                return _wrapped("blockquote", self._rich_line(elements))
            case unknown:
                raise ValueError(f"a rich text part of type {unknown!r} is not drawn")

    def _rich_line(self, elements: Iterable[Json]) -> str:
        return "".join(self._rich_element(element) for element in elements)

    def _rich_element(self, element: Json) -> str:
        match element["type"]:
            case "text":
                drawn = text(element["text"])
            case "link":
                drawn = f'<a href="{html.escape(element["url"])}">{text(element.get("text") or element["url"])}</a>'
            case "emoji":
                drawn = plain(f":{element['name']}:")
            case "user" | "channel" as kind:
                drawn = self._mention(kind, element[f"{kind}_id"])
            case unknown:
                raise ValueError(f"a rich text element of type {unknown!r} is not drawn")
        for style, on in element.get("style", {}).items():
            drawn = _wrapped(_WRAPS[style], drawn) if on else drawn
        return drawn


def _unescaped(source: str) -> str:
    """Slack's three entities, and no other: ``&copy;`` is what its author typed."""
    return source.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _wrapped(tag: str, inner: str) -> str:
    return f"<{tag}>{inner}</{tag}>"
