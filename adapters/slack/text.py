"""What people wrote, as plain text in Slack's mrkdwn, whose markup is made of ``& < >`` (documentation, "Escaping")."""

from datetime import UTC, datetime

ZERO_WIDTH = "\u200b"
ALT_TEXT = 1000
"""Characters of a file's alt text (documentation, ``files.getUploadURLExternal``)."""


def escaped(text: str) -> str:
    """Return a text in which nothing is a mention, a link or a command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, most: int) -> str:
    """Return a text on one line in which nothing is markup: bold, code, an emoji's name, a mention or a channel.

    It is shortened to ``most`` characters, its escapes included.
    """
    line = shortened = " ".join(text.split())
    kept = most
    while len(shown := escaped(_unmarked(shortened))) > most:
        kept -= max(1, min(len(shown) - most, kept // 4))
        shortened = f"{line[:kept].rstrip()}…"
    return shown


def _unmarked(text: str) -> str:
    for mark in "*_~`:@#":
        text = text.replace(mark, f"{mark}{ZERO_WIDTH}")
    return text


def when(moment: float) -> str:
    """Return a moment (epoch seconds) as a time of day that every reader sees in their own time zone."""
    return f"<!date^{int(moment)}^{{time}}|{datetime.fromtimestamp(moment, UTC):%H:%M} UTC>"


def day(moment: float) -> str:
    """Return a moment (epoch seconds) as a day and a time, likewise."""
    return (
        f"<!date^{int(moment)}^{{date_short_pretty}}, {{time}}|{datetime.fromtimestamp(moment, UTC):%-d %b, %H:%M} UTC>"
    )


def link(address: str, label: str) -> str:
    """Return a link."""
    return f"<{address}|{escaped(label)}>"


def who(user: str) -> str:
    """Return a mention of a user. In a message that is posted, not edited, it pings."""
    return f"<@{user}>"
