"""What a scripted call to the Slack twin gets instead of the usual answer."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """This answer, and nothing happens behind it. ``body`` is sent as JSON, or as it is where it is text or bytes."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def payload(self) -> bytes:
        """The bytes to send."""
        match self.body:
            case bytes():
                return self.body
            case str():
                return self.body.encode()
            case _:
                return json.dumps(self.body).encode()


@dataclass(frozen=True)
class Error:
    """``ok: false`` with this code, and nothing happens behind it."""

    code: str


@dataclass(frozen=True)
class RateLimited:
    """HTTP 429 with Retry-After in seconds, and nothing happens behind it."""

    retry_after: int = 1


@dataclass(frozen=True)
class Usual:
    """The usual thing."""


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
class CutFile:
    """A download whose connection breaks after so many bytes."""

    bytes: int


Reply = Answer | Error | RateLimited | Usual | LoseAnswer | Refuse | HoldAnswer | CutFile
