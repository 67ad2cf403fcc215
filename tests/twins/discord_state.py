"""What is so in the twin's Discord: who, where, which messages, which interactions, which commands."""

from typing import TYPE_CHECKING, Protocol

from tests.twins import discord_payloads as payloads
from tests.twins.discord_cdn import Cdn
from tests.twins.discord_messages import Attachment, Message, safe_name
from tests.twins.discord_places import DM, THREAD, Channel, Guild, Member, Role, User
from tests.twins.discord_values import Clock, File, Json, News, Refusal

if TYPE_CHECKING:  # An interaction knows the state it is in.
    from tests.twins.discord_interactions import Interaction

GUILDS, GUILD_MEMBERS, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 0, 1 << 1, 1 << 9, 1 << 12, 1 << 15
NONCE_WINDOW = 300.0
"""Seconds in which the same nonce means the same message: "the past few minutes" (Discord's page "Message")."""


class Gateway(Protocol):
    """Where events go."""

    def tell(self, name: str, data: Json, guild: Guild | None, *, needs: int = 0, bare: Json | None = None) -> None:
        """Put an event before all sessions of the guild's shard that asked for one of the intents ``needs``.

        ``bare`` is what a session gets that may not read messages.
        """
        ...


class State:
    """All of it; a ``Realm`` for its places."""

    def __init__(self, clock: Clock, news: News, cdn: Cdn, gateway: Gateway) -> None:
        self.clock, self.news, self.cdn, self.gateway = clock, news, cdn, gateway
        self.bot = User(clock.snowflake(), "Tween", is_bot=True)
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: list[Json] = []
        self._joined: set[int] = set()
        self._nonces: dict[str, tuple[float, Message]] = {}

    def new_id(self) -> int:
        """Return an id that nothing else has."""
        return self.clock.snowflake()

    def appeared(self, thing: Guild | Channel | Role | Member, *, changed: bool = False) -> None:
        """Remember a place, and tell the gateway of it."""
        match thing:
            case Guild():
                joined = thing.installed and thing.id not in self._joined
                self.guilds[thing.id] = thing
                if thing.installed:
                    self._joined.add(thing.id)
                    created = payloads.guild_create(thing, self.bot, joined=joined)
                    self.gateway.tell("GUILD_CREATE", created, thing, needs=GUILDS)
            case Channel():
                self.channels[thing.id] = thing
                if thing.guild and thing.guild.installed:
                    name = ("THREAD_" if thing.kind == THREAD else "CHANNEL_") + ("UPDATE" if changed else "CREATE")
                    data = payloads.channel(thing, self.bot)
                    data |= {"newly_created": True} if name == "THREAD_CREATE" else {}
                    self.gateway.tell(name, data, thing.guild, needs=GUILDS)
            case Role(guild=Guild(installed=True) as guild):
                data = {"guild_id": str(guild.id), "role": payloads.role(thing)}
                self.gateway.tell("GUILD_ROLE_CREATE", data, guild, needs=GUILDS)
            case Member(guild=Guild(installed=True) as guild):
                data = payloads.member(thing) | {"guild_id": str(guild.id)}
                self.gateway.tell("GUILD_MEMBER_ADD", data, guild, needs=GUILD_MEMBERS)

    def vanished(self, thing: Guild | Channel) -> None:
        """Forget a channel, or leave the bot without a guild, and tell the gateway."""
        match thing:
            case Guild():
                thing.installed = False
                self._joined.discard(thing.id)
                self.gateway.tell("GUILD_DELETE", {"id": str(thing.id)}, thing, needs=GUILDS)
            case Channel(guild=Guild() as guild):
                del self.channels[thing.id]
                guild.channels.remove(thing)
                if guild.installed:
                    name = "THREAD_DELETE" if thing.kind == THREAD else "CHANNEL_DELETE"
                    self.gateway.tell(name, payloads.channel(thing, self.bot), guild, needs=GUILDS)

    def dm_with(self, person: User) -> Channel:
        """Return the direct messages of somebody with the bot; made when first asked for."""
        for channel in self.channels.values():
            if channel.kind == DM and channel.people == (person,):
                return channel
        made = Channel(self, DM, "", people=(person,))
        self.channels[made.id] = made
        return made

    def may_be_messaged(self, person: User) -> bool:
        """Whether the bot may write to somebody: their messages are open, and they share a place with it."""
        together = any(g.installed and person.id in g.members for g in self.guilds.values())
        return person.dms_open and (together or person.user_installed)

    def add(self, message: Message) -> None:
        """Put a message into its channel, its files behind the CDN, and tell the gateway, if it is for all to see."""
        self.messages[message.id] = message
        message.channel.posted.append(message)
        self.publish(message)

    def publish(self, message: Message) -> None:
        """Tell of a message that is now to be seen: a new one, or one that was only "thinking" so far."""
        for attachment in message.attachments:
            self.cdn.keep(attachment)
        if message.loading:
            return
        if message.author is self.bot and not message.ephemeral:
            message.channel.arrivals.put_nowait(message)
        self._tell("MESSAGE_CREATE", message)

    def edited(self, message: Message) -> None:
        """Tell of an edit."""
        message.edits += 1
        message.edited_at = self.clock.now()
        for attachment in message.attachments:
            self.cdn.keep(attachment)
        self._tell("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        """Have a message no more."""
        message.deleted = True
        for attachment in message.attachments:
            self.cdn.drop(attachment)
        guild = message.channel.guild
        if not message.ephemeral:
            data = {"id": str(message.id), "channel_id": str(message.channel.id)}
            data |= {"guild_id": str(guild.id)} if guild else {}
            self._send("MESSAGE_DELETE", message.channel, data)

    def lend(self, file: File) -> Attachment:
        """Put a person's file of a command or a form behind the CDN, where nobody but the bot gets its address."""
        id_, name = self.new_id(), safe_name(file.name)
        path = f"/ephemeral-attachments/{self.bot.id}/{id_}/{name}"
        made = Attachment(id_, name, file.data, path, file.claimed_type, title=file.name, ephemeral=True)
        self.cdn.keep(made)
        return made

    def same_nonce(self, nonce: str) -> Message | None:
        """Return the bot's message of a few minutes ago with this nonce."""
        at, message = self._nonces.get(nonce, (0.0, None))
        return message if self.clock.now() - at < NONCE_WINDOW else None

    def remember_nonce(self, nonce: str, message: Message) -> None:
        """Remember a message by its nonce."""
        self._nonces[nonce] = (self.clock.now(), message)

    def message_in(self, channel: Channel, message_id: str) -> Message:
        """Return a message that everyone in the channel can see, or raise 404/10008.

        Whether the bot's token reaches a mere "thinking" is not documented; here it does not.
        """
        found = self.messages.get(int(message_id)) if message_id.isdecimal() else None
        if found is None or found.channel is not channel or not found.public:
            raise Refusal(404, 10008, "Unknown Message")
        return found

    def _tell(self, name: str, message: Message) -> None:
        if message.ephemeral:
            return
        data = payloads.message(message, self.cdn)
        guild, author = message.channel.guild, message.author
        if guild:
            data["guild_id"] = str(guild.id)
            if author.id in guild.members:
                data["member"] = payloads.member(guild.members[author.id], with_user=False)
        readable = guild is None or author is self.bot or self.bot in message.pings
        self._send(name, message.channel, data, bare=None if readable else payloads.bare(data))

    def _send(self, name: str, channel: Channel, data: Json, bare: Json | None = None) -> None:
        guild = channel.guild
        if (guild is None and channel.kind != DM) or (guild and not guild.installed):
            return
        needs = GUILD_MESSAGES if guild else DIRECT_MESSAGES
        self.gateway.tell(name, data, guild, needs=needs, bare=bare)
