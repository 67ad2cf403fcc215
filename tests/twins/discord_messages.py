"""Messages of the Discord twin as a test reads them: text, buttons, files, who was really notified."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tests.twins.discord_places import Channel, Role, User
from tests.twins.discord_values import COMPONENTS_V2, EPHEMERAL, LOADING, Json

ROW, BUTTON, SELECT, SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = (
    1, 2, 3, 9, 10, 11, 12, 13, 14, 17,
)  # fmt: skip

Ping = User | Role | Literal["everyone"]


@dataclass(eq=False)
class Attachment:
    """A file of a message, or of a person's command. ``size`` in bytes; ``name`` as Discord made it safe."""

    id: int
    name: str
    data: bytes
    path: str
    content_type: str | None = None
    description: str | None = None
    title: str | None = None
    ephemeral: bool = False

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)

    @property
    def spoiler(self) -> bool:
        """Whether it is covered until somebody clicks."""
        return self.name.startswith("SPOILER_")


@dataclass(frozen=True)
class Button:
    """A button as it stands in a message. ``style`` is Discord's: 1 primary, 2 grey, 3 green, 4 red, 5 link."""

    label: str
    custom_id: str
    style: int
    disabled: bool
    url: str


def safe_name(name: str) -> str:
    """Return a file's name as Discord keeps it: no blanks, nothing but letters, digits, dot, dash and underscore."""
    return re.sub(r"[^A-Za-z0-9_.-]", "", name.replace(" ", "_")) or "unknown"


def walk(components: list[Json]) -> Iterator[Json]:
    """Go through components, depth first, parents before their children."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for name in ("accessory", "component"):
            if component.get(name):
                yield from walk([component[name]])


def media_of(component: Json) -> Iterator[Json]:
    """Go through the media references ({"url": …}) that one component holds."""
    match component["type"]:
        case 11:
            yield component["media"]
        case 12:
            for item in component["items"]:
                yield item["media"]
        case 13:
            yield component["file"]


@dataclass(eq=False)
class Message:
    """A message. ``pings`` are those really notified by it; an edit never adds to them. ``edits`` counts edits."""

    id: int
    channel: Channel
    author: User
    created_at: float
    content: str = ""
    components: list[Json] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    reference: "Message | None" = None
    nonce: str | None = None
    pings: list[Ping] = field(default_factory=list)
    edits: int = 0
    edited_at: float | None = None
    deleted: bool = False
    viewer: User | None = None
    """Who alone sees an ephemeral message."""
    metadata: Json | None = None
    """Discord's ``interaction_metadata``, of a message that answers an interaction."""

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it is the "thinking" that a deferred response shows."""
        return bool(self.flags & LOADING)

    @property
    def public(self) -> bool:
        """Whether everyone in the channel sees it now."""
        return not (self.ephemeral or self.deleted or self.loading)

    @property
    def is_v2(self) -> bool:
        """Whether it is made of components alone."""
        return bool(self.flags & COMPONENTS_V2)

    @property
    def text(self) -> str:
        """The content and all text displays, a line each."""
        displays = [c["content"] for c in walk(self.components) if c["type"] == TEXT_DISPLAY]
        return "\n".join(part for part in [self.content, *displays] if part)

    @property
    def buttons(self) -> list[Button]:
        """All buttons, in order."""
        return [
            Button(
                c.get("label") or "", c.get("custom_id") or "", c["style"], bool(c.get("disabled")), c.get("url") or ""
            )
            for c in walk(self.components)
            if c["type"] == BUTTON
        ]

    def button(self, name: str) -> Button | None:
        """Find a button by its label or by how its custom_id begins."""
        found = [b for b in self.buttons if b.label == name] or [
            b for b in self.buttons if b.custom_id and b.custom_id.startswith(name)
        ]
        return found[0] if found else None

    @property
    def accent_color(self) -> int | None:
        """The colour of the first container's edge."""
        return next((c.get("accent_color") for c in walk(self.components) if c["type"] == CONTAINER), None)

    @property
    def shown(self) -> list[Attachment]:
        """The files that can be seen: with components V2, only those that a component refers to."""
        if not self.is_v2:
            return list(self.attachments)
        named = {media["url"] for c in walk(self.components) for media in media_of(c)}
        return [a for a in self.attachments if f"attachment://{a.name}" in named]

    @property
    def attachment(self) -> Attachment:
        """The one file; an error where there are none or more."""
        (only,) = self.attachments
        return only
