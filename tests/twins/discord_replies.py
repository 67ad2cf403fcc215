"""What a scripted request to the Discord twin gets instead of the usual answer."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """Discord's error JSON with this status, and nothing happens behind it. ``via`` false looks like Cloudflare's."""

    status: int
    code: int = 0
    message: str = "scripted"
    via: bool = True


@dataclass(frozen=True)
class RateLimited:
    """A 429 that asks for so many seconds; counted in ``twin.too_many``."""

    after: float
    everywhere: bool = False


@dataclass(frozen=True)
class LoseAnswer:
    """The usual thing happens (a message is posted), and the connection breaks instead of the answer."""


@dataclass(frozen=True)
class Refuse:
    """The connection breaks when the request has been read, and nothing happens."""


@dataclass(frozen=True)
class HoldAnswer:
    """The usual thing happens, and its answer waits for ``until``. ``reached`` is set when it has happened."""

    until: asyncio.Event
    reached: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Usual:
    """The usual thing; keeps the place of a request that comes before the one that is meant."""


Reply = Answer | RateLimited | LoseAnswer | Refuse | HoldAnswer | Usual
