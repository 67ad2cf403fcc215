"""Where people are: enterprises, workspaces, their conversations, and the app's installations in them."""

import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.twins import slack_marks
from tests.twins.slack_errors import NotOffered
from tests.twins.slack_people import User
from tests.twins.slack_state import File, Json, Message, SlackFile

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin

Kind = Literal["public", "private", "im", "mpim"]
_PREFIX = {"public": "C", "private": "C", "im": "D", "mpim": "G"}


@dataclass(frozen=True)
class Enterprise:
    """A grid organization."""

    id: str
    name: str


@dataclass(eq=False)
class Installation:
    """The app in a workspace, or in all of an organization (``wide``). ``state``: live, revoked, or uninstalled."""

    token: str
    scopes: frozenset[str]
    workspaces: list["Workspace"]
    enterprise: Enterprise | None = None
    wide: bool = False
    installer: User | None = None
    state: Literal["live", "revoked", "uninstalled"] = "live"

    @property
    def home(self) -> "Workspace":
        """The workspace that answers carry."""
        return self.workspaces[0]


@dataclass(eq=False, repr=False)
class Channel:
    """A conversation. ``absent`` are people of the workspace who are not in it; everyone else of them is.

    ``archived`` and ``posting_restricted`` may be set by a test. ``shared_with``: other workspaces (Slack Connect).
    """

    workspace: "Workspace"
    id: str
    name: str
    kind: Kind
    bot_in: bool
    people: list[User] | None = None
    absent: set[User] = field(default_factory=set)
    shared_with: list["Workspace"] = field(default_factory=list)
    archived: bool = False
    posting_restricted: bool = False
    messages: list[Message] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<{self.kind} channel {self.name}>"

    @property
    def members(self) -> list[User]:
        """The people in it."""
        homes = [self.workspace, *self.shared_with]
        people = self.people if self.people is not None else [user for home in homes for user in home.users]
        return [user for user in people if user not in self.absent]

    @property
    def last(self) -> Message | None:
        """The latest message in it that is still there."""
        return next((message for message in reversed(self.messages) if not message.deleted), None)

    @property
    def by_bot(self) -> list[Message]:
        """The bot's messages that are still there, threads included, ephemeral ones not."""
        return [m for m in self.messages if m.by_bot and not m.deleted and m.ephemeral_to is None]

    def find(self, ts: str | None) -> Message | None:
        """Return the message with this timestamp that everyone can see."""
        return next((m for m in self.messages if m.ts == ts and not m.deleted and m.ephemeral_to is None), None)

    def seen_by(self, user: User) -> list[Message]:
        """What a person sees in it now, threads included."""
        return [m for m in self.messages if not m.deleted and m.ephemeral_to in {None, user}]

    def described(self) -> Json:
        """The conversation object."""
        found: Json = {
            "id": self.id,
            "is_channel": self.kind == "public",
            "is_group": False,
            "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "public",
            "is_archived": self.archived,
            "is_ext_shared": bool(self.shared_with),
            "is_org_shared": False,
            "context_team_id": self.workspace.id,
        }
        if self.kind == "im":
            return found | {"user": self.members[0].id}
        return found | {"name": self.name, "is_member": self.bot_in, "is_general": False}


@dataclass(eq=False, repr=False)
class Workspace:
    """A workspace (team)."""

    twin: "SlackTwin"
    id: str
    name: str
    enterprise: Enterprise | None
    bot_user_id: str
    bot_id: str
    channels: list[Channel] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    files: list[SlackFile] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<workspace {self.name}>"

    @property
    def domain(self) -> str:
        """Its name in URLs."""
        return self.name.lower().replace(" ", "-")

    @property
    def url(self) -> str:
        """Its address, with a slash at the end."""
        return f"https://{self.domain}.slack.example/"

    @property
    def installation(self) -> Installation | None:
        """The app's live installation here."""
        found = [one for one in self.twin.installations if self in one.workspaces and one.state == "live"]
        return found[-1] if found else None

    def channel(
        self, name: str, *, private: bool = False, bot_in: bool = True, shared_with: "Workspace | None" = None
    ) -> Channel:
        """Make a channel; everyone of the workspace is in it, the bot where it says so."""
        channel = Channel(self, self.twin.new_id("C"), name, "private" if private else "public", bot_in)
        channel.shared_with = [shared_with] if shared_with else []
        self.channels.append(channel)
        return channel

    def conversation(self, *people: User, bot_in: bool = False) -> Channel:
        """Return the direct conversation of these people, made where it is new. With one person it is the bot's DM."""
        kind: Kind = "im" if len(people) + bot_in == 2 or len(people) == 1 else "mpim"
        bot_in = bot_in or len(people) == 1
        for channel in self.channels:
            if channel.kind == kind and channel.bot_in == bot_in and set(channel.people or ()) == set(people):
                return channel
        name = "directmessage" if kind == "im" else "mpdm-" + "--".join(user.name for user in people) + "-1"
        channel = Channel(self, self.twin.new_id(_PREFIX[kind]), name, kind, bot_in, list(people))
        self.channels.append(channel)
        return channel

    def user(self, name: str, locale: str = "en-US", *, admin: bool = False) -> User:
        """Let a person join."""
        user = User(self, self.twin.new_id("U"), name, locale, admin)
        self.users.append(user)
        return user

    def post(self, message: Message, *, parses: bool = False) -> Message:
        """Put a message into its channel, and tell the app where it listens."""
        if message.ephemeral_to is None:
            message.pings = slack_marks.pings(message.text, message.blocks, parses=parses)
        message.channel.messages.append(message)
        for file in message.files:
            file.shares.append(message)
        self.twin.clock.tell()
        self.twin.events.message(message)
        return message

    def keep(self, file: File, owner: User | None) -> SlackFile:
        """Take a file that someone uploads; None is the bot."""
        kept = SlackFile(self.twin.new_id("F"), file.name, file.data, file.mimetype or _mimetype(file.name), self)
        kept.owner, kept.created, kept.title = owner, int(self.twin.clock.now()), file.name
        self.files.append(kept)
        return kept

    async def uninstall(self) -> None:
        """Remove the app: its tokens die, and it is told (app_uninstalled, then tokens_revoked)."""
        gone = self._gone("uninstalled")
        self.twin.events.send(gone.home, "app_uninstalled", {"type": "app_uninstalled"}, gone)
        self._tell_revoked(gone)

    async def revoke(self) -> None:
        """Take the bot's token away, and tell the app (tokens_revoked)."""
        self._tell_revoked(self._gone("revoked"))

    def _gone(self, state: Literal["revoked", "uninstalled"]) -> Installation:
        gone = self.installation
        if gone is None:
            raise NotOffered(f"the app is not installed in {self.name}")
        gone.state = state
        return gone

    def _tell_revoked(self, gone: Installation) -> None:
        event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot_user_id]}}
        self.twin.events.send(gone.home, "tokens_revoked", event, gone)

    def described(self) -> Json:
        """The team object of interactions."""
        found: Json = {"id": self.id, "domain": self.domain}
        if self.enterprise:
            found |= {"enterprise_id": self.enterprise.id, "enterprise_name": self.enterprise.name}
        return found


def _mimetype(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
