"""What the Slack twin knows: files, messages, views, and the tickets of an interaction (trigger, response URL)."""

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from tests.twins import slack_marks
from tests.twins.slack_app import APP_ID

if TYPE_CHECKING:
    from tests.twins.slack_people import User
    from tests.twins.slack_places import Channel, Workspace

Json = dict[str, Any]


@dataclass(frozen=True)
class File:
    """A file that a person has on their machine. Slack takes ``mimetype`` from the name where it is not said."""

    name: str
    data: bytes
    mimetype: str = ""


@dataclass(frozen=True)
class Upload:
    """How an upload came over the wire: its declared length, and the largest piece that was read at once (bytes)."""

    content_length: int | None
    largest_piece: int


@dataclass(eq=False, repr=False)
class SlackFile:
    """A file at Slack. ``owner`` is None for the bot's.

    ``ready``: Slack has processed it, which it has not when an upload has just been completed.
    """

    id: str
    name: str
    data: bytes
    mimetype: str
    workspace: "Workspace"
    owner: "User | None" = None
    title: str = ""
    alt_text: str = ""
    created: int = 0
    declared: int = 0
    upload: Upload | None = None
    given_to_bot: bool = False
    ready: bool = True
    deleted: bool = False
    shares: list["Message"] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<file {self.name}, {len(self.data)} bytes>"

    @property
    def in_channels(self) -> list["Channel"]:
        """Where it is shared."""
        return [message.channel for message in self.shares]

    @property
    def visible_to_bot(self) -> bool:
        """Whether the app may see it: its own, given in a modal, or in a conversation that the bot is in."""
        return self.owner is None or self.given_to_bot or any(channel.bot_in for channel in self.in_channels)

    @property
    def permalink(self) -> str:
        """Its page."""
        return f"{self.workspace.url}files/{self.owner.id if self.owner else self.workspace.bot_user_id}/{self.id}"

    @property
    def url_private(self) -> str:
        """Where its bytes are, for those who may."""
        return f"{self.workspace.twin.url}/files-pri/{self.workspace.id}-{self.id}/{self.name}"

    def described(self) -> Json:
        """The file object (docs.slack.dev/reference/objects/file-object)."""
        kind = PurePath(self.name).suffix.lstrip(".").lower() or "binary"
        download = self.url_private.replace(f"/{self.name}", f"/download/{self.name}")
        found: Json = {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": {"jpeg": "jpg"}.get(kind, kind),
            "pretty_type": kind.upper(),
            "user": self.owner.id if self.owner else self.workspace.bot_user_id,
            "user_team": self.workspace.id,
            "editable": False,
            "size": len(self.data),
            "mode": "hosted",
            "is_external": False,
            "is_public": any(channel.kind == "public" for channel in self.in_channels),
            "public_url_shared": False,
            "url_private": self.url_private,
            "url_private_download": download,
            "permalink": self.permalink,
            "shares": self._shares(),
            "channels": [channel.id for channel in self.in_channels if channel.kind == "public"],
            "groups": [channel.id for channel in self.in_channels if channel.kind in {"private", "mpim"}],
            "ims": [channel.id for channel in self.in_channels if channel.kind == "im"],
            "file_access": "visible",
        }
        return found | ({"alt_txt": self.alt_text} if self.alt_text else {})

    def _shares(self) -> Json:
        shares: Json = {}
        for message in self.shares:
            channel = message.channel
            share: Json = {"ts": message.ts, "channel_name": channel.name, "team_id": channel.workspace.id}
            if message.thread_ts:
                share["thread_ts"] = message.thread_ts
            kind = "public" if channel.kind == "public" else "private"
            shares.setdefault(kind, {}).setdefault(channel.id, []).append(share)
        return shares


@dataclass(frozen=True)
class Edit:
    """What a message was changed to, and when (epoch seconds)."""

    text: str
    blocks: list[Json]
    at: float


@dataclass(eq=False, repr=False)
class Message:
    """A message. ``author`` is None for the bot's; ``pings`` is whom it notified when it was posted."""

    channel: "Channel"
    ts: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    author: "User | None" = None
    files: list[SlackFile] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    ephemeral_to: "User | None" = None
    metadata: Json | None = None
    pings: set[str] = field(default_factory=set)
    edits: list[Edit] = field(default_factory=list)
    deleted: bool = False

    def __repr__(self) -> str:
        return f"<message in {self.channel.name}: {self.all_text[:80]!r}>"

    @property
    def by_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self.author is None

    @property
    def all_text(self) -> str:
        """Everything in it to read, a line each: the text, then what is in the blocks."""
        return "\n".join([self.text, *slack_marks.texts(self.blocks)])

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons."""
        return [str(button["text"]["text"]) for _, button in slack_marks.buttons(self.blocks)]

    @property
    def replies(self) -> list["Message"]:
        """What stands in its thread."""
        return [other for other in self.channel.messages if other.thread_ts == self.ts and other is not self]

    def described(self) -> Json:
        """The message object; of one that has a thread the thread is its own ("Retrieving messages")."""
        home = self.channel.workspace
        found: Json = {"type": "message", "ts": self.ts, "text": self.text, "team": home.id}
        if self.author is None:
            profile = {"id": home.bot_id, "app_id": APP_ID, "name": "Tweenbot", "deleted": False, "team_id": home.id}
            found |= {"user": home.bot_user_id, "bot_id": home.bot_id, "app_id": APP_ID, "bot_profile": profile}
        else:
            found["user"] = self.author.id
        if self.blocks:
            found["blocks"] = self.blocks
        if self.files:
            found |= {"files": [file.described() for file in self.files], "upload": True}
        if thread := self.thread_ts or (self.ts if self.replies else None):
            found["thread_ts"] = thread
        if self.metadata:
            found["metadata"] = self.metadata
        if self.edits:
            found["edited"] = {"user": found["user"], "ts": f"{int(self.edits[-1].at)}.000000"}
        return found


@dataclass(eq=False, repr=False)
class View:
    """A modal or a home tab, as ``user`` sees it. ``content`` is what the app sent, block_ids filled in."""

    id: str
    user: "User"
    content: Json
    hash: str
    root_id: str = ""
    previous_id: str | None = None
    values: Json = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    closed: bool = False

    def __repr__(self) -> str:
        return f"<view of {self.user.name}: {self.all_text[:80]!r}>"

    @property
    def title(self) -> str:
        """Its title; empty for a home tab."""
        return str(self.content.get("title", {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        return list(self.content["blocks"])

    @property
    def callback_id(self) -> str:
        """The app's name for it."""
        return str(self.content.get("callback_id", ""))

    @property
    def all_text(self) -> str:
        """Everything in it to read, a line each."""
        return "\n".join([self.title, *slack_marks.texts(self.blocks)])

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons; submit and close are not among them."""
        return [str(button["text"]["text"]) for _, button in slack_marks.buttons(self.blocks)]

    def described(self) -> Json:
        """The view object."""
        home = self.user.workspace
        usual = {"private_metadata": "", "callback_id": "", "clear_on_close": False, "notify_on_close": False}
        shape = {"title": None, "close": None, "submit": None, "external_id": "", "previous_view_id": self.previous_id}
        known = {"id": self.id, "team_id": home.id, "app_id": APP_ID, "bot_id": home.bot_id, "hash": self.hash}
        known |= {"root_view_id": self.root_id or self.id, "app_installed_team_id": home.id}
        return usual | shape | self.content | known | {"state": {"values": self.values}}
