"""Links in the place of images."""

import re
from urllib.parse import unquote

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_MOST_NAME = 100


def is_link(text: str) -> bool:
    """Whether a text is a link, as somebody gives one in the place of an image; where it leads is not looked at."""
    return _LINK.fullmatch(text) is not None


def file_name(link: str, otherwise: str) -> str:
    """Return what the file behind a link is called: without its host and its query, which may hold a signature."""
    path = re.split(r"[?#]", link, maxsplit=1)[0].partition("://")[2].partition("/")[2]
    name = unquote(path).replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in name if character.isprintable())[:_MOST_NAME] or otherwise
