"""What people wrote, as plain text in Discord's markdown."""

import re
from collections.abc import Mapping

ALT_TEXT = 1024
"""Characters of an attachment's description at most (Discord's documentation, "Attachment Object")."""
_MARKUP = re.compile(r"[\\_*~|`\[]|^>(?:>>)?\s|^#{1,3}|^\s*-")
"""What means something in Discord's markdown, anywhere or at the beginning of a line.

discord.py's ``escape_markdown`` takes all from the first ``[`` to the last ``)`` for one link, and escapes nothing
between.
"""


def plain(text: str, most: int) -> str:
    """Return a text on one line in which nothing is markdown, a mention, a link or an emoji's code.

    It is shortened to ``most`` characters, its escapes included.
    """
    line = shortened = " ".join(text.split())
    kept = most
    while len(shown := quiet(_MARKUP.sub(r"\\\g<0>", shortened))) > most:
        kept -= max(1, min(len(shown) - most, kept // 4))
        shortened = f"{line[:kept].rstrip()}…"
    return shown


def quiet(text: str) -> str:
    """Return a text in which nothing is a mention, a link or an emoji's code; its markdown and its lines stay."""
    return text.replace("<", "\\<").replace("@", "@\u200b").replace("://", ":\u200b//")


def block(text: str) -> str:
    """Return a code block that shows a text as it is: two backticks in a row would be able to end it."""
    inner = re.sub("`(?=`)", "`\u200b", text)
    return f"```\n{inner}\n```"


def when(moment: float) -> str:
    """Return a moment (epoch seconds) that every reader's client shows as the time since, and counts on by itself."""
    return f"<t:{int(moment)}:R>"


def link(place: Mapping[str, str], message: str) -> str:
    """Return the address of a message of this place's channel, for a person's browser or client."""
    return f"https://discord.com/channels/{place.get('guild') or '@me'}/{place['channel']}/{message}"
