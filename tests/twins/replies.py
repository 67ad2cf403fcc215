"""What a scripted request to any twin gets instead of the usual answer."""

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
class Usual:
    """The usual thing; keeps the place of a request that comes before the one that is meant."""


@dataclass(frozen=True)
class LoseAnswer:
    """The usual thing happens (a message is posted, a job billed), and the connection breaks instead of the answer."""


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
    """A file whose connection breaks after so many bytes of this answer."""

    bytes: int
