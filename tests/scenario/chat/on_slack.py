"""Slack as the place where a situation is played: the twin, and the real program, over Socket Mode."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

from adapters.slack.buttons import PREFIX
from adapters.slack.form_fields import IMAGES
from adapters.slack.manifest import manifest
from bot.domain.card import Action
from bot.domain.server import Rules
from bot.ports import Deed
from tests.scenario.at_fal import at
from tests.scenario.bot import Bot, running
from tests.scenario.chat.chat import ANN, DIRECT, END, PROMPT, ROOM, START, Card, Image, Post, in_peace
from tests.scenario.chat.decided import decide, deeds
from tests.twins.fal import FalTwin
from tests.twins.slack import App, File, Message, SlackTwin, User, View
from tests.twins.slack_forms import Entry
from tests.twins.slack_interactions import Interaction, brought
from tests.twins.slack_marks import buttons
from tests.twins.slack_places import Channel

GIB = 1024 * 1024 * 1024
LEFT_OUT: Mapping[str, str] = {
    "test_a_bad_option": "its form has a field for each option, so nobody types them",
    "test_two_hundred_commands_in_one_second": "its limits would decide; with them off it is in tests/scenario/slack",
}
"""Situations that there are none of here, and why."""


@dataclass(frozen=True)
class SlackCard:
    """A card in a message."""

    message: Message

    @property
    def text(self) -> str:
        """All that it says."""
        return self.message.all_text

    @property
    def actions(self) -> list[Action]:
        """What its buttons do, in order; the link to the video is none of them."""
        names = [str(button["action_id"]).removeprefix(PREFIX) for _, button in buttons(self.message.blocks)]
        return [Action(name) for name in names if name != "watch"]

    @property
    def shows_frames(self) -> bool:
        """Whether it shows both images, in one picture."""
        return len([block for block in self.message.blocks if block["type"] == "image"]) == 1

    @property
    def is_there(self) -> bool:
        """Whether it has not been deleted."""
        return not self.message.deleted


class OnSlack:
    """``Chat`` on Slack: one workspace, and the bot in all of its channels."""

    def __init__(self, twin: SlackTwin, fal: FalTwin, folder: Path) -> None:
        self.twin = twin
        self.fal = fal
        self.acme = twin.workspace("Acme")
        self.largest = GIB
        self.acknowledged: list[float] = []
        self._folder = folder
        self._people: dict[str, User] = {}
        self._rooms: dict[str, Channel] = {}
        self._taken: set[Message] = set()
        self._newest: Interaction | Message | None = None
        self._opened: dict[str, Interaction] = {}

    async def decide(self, rules: Rules) -> None:
        """Set the rules of the workspace."""
        await decide(self._folder, "slack", self.acme.id, rules)

    async def deeds(self) -> list[Deed]:
        """Return the log of the workspace."""
        return await deeds(self._folder, "slack", self.acme.id)

    @asynccontextmanager
    async def bot(self, **settings: str) -> AsyncIterator[Bot]:
        """Run the bot; it has a socket then."""
        before = self.twin.sockets.ever
        async with running(self._folder, {**at(self.fal), **self.twin.env("socket"), **settings}) as bot:
            await self.twin.until(lambda: self.twin.sockets.ever > before)
            yield bot
            # What Slack brings in the very moment of its end it brings again.
            self.twin.expects_no_ack = True
            if not bot.killed:
                await in_peace(bot)
        await self.twin.until(lambda: not self.twin.sockets.open)
        self.twin.expects_no_ack = False

    async def ask(
        self,
        prompt: str = PROMPT,
        *,
        by: str = ANN,
        room: str = ROOM,
        images: tuple[Image, Image] = (START, END),
        **options: object,
    ) -> SlackCard:
        """Use the form of ``/tween``; or a mention, where the form does not take such files."""
        start, end = (File(image.name, image.data, _claimed(image)) for image in images)
        person, place = self._person(by), self._place(by, room)
        if not all(_is_taken(image) for image in images):
            self._newest = await person.mention(place, prompt, [start, end])
            return await self.next_card(by, room)
        began = time.monotonic()
        form = await (await person.slash(place, "/tween", prompt)).modal()
        if not options.keys() <= {block["block_id"] for block in form.blocks}:
            await person.click(form, "More options")
            await self.twin.until(lambda: "More options" not in form.buttons)
        entries: dict[str, Entry] = {name: ["1"] if value is True else str(value) for name, value in options.items()}
        await self._submit(person, form, {"start": start, "end": end, "prompt": prompt, **entries}, began)
        job_id = f"slack:{self.acme.id}:{form.id}"
        card = await self.twin.until(lambda: next((m for m in place.by_bot if job_id in _values(m)), None))
        self._taken.add(card)
        return SlackCard(card)

    async def ask_in_vain(self, prompt: str, *, by: str = ANN, room: str = ROOM) -> str:
        """Mention the bot, and read the answer."""
        start, end = (File(image.name, image.data, _claimed(image)) for image in (START, END))
        await self._person(by).mention(self._place(by, room), prompt, [start, end])
        return await self.told(by)

    async def redeliver(self) -> None:
        """Send the newest form or event once more, as it is where its acknowledgement was lost."""
        if isinstance(self._newest, Message):
            await self.twin.redeliver(self._newest)
        else:
            assert self._newest is not None
            again = await brought(self.twin.deliveries.start("interactive", self._newest.payload, self.acme))
            assert again.failed is None, again.failed

    async def press(self, card: Card, action: Action, by: str = ANN) -> None:
        """Click a button, once it is there."""
        assert isinstance(card, SlackCard)
        await self.twin.until(lambda: action in card.actions)
        began = time.monotonic()
        pressed = await self._person(by).click(card.message, f"{PREFIX}{action.value}")
        assert pressed.failed is None, pressed.failed
        self.acknowledged.append(time.monotonic() - began)
        self._opened[by] = pressed

    async def fill(self, *, by: str = ANN, prompt: str | None = None, end: Image | None = None) -> None:
        """Submit the modal."""
        form = await self._opened[by].modal()
        answers: dict[str, Entry] = {"prompt": prompt, "end": None if end is None else File(end.name, end.data)}
        given = {name: answer for name, answer in answers.items() if answer is not None}
        await self._submit(self._person(by), form, given, time.monotonic())

    async def told(self, by: str = ANN) -> str:
        """Wait for an ephemeral message."""
        person = self._person(by)
        channels = self.acme.channels
        return (
            await self._next(lambda: [m for c in channels for m in c.messages if m.ephemeral_to is person])
        ).all_text

    async def next_card(self, by: str = ANN, room: str = ROOM) -> SlackCard:
        """Wait for a message with a line of facts in it."""
        place = self._place(by, room)
        return SlackCard(await self._next(lambda: [m for m in place.by_bot if _is_card(m)]))

    async def video(self, by: str = ANN, room: str = ROOM) -> Post:
        """Wait for a message with a video."""
        place = self._place(by, room)
        return self._post(await self._next(lambda: _films(place)))

    def videos(self, by: str = ANN, room: str = ROOM) -> list[Post]:
        """All messages with a video."""
        return [self._post(message) for message in _films(self._place(by, room))]

    async def until(self, card: Card, *words: str) -> None:
        """Wait until the card says all of this."""
        try:
            await self.twin.until(lambda: all(word in card.text for word in words))
        except AssertionError:
            raise AssertionError(f"it does not say {words}, but {card.text!r}") from None

    async def offered(self, card: Card, action: Action) -> None:
        """Wait until the card has this button."""
        await self.twin.until(lambda: action in card.actions)

    async def pictured(self, card: Card) -> None:
        """Wait until the card shows both images."""
        await self.twin.until(lambda: card.shows_frames)

    async def _submit(self, person: User, form: View, entries: Mapping[str, Entry], began: float) -> None:
        self._newest = await person.submit(form, entries)
        self.acknowledged.append(time.monotonic() - began)
        assert self._newest.failed is None, self._newest.failed
        assert form.errors == {}, form.errors

    async def _next(self, found: Callable[[], Sequence[Message]]) -> Message:
        message = await self.twin.until(lambda: next((m for m in found() if m not in self._taken), None))
        self._taken.add(message)
        return message

    def _post(self, message: Message) -> Post:
        film = next(file for file in message.files if file.name.endswith(".mp4"))
        names = {person.id: name for name, person in self._people.items()}
        pings = tuple(names.get(each, each) for each in message.pings)
        card = message.channel.find(message.thread_ts)
        return Post(film.data, film.alt_text, pings, None if card is None else SlackCard(card))

    def _person(self, name: str) -> User:
        if name not in self._people:
            self._people[name] = self.acme.user(name)
        return self._people[name]

    def _place(self, by: str, room: str) -> Channel:
        person = self._person(by)
        if room == DIRECT:
            return person.dm
        if room not in self._rooms:
            self._rooms[room] = self.acme.channel(room)
        return self._rooms[room]


def _claimed(image: Image) -> str:
    return f"image/{PurePath(image.name).suffix.lstrip('.')}"


def _is_taken(image: Image) -> bool:
    return PurePath(image.name).suffix.lstrip(".") in IMAGES


def _values(message: Message) -> list[str]:
    return [str(button.get("value")) for _, button in buttons(message.blocks)]


def _is_card(message: Message) -> bool:
    return any(block["type"] == "context" for block in message.blocks)


def _films(place: Channel) -> list[Message]:
    return [m for m in place.by_bot if any(each.name.endswith(".mp4") for each in m.files)]


@asynccontextmanager
async def opened(fal: FalTwin, folder: Path) -> AsyncIterator[OnSlack]:
    """A Slack whose app is the one that the bot's own manifest makes."""
    async with SlackTwin(App.from_manifest(manifest())) as twin:
        yield OnSlack(twin, fal, folder)
