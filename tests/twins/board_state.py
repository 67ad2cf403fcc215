"""The board twin's memory: what people asked for, what bots answered, and every message with all that it ever said."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

ACK_S = 3.0
"""Seconds within which an interaction is to be acknowledged, as on Discord; then its author reads that it failed."""
NONCE_S = 300.0
"""Seconds for which a nonce keeps a second message away."""
LINK_S = 20.0
"""Seconds for which a link to a file is good: shorter than any real one, so that no bot gets by with a stored link."""


@dataclass
class Interaction:
    """A command or a pressed button. It is handed out again, to any bot, until it is acknowledged.

    ``failed`` counts how often its author read that it failed; ``answer`` is what the first acknowledgement said.
    """

    id: str
    kind: str
    payload: Mapping[str, Any]
    handed_at: float | None = None
    handed: int = 0
    failed: int = 0
    answer: str | None = None

    def is_free(self, now: float, ack_s: float) -> bool:
        """Whether it may be handed to a bot."""
        return self.answer is None and (self.handed_at is None or now >= self.handed_at + ack_s)

    def hand(self, now: float) -> dict[str, Any]:
        """Hand it to a bot; the one that had it before was too late."""
        self.failed += self.handed_at is not None
        self.handed_at = now
        self.handed += 1
        return {"id": self.id, "kind": self.kind, **self.payload}


@dataclass
class Message:
    """One message. ``history`` holds the cards that it showed, the oldest first; ``file`` is what came with it."""

    id: str
    channel: str
    nonce: str
    posted_at: float
    content: str
    mentions: list[str]
    history: list[dict[str, Any]]
    file: dict[str, Any] | None = None

    @property
    def card(self) -> dict[str, Any] | None:
        """What it shows now."""
        return self.history[-1] if self.history else None

    def described(self) -> dict[str, Any]:
        """Return it as the wire has it."""
        body = {"id": self.id, "channel": self.channel, "nonce": self.nonce, "content": self.content}
        return body | {"mentions": self.mentions, "card": self.card, "file": self.file}


def file_of(name: str, data: bytes) -> dict[str, Any]:
    """Return what is kept of a posted file."""
    return {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


@dataclass
class Memory:
    """Everything that the board knows."""

    interactions: dict[str, Interaction] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    repeats: int = 0

    def next_id(self, kind: str) -> str:
        """Return an id that nothing has yet."""
        return f"{kind}-{len(self.interactions) + len(self.messages) + len(self.files) + 1}"

    def with_nonce(self, channel: str, nonce: str) -> list[Message]:
        """Return the messages of a channel that carry a nonce."""
        return [each for each in self.messages.values() if (each.channel, each.nonce) == (channel, nonce)]

    def report(self) -> dict[str, Any]:
        """Return all that a test asks for. ``repeats`` counts posts that a nonce kept from being a second message."""
        return {
            "interactions": [asdict(each) for each in self.interactions.values()],
            "messages": [asdict(each) for each in self.messages.values()],
            "violations": self.violations,
            "counts": self.counts,
            "repeats": self.repeats,
        }
