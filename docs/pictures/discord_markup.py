"""Discord's markdown as HTML: what a TextDisplay holds.

The dialect is Discord's own: single newlines count, ``-#`` is small print, ``__`` underlines, and mentions, times and
emoji are written in angle brackets (docs.discord.com, Reference, Message Formatting).
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from docs.pictures.page import text

_FENCE = re.compile(r"```(?:\w+\n)?\n?(.*?)\n?```\n?", re.DOTALL)
_LINE = re.compile(r"(?P<mark>\#{1,3}|-\#|>|\ *[-*]|\ *\d+\.)\ (?P<rest>.*)", re.VERBOSE | re.DOTALL)
_INLINE = re.compile(
    r"""
    \\(?P<escaped>[^\w\s])
    | (?P<ticks>`{1,2})(?P<code>.+?)(?P=ticks)
    | <@!?(?P<user>\d+)>
    | <@&(?P<role>\d+)>
    | <\#(?P<channel>\d+)>
    | </(?P<command>[^:>]+):\d+>
    | <a?:(?P<emoji>\w+):\d+>
    | <t:(?P<at>-?\d+)(?::(?P<style>[tTdDfFR]))?>
    | \[(?P<label>(?:\\.|[^\]\\])+)\]\(<?(?P<target>https?://[^\s)>]+)>?\)
    | <?(?P<url>https?://[^\s<>]*[^\s<>.,:;"')\]])>?
    | \*\*(?P<bold>(?:\\.|[^\\])+?)\*\*(?!\*)
    | __(?P<underline>(?:\\.|[^\\])+?)__(?!_)
    | ~~(?P<strike>(?:\\.|[^\\])+?)~~
    | \|\|(?P<spoiler>(?:\\.|[^\\])+?)\|\|
    | \*(?P<starred>(?!\s)(?:\\.|[^\\*]|\*\*)+?)(?<!\s)\*(?!\*)
    | (?<!\w)_(?P<italic>(?:\\.|[^\\_])+?)_(?!\w)
    """,
    re.VERBOSE | re.DOTALL,
)
_WRAPS = {"bold": "strong", "underline": "u", "strike": "s", "starred": "em", "italic": "em"}
_UNITS = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
_STYLES = {
    "t": "%H:%M",
    "T": "%H:%M:%S",
    "d": "%d/%m/%Y",
    "D": "%-d %B %Y",
    "f": "%-d %B %Y %H:%M",
    "F": "%A, %-d %B %Y %H:%M",
}


@dataclass(frozen=True)
class Markup:
    """Draws Discord's markdown for one reader: whom the ids mean, and what time it is (Unix seconds, read as UTC)."""

    names: Mapping[str, str]
    now: float

    def html(self, source: str) -> str:
        """Return a text as blocks of HTML."""
        parts = _FENCE.split(source)
        drawn = []
        for index, part in enumerate(parts):
            drawn.append(f"<pre>{html.escape(part)}</pre>" if index % 2 else "".join(self._blocks(part)))
        return "".join(drawn)

    def inline(self, source: str) -> str:
        """Return a text as HTML without blocks."""
        drawn, end = [], 0
        for match in _INLINE.finditer(source):
            drawn += [text(source[end : match.start()]), self._token(match)]
            end = match.end()
        return "".join(drawn) + text(source[end:])

    def _blocks(self, source: str) -> Iterator[str]:
        """Yield a block for each run of lines of one kind; ``>>>`` quotes all that follows it."""
        source, *quoted = re.split(r"^>>> ", source, maxsplit=1, flags=re.MULTILINE)
        source = source.removesuffix("\n")
        for mark, run in groupby(source.split("\n") if source else [], _mark):
            lines = list(run)
            rests = [_rest(line) for line in lines]
            match mark:
                case "":
                    # A last newline has no height of its own, so that each line, empty or not, is one line high.
                    yield '<div class="lines">' + self.inline("\n".join(lines)) + "\n</div>"
                case ">":
                    yield _wrapped("blockquote", self._blocks("\n".join(rests)))
                case "-" | "1.":
                    items = (_wrapped("li", [self.inline(rest)]) for rest in rests)
                    first = "" if mark == "-" else f' start="{lines[0].strip().partition(".")[0]}"'
                    yield f"<{'ol' if first else 'ul'}{first}>{''.join(items)}</{'ol' if first else 'ul'}>"
                case _:
                    tag = "small" if mark == "-#" else f"h{len(mark)}"
                    yield from (_wrapped(tag, [self.inline(rest)]) for rest in rests)
        if quoted:
            yield _wrapped("blockquote", self._blocks(quoted[0]))

    def _token(self, match: re.Match[str]) -> str:
        found = {name: value for name, value in match.groupdict().items() if value is not None}
        kind, value = next((name, value) for name, value in found.items() if name != "ticks")
        match kind:
            case "escaped":
                drawn = text(value)
            case "code":
                drawn = _wrapped("code", [html.escape(value)])
            case "spoiler":
                drawn = f'<span class="spoiler">{self.inline(value)}</span>'
            case "label":
                drawn = f'<a href="{html.escape(found["target"])}">{self.inline(value)}</a>'
            case "url":
                drawn = f'<a href="{html.escape(value)}">{html.escape(value)}</a>'
            case "at":
                drawn = _wrapped("time", [self.moment(int(value), found.get("style", "f"))])
            case "emoji":
                drawn = text(f":{value}:")
            case "user" | "role" | "channel" | "command":
                drawn = f'<span class="mention">{text(self._mention(kind, value))}</span>'
            case _:
                drawn = _wrapped(_WRAPS[kind], [self.inline(value)])
        return drawn

    def _mention(self, kind: str, value: str) -> str:
        match kind:
            case "command":
                return f"/{value}"
            case "channel":
                return f"#{self.names.get(value, 'unknown')}"
            case _:
                return f"@{self.names.get(value, f'unknown-{kind}')}"

    def moment(self, at: int, style: str) -> str:
        """Return a time as Discord writes it in English: ``2 minutes ago``, or by the clock."""
        if style != "R":
            return datetime.fromtimestamp(at, UTC).strftime(_STYLES[style])
        away = at - round(self.now)
        unit, seconds = next(((unit, size) for unit, size in _UNITS if abs(away) >= size), ("second", 1))
        count = abs(away) // seconds
        phrase = f"{count} {unit}{'' if count == 1 else 's'}"
        return "now" if count == 0 else f"in {phrase}" if away > 0 else f"{phrase} ago"


def _mark(line: str) -> str:
    match = _LINE.match(line)
    if match is None:
        return ""
    mark = match["mark"].strip()
    return {"*": "-"}.get(mark, "1." if mark[0].isdigit() else mark)


def _rest(line: str) -> str:
    match = _LINE.match(line)
    return line if match is None else match["rest"]


def _wrapped(tag: str, parts: Iterable[str]) -> str:
    return f"<{tag}>{''.join(parts)}</{tag}>"
