"""What every drawn page is made of: the frame, escaped text, and pictures that lie inside the page.

A page is one file: its style is inlined, its pictures are ``data:`` URLs, and its policy allows nothing else.
"""

import base64
import html
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from PIL import Image

HERE = Path(__file__).parent
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

Json = Mapping[str, Any]
"""A JSON object, as a platform's API takes it."""
Files = Mapping[str, bytes | str | Path]
"""Pictures by name: their bytes, or where they lie."""
Draw = Callable[[Json], str]
NOTHING: Mapping[str, Any] = MappingProxyType({})

_PICTOGRAPH = "[\U0001f300-\U0001faff][\U0001f3fb-\U0001f3ff]?\ufe0f?"
# What Unicode draws in colour without being asked (emoji-data.txt, Emoji_Presentation), and what U+FE0F asks for.
_COLOURED = (
    "[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd"
    "\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755"
    "\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55]"
)
EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTOGRAPH}(?:\u200d{_PICTOGRAPH})*|[\u203c-\u3299]\ufe0f|{_COLOURED}\ufe0f?"
)


@dataclass(frozen=True)
class Picture:
    """A picture as a ``data:`` URL, and its size in pixels."""

    url: str
    width: int
    height: int


def frame(style: str, body: str, classes: str = "") -> str:
    """Return a whole page: the style sheet of that name beside this file, and the body."""
    css = (HERE / f"{style}.css").read_text("utf-8")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<style>\n{css}</style></head>\n<body class="{classes}">{body}</body></html>\n'
    )


def drawn(part: Json, kinds: Mapping[Any, Draw], place: str, names: Mapping[Any, str] = NOTHING) -> str:
    """Draw a part with the one of ``kinds`` that knows its ``type``; ``names`` says what a type's number is called.

    Raises ValueError, which names the type and the place, when none knows it.
    """
    kind = part.get("type")
    if kind not in kinds:
        known = ", ".join(names.get(each, each) for each in kinds)
        raise ValueError(f"{names.get(kind, repr(kind))} is not drawn in {place}: use one of {known}")
    return kinds[kind](part)


def text(plain: str) -> str:
    """Escape plain text; each emoji gets a span, as the platforms draw them larger than letters."""
    return EMOJI.sub(r'<span class="emoji">\g<0></span>', html.escape(plain))


def picture(reference: str, files: Files) -> Picture:
    """Return the picture that a message refers to: ``attachment://NAME``, a URL, or a file's id.

    Raises ValueError when the files do not hold it: nothing is fetched.
    """
    name = reference.removeprefix("attachment://")
    if name not in files:
        raise ValueError(f"the picture {reference!r} is not among the files: give it under the name {name!r}")
    given = files[name]
    content = given if isinstance(given, bytes) else Path(given).read_bytes()
    with Image.open(io.BytesIO(content)) as image:
        kind, (width, height) = Image.MIME[image.format or ""], image.size
    return Picture(f"data:{kind};base64,{base64.b64encode(content).decode()}", width, height)


def weight(name: str, files: Files) -> str:
    """Return a file's size as the platforms write it, ``1.2 MB``; nothing when the file is not given."""
    if name not in files:
        return ""
    given = files[name]
    size: float = len(given) if isinstance(given, bytes) else Path(given).stat().st_size
    for unit in ("bytes", "KB", "MB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} GB"


_ICONS = {
    "close": '<path d="M6 6 18 18M18 6 6 18"/>',
    "chevron": '<path d="m6 9 6 6 6-6"/>',
    "out": '<path d="M14 4h6v6M20 4 11 13M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5"/>',
    "play": '<path d="M8 5.5v13l11-6.5z" fill="currentColor" stroke-linejoin="round"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12z"/><circle cx="12" cy="12" r="3"/>',
    "upload": '<path d="M12 15V4m0 0L7.5 8.5M12 4l4.5 4.5M4 15v4a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-4"/>',
    "file": '<path d="M6 2.5h8l5 5V21a.5.5 0 0 1-.5.5h-12A.5.5 0 0 1 6 21z"/><path d="M14 2.5V8h5"/>',
    "tick": '<path d="m5.5 12.5 4.5 4.5L19 7.5"/>',
    "more": '<path d="M5 12h.1M12 12h.1M19 12h.1"/>',
}


def icon(name: str) -> str:
    """Return one of the page's own line drawings, as large as its text."""
    return f'<svg class="icon" viewBox="0 0 24 24">{_ICONS[name]}</svg>'
