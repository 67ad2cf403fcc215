"""What a link may look like, before anybody is asked about its host.

One strict reading, and no second one: parsers differ about ``@``, backslashes, other alphabets and numbers in a host,
and each difference is a way around a check. What is not plain is refused, with the mend.

Ports: 80 and 443, where files are, and those from 1024 on, where people run their own servers. Between them live mail,
shells and the like, which a request could be made to speak to.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from yarl import URL

from adapters.links.addresses import Reach
from bot.wording import links as words

LONGEST = 4096
_PARTS = re.compile(r"(https?)://([^/?#]*)([/?#].*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_UNPRINTED = re.compile(r"[\x00-\x20\x7f-\xa0\\]|[\u2000-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ud800-\udfff]")


class Refused(Exception):  # what happened; the callers say what it was about
    """A link that is not asked; the text says why, for the one who gave it."""


def checked(text: str) -> URL:
    """Return a link that may be asked, as far as its letters tell; raise :class:`Refused`."""
    if len(text) > LONGEST:
        raise Refused(words.TOO_LONG)
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise Refused(words.BAD_SHAPE if text.lower().startswith(("http://", "https://")) else words.BAD_SCHEME)
    if _UNPRINTED.search(text):
        raise Refused(words.BAD_SHAPE)
    host, port = _host_and_port(parts[2])
    if port is not None and port not in (80, 443) and not 1024 <= port <= 65535:
        raise Refused(words.BAD_PORT)
    return _read(text, host)


def literal(url: URL) -> str | None:
    """Return the address that a checked link names itself; None where its host is a name."""
    host = (url.raw_host or "").rstrip(".")
    return host if ":" in host or _is_number(host) else None


def unasked(text: str, reach: Reach) -> str | None:
    """Say why a link is never asked, whatever its name leads to and whoever listens there; None where it may be."""
    try:
        address = literal(checked(text))
    except Refused as refused:
        return str(refused)
    return None if address is None or reach.covers(address) else words.NOT_PUBLIC


def _host_and_port(authority: str) -> tuple[str, int | None]:
    if "@" in authority:
        raise Refused(words.USER_INFO)
    if not authority.isascii() or "%" in authority:
        raise Refused(words.BAD_HOST)
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise Refused(words.BAD_SHAPE)
    host = match[1].lower()
    _check_host(host)
    return host.strip("[]"), None if match[2] is None else int(match[2])


def _check_host(host: str) -> None:
    try:
        if host.startswith("["):
            IPv6Address(host.strip("[]"))
        elif _is_number(host.rstrip(".")):
            IPv4Address(host)
    except AddressValueError as error:
        raise Refused(words.BAD_NUMBER) from error
    labels = host.removesuffix(".").split(".")
    if not host.startswith("[") and (len(host) > 253 or not all(0 < len(each) <= 63 for each in labels)):
        raise Refused(words.BAD_SHAPE)


def _is_number(host: str) -> bool:
    """Whether a host ends in a number, in any of its spellings: programs then take all of it for an address."""
    return _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def _read(text: str, host: str) -> URL:
    try:
        # As it is written: a signature in it would not survive another spelling.
        url = URL(text, encoded=text.isascii())
        read = (url.raw_host or "").lower(), url.user, url.password
    except ValueError as error:
        raise Refused(words.BAD_SHAPE) from error
    if read != (host, None, None):
        raise Refused(words.BAD_SHAPE)
    return url
