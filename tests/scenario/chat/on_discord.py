"""Discord as the place where a situation is played: the twin, and the real program."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.card import Action
from bot.domain.server import Rules
from bot.ports import Deed
from tests.scenario.at_fal import at
from tests.scenario.bot import Bot, running
from tests.scenario.chat.chat import ANN, DIRECT, END, PROMPT, ROOM, START, Card, Image, Post, in_peace
from tests.scenario.chat.decided import decide, deeds
from tests.twins import discord_contract
from tests.twins.discord import Channel, DiscordTwin, File, Interaction, Message, Person
from tests.twins.fal import FalTwin

MENU = "Tween these images"


@dataclass(frozen=True)
class DiscordCard:
    """A card in a message."""

    message: Message

    @property
    def text(self) -> str:
        """All that it says."""
        return self.message.text

    @property
    def actions(self) -> list[Action]:
        """What its buttons do, in order."""
        ids = [button.custom_id.split(":") for button in self.message.buttons if button.custom_id]
        return [Action(name) for _, name, *_ in ids]

    @property
    def shows_frames(self) -> bool:
        """Whether it shows both images, in one picture."""
        return len(self.message.shown) == 1

    @property
    def is_there(self) -> bool:
        """Whether it has not been deleted."""
        return not self.message.deleted


class OnDiscord:
    """``Chat`` on Discord: one server, in which the bot is a member."""

    def __init__(self, twin: DiscordTwin, fal: FalTwin, folder: Path) -> None:
        self.twin = twin
        self.fal = fal
        self.guild = twin.guild("Studio")
        self.largest = self.guild.upload_limit
        self._folder = folder
        self._people: dict[str, Person] = {}
        self._rooms: dict[str, Channel] = {}
        self._taken: set[int] = set()
        self._newest: Interaction | None = None
        self._opened: dict[str, Interaction] = {}

    @property
    def acknowledged(self) -> list[float]:
        """Seconds to the first response, of all interactions that have one."""
        waits = [each.acknowledged_after for each in self.twin.interactions]
        return [seconds for seconds in waits if seconds is not None]

    async def decide(self, rules: Rules) -> None:
        """Set the rules of the server."""
        await decide(self._folder, "discord", str(self.guild.id), rules)

    async def deeds(self) -> list[Deed]:
        """Return the log of the server."""
        return await deeds(self._folder, "discord", str(self.guild.id))

    @asynccontextmanager
    async def bot(self, **settings: str) -> AsyncIterator[Bot]:
        """Run the bot; it is on the gateway then, and its commands are there."""
        async with running(self._folder, {**at(self.fal), **self.twin.env, **settings}) as bot:
            await self.twin.until_online()
            yield bot
            if not bot.killed:
                await in_peace(bot)
        await self.twin.until(lambda: not self.twin.hub.live)

    async def ask(
        self,
        prompt: str = PROMPT,
        *,
        by: str = ANN,
        room: str = ROOM,
        images: tuple[Image, Image] = (START, END),
        **options: object,
    ) -> DiscordCard:
        """Use ``/tween``."""
        start, end = (File(image.name, image.data) for image in images)
        place = self._place(by, room)
        given = {"start": start, "end": end, "prompt": prompt, **options}
        self._newest = await self._person(by).slash(place, "tween", **given)  # type: ignore[arg-type]
        card = await self._newest.shown()
        assert not card.ephemeral, card.text
        self._taken.add(card.id)
        return DiscordCard(card)

    async def ask_by_form(self, options: str, prompt: str = PROMPT, *, by: str = ANN, room: str = ROOM) -> None:
        """Use the menu of a message with two images: its form has a field for all options."""
        person = self._person(by)
        files = [File(image.name, image.data) for image in (START, END)]
        message = await person.post(self._place(by, room), files=files)
        form = await (await person.menu(message, MENU)).modal()
        self._newest = await person.submit(form, {"prompt": prompt, "options": options})
        await self._newest.response()

    async def ask_in_vain(self, prompt: str, *, by: str = ANN, room: str = ROOM) -> str:
        """Use ``/tween``, and read the answer."""
        start, end = (File(image.name, image.data) for image in (START, END))
        await self._person(by).slash(self._place(by, room), "tween", start=start, end=end, prompt=prompt)
        return await self.told(by)

    async def redeliver(self) -> None:
        """Send the newest command's interaction once more."""
        assert self._newest is not None
        self.twin.redeliver(self._newest)

    async def press(self, card: Card, action: Action, by: str = ANN) -> None:
        """Click a button."""
        assert isinstance(card, DiscordCard)
        pressed = await self._person(by).click(card.message, f"tween:{action.value}:")
        self._opened[by] = pressed
        await pressed.response()

    async def fill(self, *, by: str = ANN, prompt: str | None = None, end: Image | None = None) -> None:
        """Submit the modal."""
        form = await self._opened[by].modal()
        answers = {"prompt": prompt, "end": None if end is None else File(end.name, end.data)}
        given = {name: answer for name, answer in answers.items() if answer is not None}
        self._newest = await self._person(by).submit(form, given)
        await self._newest.response()

    async def told(self, by: str = ANN) -> str:
        """Wait for an ephemeral message."""
        person = self._person(by)

        def found() -> list[Message]:
            own = [each for each in self.twin.interactions if each.person is person]
            answers = [m for each in own for m in (each.original, *each.followups) if m is not None]
            return [m for m in answers if m.ephemeral and not m.loading]

        return (await self._next(found)).text

    async def next_card(self, by: str = ANN, room: str = ROOM) -> DiscordCard:
        """Wait for a message with a container in it."""
        place = self._place(by, room)
        found = await self._next(lambda: [m for m in place.messages if m.accent_color is not None])
        return DiscordCard(found)

    async def video(self, by: str = ANN, room: str = ROOM) -> Post:
        """Wait for a message with a video."""
        place = self._place(by, room)
        return _post(await self._next(lambda: _films(place)))

    def videos(self, by: str = ANN, room: str = ROOM) -> list[Post]:
        """All messages with a video."""
        return [_post(message) for message in _films(self._place(by, room))]

    async def until(self, card: Card, *words: str) -> None:
        """Wait until the card says all of this."""
        try:
            await self.twin.until(lambda: all(word in card.text for word in words))
        except TimeoutError:
            raise AssertionError(f"it does not say {words}, but {card.text!r}") from None

    async def offered(self, card: Card, action: Action) -> None:
        """Wait until the card has this button."""
        await self.twin.until(lambda: action in card.actions)

    async def pictured(self, card: Card) -> None:
        """Wait until the card shows both images."""
        await self.twin.until(lambda: card.shows_frames)

    async def _next(self, found: Callable[[], Sequence[Message]]) -> Message:
        message = await self.twin.until(lambda: next((m for m in found() if m.id not in self._taken), None))
        assert message is not None
        self._taken.add(message.id)
        return message

    def _person(self, name: str) -> Person:
        if name not in self._people:
            self._people[name] = self.twin.user(name)
            self.guild.join(self._people[name])
        return self._people[name]

    def _place(self, by: str, room: str) -> Channel:
        person = self._person(by)
        if room == DIRECT:
            return person.dm
        if room not in self._rooms:
            self._rooms[room] = self.guild.channel(room)
        return self._rooms[room]


def _films(place: Channel) -> list[Message]:
    return [m for m in place.messages if any(each.name.endswith(".mp4") for each in m.attachments)]


def _post(message: Message) -> Post:
    film = message.attachment
    pings = tuple(each.name if not isinstance(each, str) else each for each in message.pings)
    card = None if message.reference is None else DiscordCard(message.reference)
    return Post(film.data, film.description or "", pings, card)


@asynccontextmanager
async def opened(fal: FalTwin, folder: Path) -> AsyncIterator[OnDiscord]:
    """A Discord that holds every request against the official document."""
    if not discord_contract.is_available():
        pytest.skip(discord_contract.WHY_SKIPPED)
    async with DiscordTwin() as twin:
        twin.contract = discord_contract.problems
        yield OnDiscord(twin, fal, folder)
