"""Who and where in the Discord twin: users, guilds, roles, channels, threads, direct messages."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tests.twins.discord_values import (
    ADMINISTRATOR,
    EVERYTHING,
    MANAGE_GUILD,
    MIB,
    ORDINARY,
    PATIENCE,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    CannotDo,
)

if TYPE_CHECKING:  # A message knows its channel, and a channel its messages.
    from tests.twins.discord_messages import Message

TEXT, DM, GROUP_DM, THREAD = 0, 1, 3, 11


class Realm(Protocol):
    """What places need of the twin around them."""

    def new_id(self) -> int:
        """Return an id that nothing else has."""
        ...

    def appeared(self, thing: "Guild | Channel | Role | Member", *, changed: bool = False) -> None:
        """Tell the bot's gateway of something new, or of a change."""
        ...

    def vanished(self, thing: "Guild | Channel") -> None:
        """Tell the bot's gateway of something that is no more."""
        ...


@dataclass(eq=False)
class User:
    """Somebody with an account: a person, or the bot."""

    id: int
    name: str
    is_bot: bool = False
    locale: str = "en-US"
    dms_open: bool = True
    user_installed: bool = False

    @property
    def mention(self) -> str:
        """What a text says to mention them."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class Role:
    """A role of a guild. ``permissions`` are granted to its members; not everyone can mention it where it is not so."""

    id: int
    name: str
    guild: "Guild"
    permissions: int = 0
    mentionable: bool = False

    @property
    def mention(self) -> str:
        """What a text says to mention it."""
        return f"<@&{self.id}>"


@dataclass(eq=False)
class Member:
    """A user in a guild."""

    user: User
    guild: "Guild"
    roles: list[Role] = field(default_factory=list)

    @property
    def permissions(self) -> int:
        """What the roles add up to; an administrator may do everything."""
        granted = ORDINARY
        for role in self.roles:
            granted |= role.permissions
        return EVERYTHING if granted & ADMINISTRATOR else granted


class Guild:
    """A server. ``installed`` says whether the bot was added to it; without that, only people bring the app along.

    ``external_apps`` says whether what they bring along may speak in public: without it, all its answers are ephemeral.
    """

    def __init__(self, realm: Realm, name: str, *, boost_tier: int, installed: bool) -> None:
        self.realm, self.id, self.name = realm, realm.new_id(), name
        self.boost_tier, self.installed = boost_tier, installed
        self.locale, self.external_apps = "en-US", True
        self.owner = User(self.id + 1, f"owner of {name}")
        self.everyone = Role(self.id, "@everyone", self, ORDINARY)
        self.roles = [self.everyone]
        self.channels: list[Channel] = []
        self.members: dict[int, Member] = {}

    @property
    def upload_limit(self) -> int:
        """Bytes that one file may have here (Discord's boost perks, read 2026-11)."""
        return {2: 50 * MIB, 3: 100 * MIB}.get(self.boost_tier, 10 * MIB)

    def channel(self, name: str, *, age_restricted: bool = False, bot_permissions: int = ORDINARY) -> "Channel":
        """Make a text channel. ``bot_permissions`` are the bot's, in this channel, as Discord's bits."""
        made = Channel(self.realm, TEXT, name, guild=self)
        made.age_restricted, made.own_permissions = age_restricted, bot_permissions
        self.channels.append(made)
        self.realm.appeared(made)
        return made

    def role(self, name: str, *, permissions: int = 0, mentionable: bool = False) -> Role:
        """Make a role."""
        made = Role(self.realm.new_id(), name, self, permissions, mentionable)
        self.roles.append(made)
        self.realm.appeared(made)
        return made

    def join(self, person: User, *, roles: tuple[Role, ...] | list[Role] = (), manages: bool = False) -> Member:
        """Let somebody in; ``manages`` gives Manage Server."""
        given = list(roles)
        if manages:
            given.append(self.role(f"manager {person.name}", permissions=MANAGE_GUILD))
        member = self.members[person.id] = Member(person, self, given)
        self.realm.appeared(member)
        return member

    def remove_bot(self) -> None:
        """Throw the bot out."""
        self.realm.vanished(self)

    def leave(self, person: User) -> None:
        """Let somebody go."""
        del self.members[person.id]


class Channel:
    """Where messages are. ``kind`` is Discord's channel type; ``people`` are those of a (group) direct message."""

    def __init__(
        self, realm: Realm, kind: int, name: str, *, guild: Guild | None = None, people: tuple[User, ...] = ()
    ) -> None:
        self.realm, self.id, self.kind, self.name, self.guild = realm, realm.new_id(), kind, name, guild
        self.people = people
        self.parent: Channel | None = None
        self.age_restricted = False
        self.own_permissions = ORDINARY
        self.posted: list[Message] = []
        self.arrivals: asyncio.Queue[Message] = asyncio.Queue()

    @property
    def messages(self) -> "list[Message]":
        """What everyone here sees now: neither ephemeral, nor deleted, nor a mere "thinking"."""
        return [m for m in self.posted if m.public]

    @property
    def bot_permissions(self) -> int:
        """What the bot may do here; to set it is to change the channel's settings. A thread has its parent's."""
        if self.parent is not None:
            return self.parent.bot_permissions
        if self.guild is not None and not self.guild.installed:
            return 0
        return self.own_permissions if self.kind != GROUP_DM else 0

    @bot_permissions.setter
    def bot_permissions(self, permissions: int) -> None:
        self.own_permissions = permissions
        self.realm.appeared(self, changed=True)

    @property
    def bot_may_send(self) -> bool:
        """Whether the bot may send: in a thread this is a permission of its own."""
        return bool(self.bot_permissions & (SEND_MESSAGES if self.parent is None else SEND_MESSAGES_IN_THREADS))

    @property
    def upload_limit(self) -> int:
        """Bytes that one file may have here."""
        return self.guild.upload_limit if self.guild else 10 * MIB

    def thread(self, name: str) -> "Channel":
        """Make a public thread in this channel."""
        if self.kind != TEXT:
            raise CannotDo("only a text channel has threads")
        made = Channel(self.realm, THREAD, name, guild=self.guild)
        made.parent = self
        assert self.guild is not None
        self.guild.channels.append(made)
        self.realm.appeared(made)
        return made

    def remove(self) -> None:
        """Delete the channel or thread."""
        self.realm.vanished(self)

    def seen_by(self, user: User) -> bool:
        """Whether somebody is in here."""
        return user.id in self.guild.members if self.guild else user in self.people

    async def next_message(self) -> "Message":
        """Wait (PATIENCE at most) for the next public message of the bot's in here that no test has taken yet."""
        async with asyncio.timeout(PATIENCE):
            return await self.arrivals.get()
