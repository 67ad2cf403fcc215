"""People of the twin's Discord: what they do with commands, buttons, forms and messages, in the client's limits."""

from collections.abc import Mapping, Sequence

from tests.twins.discord_commands import CHAT_INPUT, MESSAGE_MENU
from tests.twins.discord_interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Choice,
    Interaction,
    Modal,
    Terms,
)
from tests.twins.discord_messages import BUTTON, Attachment, Message, safe_name, walk
from tests.twins.discord_modals import Answer, Filling
from tests.twins.discord_options import Typed, Value
from tests.twins.discord_payloads import message as message_payload
from tests.twins.discord_permits import owners_of_message, usable
from tests.twins.discord_pings import pings_of
from tests.twins.discord_places import Channel, User
from tests.twins.discord_state import State
from tests.twins.discord_values import CannotDo, File


class Person(User):
    """Somebody at a Discord client. Raises CannotDo where the client would not let them do what a test asks for."""

    def __init__(self, state: State, terms: Terms, name: str) -> None:
        super().__init__(state.new_id(), name)
        self._state, self._terms = state, terms

    @property
    def dm(self) -> Channel:
        """Their direct messages with the bot."""
        return self._state.dm_with(self)

    async def slash(self, channel: Channel, command: str, /, **options: Value) -> Interaction:
        """Use a slash command; subcommands follow its name after a blank. Returns at once, see ``response()``."""
        name, *path = command.split()
        known, owners = usable(self._state, self, channel, name, CHAT_INPUT)
        made = self._new(COMMAND, channel)
        made.owners, made.data = owners, Typed(self._state, known, path).data(options)
        return self._send(made)

    async def menu(self, message: Message, name: str) -> Interaction:
        """Use an entry of the message's "Apps" menu."""
        self._sees(message)
        known, owners = usable(self._state, self, message.channel, name, MESSAGE_MENU)
        made = self._new(COMMAND, message.channel)
        target = {str(message.id): message_payload(message, self._state.cdn)}
        made.owners, made.metadata_extra = owners, {"target_message_id": str(message.id)}
        made.data = {"id": known["id"], "name": name, "type": MESSAGE_MENU, "target_id": str(message.id)}
        made.data["resolved"] = {"messages": target}
        return self._send(made)

    async def click(self, message: Message, button: str) -> Interaction:
        """Click a button, named by its label or by how its custom_id begins. Only what is there can be clicked."""
        self._sees(message)
        found = message.button(button)
        if found is None or found.disabled or not found.custom_id:
            raise CannotDo(f"there is no {button!r} to click among {message.buttons}")
        component = next(c for c in walk(message.components) if c.get("custom_id") == found.custom_id)
        made = self._new(COMPONENT, message.channel)
        made.source, made.owners = message, owners_of_message(self._state, self, message)
        made.metadata_extra = {"interacted_message_id": str(message.id)}
        made.data = {"component_type": BUTTON, "custom_id": found.custom_id, "id": component["id"]}
        return self._send(made)

    async def submit(self, modal: Modal, answers: Mapping[str, Answer]) -> Interaction:
        """Fill in a form, by label or custom_id, and send it. What is prefilled stays where nothing is said."""
        opened = modal.interaction
        if opened.person is not self:
            raise CannotDo("the form is on somebody else's screen")
        made = self._new(MODAL_SUBMIT, opened.channel)
        made.source, made.owners = opened.source, opened.owners
        made.metadata_extra = {"triggering_interaction_metadata": opened.metadata}
        made.data = Filling(self._state, modal).data(answers)
        return self._send(made)

    async def autocomplete(
        self, channel: Channel, command: str, option: str, text: str, /, **others: Value
    ) -> list[Choice]:
        """Type into an option, and return what the bot suggests; NotAcknowledged where nothing comes in time."""
        name, *path = command.split()
        known, owners = usable(self._state, self, channel, name, CHAT_INPUT)
        made = self._new(AUTOCOMPLETE, channel)
        made.owners = owners
        made.data, made.focused_type = Typed(self._state, known, path).unfinished(others, option, text)
        answer = await self._send(made).response()
        assert isinstance(answer, list)
        return answer

    async def post(
        self, channel: Channel, content: str = "", *, files: Sequence[File] = (), reply_to: Message | None = None
    ) -> Message:
        """Write a message."""
        self._in(channel)
        state = self._state
        posted = Message(state.new_id(), channel, self, state.clock.now(), content=content, reference=reply_to)
        for file in files:
            id_, name = state.new_id(), safe_name(file.name)
            path = f"/attachments/{channel.id}/{id_}/{name}"
            posted.attachments.append(Attachment(id_, name, file.data, path, file.claimed_type, title=file.name))
        posted.pings = pings_of(posted, None)
        if state.bot.mention in content:
            posted.pings.append(state.bot)
        state.add(posted)
        state.news.tell()
        return posted

    async def delete(self, message: Message) -> None:
        """Delete a message: one's own, or as a moderator would."""
        self._sees(message)
        self._state.delete(message)
        self._state.news.tell()

    def _new(self, kind: int, channel: Channel) -> Interaction:
        self._in(channel)
        return Interaction(self._state, self._terms, kind, self, channel)

    def _send(self, made: Interaction) -> Interaction:
        self._state.interactions[made.token] = made
        payload = made.draw_up(self.locale)
        self._state.gateway.tell("INTERACTION_CREATE", payload, made.channel.guild)
        return made

    def _in(self, channel: Channel) -> None:
        if not channel.seen_by(self):
            raise CannotDo(f"{self.name} is not in {channel.name or 'these direct messages'}")

    def _sees(self, message: Message) -> None:
        self._in(message.channel)
        if message.deleted or message.loading or (message.ephemeral and message.viewer is not self):
            raise CannotDo(f"{self.name} does not see this message")
