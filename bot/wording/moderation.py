"""What admins and operators read about checks."""

NO_TEXT = "it is no text"
TOO_LARGE = "it is too large: use fewer or smaller repetitions"
UNCHECKED = "the check of finished videos does not answer"
UNDRAWN = "no pictures of it could be drawn for the check of finished videos"
_MOST = 120


def no_pattern(said: str) -> str:
    """Say why a regular expression cannot be read, in the words of RE2."""
    line = " ".join(said.split())
    return line if len(line) <= _MOST else f"{line[: _MOST - 1]}…"
