"""What every room of the Discord twin speaks of: time, ids, files, permissions, and the ways to be refused."""

import asyncio
import mimetypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

Json = dict[str, Any]
T = TypeVar("T")

MIB = 1024 * 1024
PATIENCE = 30.0
"""Seconds that a test waits for a program before it fails."""
_EPOCH_MS = 1_420_070_400_000  # Snowflakes count milliseconds from 2015 (Discord's page "API Reference", read 2026-11).

VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_APPLICATION_COMMANDS = 1 << 31
SEND_MESSAGES_IN_THREADS = 1 << 38
ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5
EVERYTHING = (1 << 53) - 1
ORDINARY = (
    VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_APPLICATION_COMMANDS
    | SEND_MESSAGES_IN_THREADS
)
"""What the bot, and every member, may do where nothing else is said."""

LOADING, EPHEMERAL, SILENT, SUPPRESS_EMBEDS, COMPONENTS_V2 = 1 << 7, 1 << 6, 1 << 12, 1 << 2, 1 << 15


class CannotDo(AssertionError):
    """A test asked a person for something that Discord's own client would not let the person do."""


class NotAcknowledged(AssertionError):
    """The bot gave an interaction no first response in time; the person saw "The application did not respond"."""


class Refusal(Exception):
    """What Discord answers instead: an HTTP status, its own error code, and the field that is wrong, where one is.

    ``broken`` says that no well-made bot sends this (a malformed body), in contrast to bad luck (a lost permission, a
    message that is gone): the twin remembers it as a violation.
    """

    def __init__(
        self, status: int, code: int, message: str, *, field: str = "", why: str = "", broken: bool = False
    ) -> None:
        super().__init__(f"{status}/{code} {message} {field} {why}".strip())
        self.status, self.code, self.message = status, code, message
        self.field, self.why, self.broken = field, why, broken

    @property
    def body(self) -> Json:
        """The JSON that Discord sends: ``errors`` holds a tree of field names with ``_errors`` at its leaves."""
        if not self.field:
            return {"message": self.message, "code": self.code}
        tree: Json = {"_errors": [{"code": "TWIN", "message": self.why}]}
        for part in reversed(self.field.split(".")):
            tree = {part: tree}
        return {"message": self.message, "code": self.code, "errors": tree}


def bad_form(field: str, why: str) -> Refusal:
    """Return the refusal of a body that Discord does not take: 400/50035."""
    return Refusal(400, 50035, "Invalid Form Body", field=field, why=why, broken=True)


@dataclass(frozen=True)
class File:
    """A file that a person sends. ``content_type`` is what the client claims, by default from the name's ending."""

    name: str
    data: bytes
    content_type: str | None = None

    @property
    def claimed_type(self) -> str | None:
        """What the client says this is; nobody has looked inside."""
        return self.content_type or mimetypes.guess_type(self.name)[0]


class Clock:
    """The twin's time in Unix seconds: the machine's, and what a test has let pass without waiting."""

    def __init__(self) -> None:
        self._start = time.time() - time.monotonic()
        self._passed = 0.0
        self._last_ms = 0

    def now(self) -> float:
        """Unix seconds."""
        return self._start + time.monotonic() + self._passed

    def pass_time(self, seconds: float) -> None:
        """Be later."""
        self._passed += seconds

    def snowflake(self) -> int:
        """Return a new id; no two are of the same millisecond, for the sake of guilds and their shards."""
        self._last_ms = max(self._last_ms + 1, int(self.now() * 1000) - _EPOCH_MS)
        return self._last_ms << 22


def iso(seconds: float) -> str:
    """Return Unix seconds as Discord writes a time."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


class News:
    """Wakes everyone who waits for something to happen in the twin."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Say that something happened."""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, predicate: Callable[[], T], seconds: float) -> T:
        """Return what the predicate says as soon as it says something true; TimeoutError after so many seconds."""
        async with asyncio.timeout(seconds):
            while not (found := predicate()):
                await self._event.wait()
        return found
