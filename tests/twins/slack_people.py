"""People at the Slack twin: what a test has them do, as Slack's client would let them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.twins import slack_forms, slack_interactions, slack_marks, slack_oauth, slack_payloads
from tests.twins.slack_errors import NotOffered
from tests.twins.slack_forms import Entry
from tests.twins.slack_interactions import Interaction, brought
from tests.twins.slack_oauth import Visit
from tests.twins.slack_state import Edit, File, Json, Message, View
from tests.twins.slack_tickets import ResponseUrl

if TYPE_CHECKING:
    from tests.twins.slack_places import Channel, Workspace


@dataclass(eq=False, repr=False)
class User:
    """A person. ``views`` is their stack of open modals, the top last; ``home`` their home tab."""

    workspace: "Workspace"
    id: str
    name: str
    locale: str = "en-US"
    admin: bool = False
    views: list[View] = field(default_factory=list)
    home: View | None = None

    def __repr__(self) -> str:
        return f"<{self.name} of {self.workspace.name}>"

    @property
    def dm(self) -> "Channel":
        """Their conversation with the bot."""
        return self.workspace.conversation(self)

    @property
    def modal(self) -> View | None:
        """The modal that they see now."""
        return self.views[-1] if self.views else None

    async def slash(
        self, channel: "Channel", command: str, text: str = "", *, thread: Message | None = None
    ) -> Interaction:
        """Type a slash command."""
        self._has_app()
        if thread is not None:
            raise NotOffered(f"{command} is not supported in threads")
        if command not in self.workspace.twin.app.commands:
            raise NotOffered(f"{command} is not a valid command")
        trigger, url = self.workspace.twin.tickets.trigger(self), self._url(channel)
        payload = slack_payloads.slash(channel, self, (command, text), trigger, url)
        delivery = await brought(self.workspace.twin.deliveries.start("slash_commands", payload, self.workspace))
        if delivery.failed is None:
            slack_interactions.said_at_once(url, delivery.ack)
        return Interaction(delivery, trigger)

    async def shortcut(self, message: Message, name: str) -> Interaction:
        """Choose a message shortcut from a message's menu."""
        self._has_app()
        if name not in self.workspace.twin.app.shortcuts or message.ephemeral_to is not None:
            raise NotOffered(f"no shortcut {name!r}, but {sorted(self.workspace.twin.app.shortcuts)}")
        trigger, url = self.workspace.twin.tickets.trigger(self), self._url(message.channel)
        callback = self.workspace.twin.app.shortcuts[name]
        payload = slack_payloads.shortcut(message, self, callback, trigger, url)
        delivery = await brought(self.workspace.twin.deliveries.start("interactive", payload, self.workspace))
        return Interaction(delivery, trigger)

    async def mention(
        self, channel: "Channel", text: str, files: Sequence[File] = (), thread: Message | None = None
    ) -> Message:
        """Write to the bot by name; ``text`` is what follows the name."""
        return await self.say(channel, f"<@{channel.workspace.bot_user_id}> {text}".rstrip(), files, thread)

    async def say_in_dm(self, text: str, files: Sequence[File] = (), thread: Message | None = None) -> Message:
        """Write to the bot in their DM."""
        if not self.workspace.twin.app.messages_tab:
            raise NotOffered("the app's messages tab is off")
        return await self.say(self.dm, text, files, thread)

    async def say(
        self, channel: "Channel", text: str, files: Sequence[File] = (), thread: Message | None = None
    ) -> Message:
        """Write in a conversation. ``text`` is what the app sees of it: Slack has escaped it and resolved mentions."""
        if self not in channel.members or channel.archived:
            raise NotOffered(f"{self.name} cannot write in {channel.name}")
        root = None if thread is None else thread.thread_ts or thread.ts
        message = Message(channel, self.workspace.twin.clock.ts(), text, author=self, thread_ts=root)
        message.files = [self.workspace.keep(file, self) for file in files]
        return channel.workspace.post(message)

    async def edit(self, message: Message, text: str) -> None:
        """Change what they wrote."""
        self._mine(message)
        message.text = text
        message.edits.append(Edit(text, message.blocks, self.workspace.twin.clock.now()))
        self.workspace.twin.clock.tell()
        self.workspace.twin.events.edited(message)

    async def delete(self, message: Message) -> None:
        """Delete what they wrote; replies to it stay."""
        self._mine(message)
        message.deleted = True
        self.workspace.twin.clock.tell()
        self.workspace.twin.events.deleted(message)

    async def click(self, place: Message | View, button: str) -> Interaction:
        """Press a button by its label or action_id, in a message, a modal or the home tab."""
        for block, element in slack_marks.buttons(place.blocks):
            if button in {element.get("action_id"), element["text"]["text"]}:
                return await self._act(place, block, element, {"value": element.get("value"), "text": element["text"]})
        raise NotOffered(f"no button {button!r}, but {place.buttons}")

    async def choose(self, place: Message | View, menu: str, option: str) -> Interaction:
        """Choose in a menu that acts at once (not in an input of a modal), by the menu's action_id."""
        for block in place.blocks:
            for element in slack_marks.walk(block):
                acts = block["type"] != "input" or block.get("dispatch_action")
                if element.get("action_id") == menu and acts:
                    return await self._act(place, block, element, slack_forms.option_of(element, option))
        raise NotOffered(f"no menu {menu!r} that acts at once")

    async def submit(self, view: View, entries: Mapping[str, Entry] | None = None) -> Interaction:
        """Fill a modal in, by block_id, action_id or label, and submit it."""
        if view is not self.modal or view.content.get("submit") is None:
            raise NotOffered(f"{view.title!r} cannot be submitted")
        view.values, view.errors = slack_forms.fill_in(view, entries or {}, self), {}
        return await slack_interactions.submit(view)

    async def close(self, view: View) -> Interaction | None:
        """Close a modal without submitting it."""
        if view is not self.modal:
            raise NotOffered(f"{view.title!r} is not open")
        return await slack_interactions.close(view)

    async def open_home(self, seconds: float = slack_interactions.PATIENCE) -> View:
        """Open the app's home tab, and wait for what it publishes."""
        twin, before = self.workspace.twin, self.home
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": self.dm.id, "tab": "home"}
        told = twin.events.send(
            self.workspace, "app_home_opened", event | ({"view": before.described()} if before else {})
        )
        if told is None:
            raise NotOffered("the app does not listen for app_home_opened")
        return await twin.until(lambda: self.home if self.home is not before else None, seconds)

    def invite_bot(self, channel: "Channel") -> None:
        """Bring the bot into a channel (``/invite @Tweenbot``)."""
        if not channel.bot_in:
            channel.bot_in = True
            channel.workspace.twin.events.joined(channel, self)

    async def install(self, url: str, *, everywhere: bool = False, allows: bool = True) -> Visit:
        """Follow the app's install link to Slack's page, allow it (or cancel), and come back to the app.

        ``everywhere``: in all of the organization. Returns the app's last page.
        """
        return await slack_oauth.visit(self, url, everywhere=everywhere, allows=allows)

    def described(self, *, with_locale: bool) -> Json:
        """The user object."""
        profile = {"display_name": self.name, "real_name": self.name.title(), "team": self.workspace.id}
        found: Json = {"id": self.id, "team_id": self.workspace.id, "name": self.name, "deleted": False}
        found |= {"real_name": self.name.title(), "profile": profile, "is_admin": self.admin, "is_bot": False}
        found |= {"tz": "Europe/Berlin", "tz_offset": 3600, "is_app_user": False}
        return found | ({"locale": self.locale} if with_locale else {})

    async def _act(self, place: Message | View, block: Json, element: Json, told: Json) -> Interaction:
        self._has_app()
        twin = self.workspace.twin
        action = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
        action |= {name: value for name, value in told.items() if value is not None}
        if isinstance(place, View):
            trigger = twin.tickets.trigger(self, place)
            payload = slack_payloads.pressed_in_view(place, action, trigger)
        else:
            if place not in place.channel.seen_by(self):
                raise NotOffered("that message is not there for them")
            trigger = twin.tickets.trigger(self)
            payload = slack_payloads.pressed_in_message(place, self, action, trigger, self._url(place.channel, place))
        delivery = await brought(twin.deliveries.start("interactive", payload, self.workspace))
        return Interaction(delivery, trigger)

    def _mine(self, message: Message) -> None:
        if message.author is not self or message.deleted:
            raise NotOffered(f"{message!r} is not theirs")

    def _has_app(self) -> None:
        """Slack Connect: a stranger may press buttons at Slack, too; what the app gets of that is not known here."""
        if self.workspace.installation is None:
            raise NotOffered(f"the app is not installed in {self.workspace.name}")

    def _url(self, channel: "Channel", source: Message | None = None) -> ResponseUrl:
        return self.workspace.twin.tickets.url(self, channel, source)
