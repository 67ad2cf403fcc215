"""One question to one check: a program of the operator's or of a server's admins, asked over HTTP.

``docs/running.md`` ("Moderation") tells the contract to those who write one. Whatever does not clearly say yes or no is
no answer, and without an answer nothing is made and nothing is shown.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.domain.errors import CheckAway
from bot.ports import Endpoints, Reply, Unreached

DEADLINE_S = 10.0
"""How long a check has for its answer, a second attempt included."""
RATE = 1_000_000
"""Bytes a second that must come over at least: what is sent has its time on top of the deadline."""
MOST_ANSWER = 64 * 1024
MOST_REASON = 200


class Check:
    """A check at a ``url``. ``secret`` signs what is sent; ``clock`` gives epoch seconds; ``deadline`` in seconds."""

    def __init__(
        self, endpoints: Endpoints, url: str, secret: str | None, clock: Callable[[], float], deadline: float
    ) -> None:
        self._deadline = deadline
        self._endpoints = endpoints
        self._url = url
        self._secret = secret
        self._clock = clock

    @property
    def host(self) -> str:
        """Where it is asked, for a log: a path may be a secret, a host is none."""
        return urlsplit(self._url).hostname or ""

    async def refusal(self, body: bytes) -> str | None:
        """Return the reason why not, perhaps an empty one, or None where it may be; raise :class:`CheckAway`."""
        try:
            async with asyncio.timeout(self._deadline + len(body) / RATE):
                reply = await self._asked(body)
        except TimeoutError as error:
            raise CheckAway("no answer in time") from error
        except Unreached as error:
            raise CheckAway(str(error)) from error
        if reply.status != 200:
            raise CheckAway(f"HTTP {reply.status}")
        return _read(reply.body)

    async def _asked(self, body: bytes) -> Reply:
        """Ask, and once more where the first attempt was lost on the way, or the check was in trouble."""
        try:
            reply = await self._ask(body)
        except Unreached as error:
            if not error.is_lost:
                raise
        else:
            if reply.status < 500:
                return reply
        return await self._ask(body)

    async def _ask(self, body: bytes) -> Reply:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._secret is not None:
            moment = str(int(self._clock()))
            headers |= {"X-Tweenbot-Timestamp": moment, "X-Tweenbot-Signature": signature(self._secret, moment, body)}
        return await self._endpoints.post(self._url, body, headers, MOST_ANSWER)


@dataclass(frozen=True)
class Operators:
    """The check of whoever runs the bot, asked about every job of every platform; no ``url``: there is none."""

    endpoints: Endpoints
    url: str | None = None
    secret: str | None = None

    def check(self, clock: Callable[[], float], deadline: float = DEADLINE_S) -> Check | None:
        """Return it, if there is one; ``clock`` gives epoch seconds."""
        return None if self.url is None else Check(self.endpoints, self.url, self.secret, clock, deadline)


def signature(secret: str, moment: str, body: bytes) -> str:
    """Return the HMAC-SHA256, in hexadecimal digits, of a moment (epoch seconds), a dot and a body."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _read(body: bytes) -> str | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise CheckAway("no JSON") from error
    allow = answer.get("allow") if isinstance(answer, dict) else None
    if not isinstance(allow, bool):
        raise CheckAway("no allow")
    return None if allow else _line(answer.get("reason"))


def _line(reason: object) -> str:
    """Return a reason as one line, shortened; empty where none is given."""
    if not isinstance(reason, str):
        return ""
    seen = "".join(each if each.isprintable() else " " for each in reason[: 10 * MOST_REASON])
    line = " ".join(seen.split())
    return line if len(line) <= MOST_REASON else f"{line[: MOST_REASON - 1].rstrip()}…"
