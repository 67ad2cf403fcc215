"""What a request for a file wants of it: all, a part, or to know whether it has changed (RFC 9110, 13 and 14).

A file never changes under its address, so both validators are strong; conditions are weighed in the order of 13.2.2.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,19})-([0-9]{0,19})[ \t]*", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


@dataclass(frozen=True)
class Facts:
    """What is told of a file: its size, its entity tag in quotes, and when it was made (epoch seconds, whole)."""

    size: int
    etag: str
    made_at: int

    @property
    def last_modified(self) -> str:
        """The moment as HTTP writes it."""
        return format_datetime(datetime.fromtimestamp(self.made_at, UTC), usegmt=True)


@dataclass(frozen=True)
class Part:
    """The bytes to send, from ``first`` on, and the status that says so: 200, 206, 304, 412 or 416."""

    status: int
    first: int = 0
    count: int = 0


def wanted(method: str, headers: Mapping[str, str], facts: Facts) -> Part:
    """Return what is to be answered; of several ranges, and of what is none, the whole file."""
    if status := _condition(headers, facts):
        return Part(status)
    asked = _RANGE.fullmatch(headers.get("Range", ""))
    # A Range is defined for GET alone; one whose If-Range does not fit is passed over.
    if method != "GET" or asked is None or not _goes_on(headers.get("If-Range"), facts):
        return Part(200, 0, facts.size)
    return _part(asked[1], asked[2], facts.size)


def _part(first: str, last: str, size: int) -> Part:
    """Return what ``bytes=first-last`` of so many bytes is; without a first one, that many from the end."""
    if (not first and not last) or (first and last and int(last) < int(first)):
        return Part(200, 0, size)
    begin = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    return Part(206, begin, end - begin) if begin < size else Part(416)


def _condition(headers: Mapping[str, str], facts: Facts) -> int:
    """Return the status that the conditions demand; 0 where they are met."""
    if (match := headers.get("If-Match")) is not None:
        if not _names(match, facts.etag, weak=False):
            return 412
    elif (moment := _moment(headers.get("If-Unmodified-Since"))) is not None and facts.made_at > moment:
        return 412
    if (none_match := headers.get("If-None-Match")) is not None:
        return 304 if _names(none_match, facts.etag, weak=True) else 0
    moment = _moment(headers.get("If-Modified-Since"))
    return 304 if moment is not None and facts.made_at <= moment else 0


def _goes_on(if_range: str | None, facts: Facts) -> bool:
    return if_range is None or if_range.strip() == facts.etag or _moment(if_range) == facts.made_at


def _names(listed: str, etag: str, *, weak: bool) -> bool:
    if listed.strip() == "*":
        return True
    return any(match[1] == etag and (weak or not match[0].startswith("W/")) for match in _TAG.finditer(listed))


def _moment(text: str | None) -> float | None:
    try:
        moment = None if text is None else parsedate_to_datetime(text)
        # The oldest of the three forms names no zone, and means UTC (RFC 9110, 5.6.7).
        return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return None
