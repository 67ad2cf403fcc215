"""What people wrote, as plain text in Slack's mrkdwn, whose markup is made of ``& < >`` (documentation, "Escaping")."""

ZERO_WIDTH = "\u200b"
ALT_TEXT = 1000
"""Characters of a file's alt text (documentation, ``files.getUploadURLExternal``)."""


def escaped(text: str) -> str:
    """Return a text in which nothing is a mention, a link or a command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, most: int) -> str:
    """Return a text on one line, shortened, in which nothing is markup: bold, code, an emoji's name or a mention."""
    line = " ".join(text.split())
    shortened = line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
    for mark in "*_~`:":
        shortened = shortened.replace(mark, f"{mark}{ZERO_WIDTH}")
    return escaped(shortened)


def alt(prompt: str) -> str:
    """Return what a screen reader says of a video: its prompt."""
    line = " ".join(prompt.split())
    return line if len(line) <= ALT_TEXT else f"{line[: ALT_TEXT - 1].rstrip()}…"


def when(moment: float) -> str:
    """Return a moment (epoch seconds) as a time of day that every reader sees in their own time zone."""
    return f"<!date^{int(moment)}^{{time}}|{int(moment)}>"


def link(address: str, label: str) -> str:
    """Return a link."""
    return f"<{address}|{escaped(label)}>"


def who(user: str) -> str:
    """Return a mention of a user. In a message that is posted, not edited, it pings."""
    return f"<@{user}>"
