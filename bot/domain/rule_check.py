"""Whether what an admin sets for a server can be: only what differs from before is looked at.

Lists are short enough to be shown, and to be changed again, in one field of a form on every platform.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from bot.domain.errors import RuleFault
from bot.domain.server import Rules

MOST_LISTED = 50
"""Channels or roles on a list: more would not fit into the message that shows them."""
MOST_WORDS, LONGEST_WORD = 200, 100
MOST_PATTERNS, LONGEST_PATTERN = 50, 500
ROOM = 3000
"""Characters of all words, or all patterns, one a line: what a field of Slack's forms holds."""
LONGEST_URL = 500
MOST_USD = Decimal(1_000_000)

Broken = Callable[[str], str | None]
"""Says why a pattern cannot be used; None where it can."""


def lines_of_field(text: str) -> tuple[str, ...]:
    """Return the entries of a field with one a line: each once, without blanks around them."""
    return tuple(dict.fromkeys(line for each in text.splitlines() if (line := each.strip())))


def sum_of_field(field: str, text: str) -> Decimal | RuleFault | None:
    """Return the US dollars that were typed, None where there are none, or why it is no sum."""
    if not text.strip():
        return None
    try:
        usd = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        return RuleFault(field, "sum", text)
    return usd if _is_sum(usd) else RuleFault(field, "sum", text)


def limit_of_field(field: str, text: str) -> int | RuleFault | None:
    """Return the number of jobs that was typed, None where there is none, or why it is no limit."""
    if not text.strip():
        return None
    number = text.strip()
    is_one = number.isascii() and number.isdigit() and len(number) < 10 and int(number) > 0
    return int(number) if is_one else RuleFault(field, "limit", text)


def check_sum(field: str, usd: Decimal) -> RuleFault | None:
    """Return why this is no sum that can be set."""
    return None if _is_sum(usd) else RuleFault(field, "sum", str(usd))


def faults_of(
    before: Rules, after: Rules, broken: Broken, is_own: Callable[[str], bool], unasked: Broken
) -> tuple[RuleFault, ...]:
    """Return what is wrong with rules that are to take the place of others.

    ``is_own`` says whether a host is the operator's own: a check there may be asked over plain http. ``unasked`` says
    why an address is never asked; None where it may be.
    """

    def found() -> Iterator[RuleFault]:
        for field in ("channels", "roles"):
            if getattr(after, field) != getattr(before, field):
                yield from _count(field, getattr(after, field), MOST_LISTED)
        if after.words != before.words:
            yield from _entries("words", after.words, MOST_WORDS, LONGEST_WORD)
        if after.patterns != before.patterns:
            yield from _entries("patterns", after.patterns, MOST_PATTERNS, LONGEST_PATTERN)
            for each in after.patterns:
                if len(each) <= LONGEST_PATTERN and (why := broken(each)) is not None:
                    yield RuleFault("patterns", "pattern", each, said=why)
        if after.ask_over is not None and not _is_sum(after.ask_over):
            yield RuleFault("ask_over", "sum", str(after.ask_over))
        if after.check_url not in (None, before.check_url):
            yield from _check(str(after.check_url), is_own, unasked)

    return tuple(found())


def _is_sum(usd: Decimal) -> bool:
    return usd.is_finite() and 0 <= usd <= MOST_USD


def _count(field: str, entries: tuple[str, ...], most: int) -> Iterator[RuleFault]:
    if len(entries) > most:
        yield RuleFault(field, "count", str(len(entries)), most)


def _entries(field: str, entries: tuple[str, ...], most: int, longest: int) -> Iterator[RuleFault]:
    yield from _count(field, entries, most)
    yield from (RuleFault(field, "length", each, longest) for each in entries if len(each) > longest)
    room = len("\n".join(entries))
    if room > ROOM:
        yield RuleFault(field, "room", str(room), ROOM)


def _check(url: str, is_own: Callable[[str], bool], unasked: Broken) -> Iterator[RuleFault]:
    if not _is_address(url, is_own):
        yield RuleFault("check_url", "address", url)
    elif (why := unasked(url)) is not None:
        yield RuleFault("check_url", "address", url, said=why)


def _is_address(text: str, is_own: Callable[[str], bool]) -> bool:
    """Whether it is an https address without a user in it, or http to a host of the operator's."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    is_clean = text.isascii() and text.isprintable() and " " not in text and len(text) <= LONGEST_URL
    if not host or port == 0 or parts.username is not None or parts.fragment or not is_clean:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_own(host))
