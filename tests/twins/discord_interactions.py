"""Interactions of the Discord twin: what a person did, what the bot got of it, and what it answered.

A first response is due ``ack_deadline`` seconds after the interaction reached the bot (Discord: 3); without one the
token is void. With one, the token lives ``token_life`` seconds from the interaction's creation (Discord: 900).
"""

import secrets
from dataclasses import dataclass, field

from tests.twins import discord_payloads as payloads
from tests.twins.discord_messages import Message, walk
from tests.twins.discord_places import DM, GROUP_DM, Channel, User
from tests.twins.discord_state import State
from tests.twins.discord_values import ORDINARY, PATIENCE, CannotDo, Json, NotAcknowledged, iso

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5


@dataclass(frozen=True)
class Terms:
    """How long an interaction's token is good for, in seconds."""

    ack_deadline: float
    token_life: float


@dataclass(frozen=True)
class Deferred:
    """A first response that says only that more will come. ``update`` shows nothing to the person."""

    ephemeral: bool
    update: bool


@dataclass(frozen=True)
class Choice:
    """A suggestion for an option's value."""

    name: str
    value: str | int | float


@dataclass(frozen=True, eq=False)
class Modal:
    """A form that a person sees. ``fields`` are its inputs, each with the label that stands over it."""

    interaction: "Interaction"
    custom_id: str
    title: str
    components: list[Json] = field(default_factory=list)

    @property
    def fields(self) -> list[tuple[str, Json]]:
        """Pairs of label and input component."""
        labelled = [(c["label"], c["component"]) for c in self.components if c["type"] == 18]
        rows = [c["components"][0] for c in self.components if c["type"] == 1]
        return labelled + [(row.get("label") or "", row) for row in rows]

    @property
    def labels(self) -> list[str]:
        """What stands over the inputs."""
        return [label for label, _ in self.fields]

    @property
    def text(self) -> str:
        """What stands between the inputs."""
        return "\n".join(c["content"] for c in walk(self.components) if c["type"] == 10)


Response = Message | Modal | Deferred | list[Choice]


class Interaction:
    """One thing that a person did. ``followups`` are further messages, ``message`` is the one it answered with."""

    def __init__(self, state: State, terms: Terms, kind: int, person: User, channel: Channel) -> None:
        self.state, self.terms, self.kind, self.person, self.channel = state, terms, kind, person, channel
        self.id, self.token = state.new_id(), secrets.token_urlsafe(24)
        self.created_at = state.clock.now()
        self.delivered_at: float | None = None
        self.acknowledged_at: float | None = None
        self.answered: Response | None = None
        self.response_type = 0
        self.original: Message | None = None
        self.source: Message | None = None
        """The message whose component was clicked, or from which the submitted modal was opened."""
        self.followups: list[Message] = []
        self.owners: Json = {}
        self.data: Json = {}
        self.payload: Json = {}
        self.metadata_extra: Json = {}
        self.focused_type = 0
        """The type of the option that an autocomplete is about."""

    @property
    def message(self) -> Message | None:
        """Its own message, once there is more to it than "thinking"; after a click's update, the clicked one."""
        return None if self.original is None or self.original.loading else self.original

    @property
    def acknowledged_after(self) -> float | None:
        """Seconds from delivery to the first response, None without one."""
        if self.acknowledged_at is None or self.delivered_at is None:
            return None
        return self.acknowledged_at - self.delivered_at

    @property
    def is_void(self) -> bool:
        """Whether the first response is overdue."""
        if self.acknowledged_at is not None or self.delivered_at is None:
            return False
        return self.state.clock.now() - self.delivered_at > self.terms.ack_deadline

    @property
    def is_expired(self) -> bool:
        """Whether the token has died of old age."""
        return self.state.clock.now() - self.created_at > self.terms.token_life

    @property
    def bot_is_here(self) -> bool:
        """Whether the app was installed where this happened, in contrast to brought along by the person alone."""
        return "0" in self.owners

    async def response(self) -> Response:
        """Wait for the first response; NotAcknowledged at the deadline, or where nothing ever reached the bot."""
        try:
            if self.delivered_at is None:
                await self.state.news.until(lambda: self.delivered_at is not None, PATIENCE)
            while self.acknowledged_at is None and not self.is_void:
                assert self.delivered_at is not None
                left = self.delivered_at + self.terms.ack_deadline - self.state.clock.now()
                await self.state.news.until(lambda: self.acknowledged_at is not None or self.is_void, max(left, 0.0))
        except TimeoutError:
            pass
        if self.answered is None:
            raise NotAcknowledged(f"no first response within {self.terms.ack_deadline} s of delivery")
        return self.answered

    async def modal(self) -> Modal:
        """Wait for the first response, which has to be a form."""
        answer = await self.response()
        if not isinstance(answer, Modal):
            raise CannotDo(f"the bot showed no form, but {answer}")
        return answer

    async def shown(self) -> Message:
        """Wait (PATIENCE at most) until there is a message with something in it, and return it."""
        found = await self.state.news.until(lambda: self.message, PATIENCE)
        assert found is not None
        return found

    @property
    def metadata(self) -> Json:
        """What messages that answer this say of it (``interaction_metadata``)."""
        said: Json = {"id": str(self.id), "type": self.kind, "user": payloads.user(self.person)}
        return said | {"authorizing_integration_owners": self.owners} | self.metadata_extra

    def draw_up(self, locale: str) -> Json:
        """Make the payload of INTERACTION_CREATE. A redelivery sends the very same."""
        state, channel, guild = self.state, self.channel, self.channel.guild
        self.payload = {
            "id": str(self.id),
            "application_id": str(state.bot.id),
            "type": self.kind,
            "data": self.data,
            "token": self.token,
            "version": 1,
            "channel_id": str(channel.id),
            "channel": self._channel(),
            "app_permissions": str(channel.bot_permissions if guild and guild.installed else ORDINARY),
            "locale": locale,
            "entitlements": [],
            "authorizing_integration_owners": self.owners,
            "context": 0 if guild else 1 if channel.kind == DM else 2,
            "attachment_size_limit": channel.upload_limit,
        }
        if guild:
            member = guild.members[self.person.id]
            self.payload |= {"guild_id": str(guild.id), "guild_locale": guild.locale}
            self.payload["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
            self.payload["member"] = payloads.member(member) | {"permissions": str(member.permissions)}
        else:
            self.payload["user"] = payloads.user(self.person)
        if self.source is not None:
            self.payload["message"] = payloads.message(self.source, state.cdn)
        return self.payload

    def _channel(self) -> Json:
        said = payloads.channel(self.channel, self.state.bot)
        said.pop("permission_overwrites", None)
        if self.channel.kind in (DM, GROUP_DM):
            return said
        assert self.channel.guild is not None
        return said | {"permissions": str(self.channel.guild.members[self.person.id].permissions)}

    def __repr__(self) -> str:
        return f"<interaction of {self.person.name} at {iso(self.created_at)}>"
