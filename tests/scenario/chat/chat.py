"""What a person does with the bot and sees of it, in words that are every chat platform's.

Each platform says how (``on_discord``), and every situation in this folder is played on each of them. People and rooms
are made when they are first named; everybody is in every room, and the bot too.
"""

import signal
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from PIL import Image as Pillow

from bot.domain.card import Action
from bot.domain.server import Rules
from bot.ports import Deed
from tests.bad_images import saved
from tests.scenario.bot import Bot
from tests.twins.fal import FalTwin
from tests.twins.fal_jobs import TwinJob

ANN, BOB = "Ann", "Bob"
ROOM = "films"
DIRECT = "direct messages"
"""In the place of a room: the conversation of whoever acts with the bot alone."""
PROMPT = "dusk turns to night"


@dataclass(frozen=True)
class Image:
    """A file that somebody attaches as an image."""

    name: str
    data: bytes


def plain(name: str, colour: str) -> Image:
    """Return a small PNG of one colour."""
    return Image(name, saved(Pillow.new("RGB", (96, 64), colour), "PNG"))


START, END = plain("dusk.png", "orange"), plain("night.png", "navy")


class Card(Protocol):
    """The message about a job, as it looks now."""

    @property
    def text(self) -> str:
        """All that it says."""
        ...

    @property
    def actions(self) -> Sequence[Action]:
        """What its buttons do, in order."""
        ...

    @property
    def shows_frames(self) -> bool:
        """Whether it shows both images."""
        ...

    @property
    def is_there(self) -> bool:
        """Whether it has not been deleted."""
        ...


@dataclass(frozen=True)
class Post:
    """A message with a video.

    ``alt`` is for those who do not see it, ``pings`` are the names of those who were notified, ``card`` is the message
    that it answers.
    """

    data: bytes
    alt: str
    pings: tuple[str, ...]
    card: Card | None


class Chat(Protocol):
    """A place where the bot is, with a fal behind it. All waiting ends after half a minute."""

    @property
    def fal(self) -> FalTwin:
        """What renders."""
        ...

    @property
    def largest(self) -> int:
        """Bytes of the largest file that a room takes."""
        ...

    @property
    def acknowledged(self) -> Sequence[float]:
        """Seconds that each command and press so far waited for the first answer of the program."""
        ...

    async def decide(self, rules: Rules) -> None:
        """Have the admins decide so; no bot is running."""
        ...

    async def deeds(self) -> Sequence[Deed]:
        """Return what is in the log, the oldest first; no bot is running."""
        ...

    def bot(self, **settings: str) -> AbstractAsyncContextManager[Bot]:
        """Run the bot; it is stopped at the end, as its operator stops it. Again is a restart: it finds what it left.

        Fails where it does not end in peace, or has logged a traceback, unless it is killed.
        """
        ...

    async def ask(
        self,
        prompt: str = PROMPT,
        *,
        by: str = ANN,
        room: str = ROOM,
        images: tuple[Image, Image] = (START, END),
        **options: object,
    ) -> Card:
        """Ask for a video, and return the card."""
        ...

    async def ask_in_vain(self, prompt: str, *, by: str = ANN, room: str = ROOM) -> str:
        """Ask for a video that is refused at once, and return why."""
        ...

    async def redeliver(self) -> None:
        """Have the platform deliver the newest command once more."""
        ...

    async def press(self, card: Card, action: Action, by: str = ANN) -> None:
        """Press a button; return once the press is acknowledged."""
        ...

    async def fill(self, *, by: str = ANN, prompt: str | None = None, end: Image | None = None) -> None:
        """Fill in the form that a press has opened, and send it. What is not named stays as the form has it."""
        ...

    async def told(self, by: str = ANN) -> str:
        """Wait for the next answer that this person alone sees."""
        ...

    async def next_card(self, by: str = ANN, room: str = ROOM) -> Card:
        """Wait for the next card in a room that no one has taken yet."""
        ...

    async def video(self, by: str = ANN, room: str = ROOM) -> Post:
        """Wait for the next video in a room that no one has taken yet."""
        ...

    def videos(self, by: str = ANN, room: str = ROOM) -> Sequence[Post]:
        """All videos that are in a room now."""
        ...

    async def until(self, card: Card, *words: str) -> None:
        """Wait until the card says all of this."""
        ...

    async def offered(self, card: Card, action: Action) -> None:
        """Wait until the card has this button."""
        ...

    async def pictured(self, card: Card) -> None:
        """Wait until the card shows both images: a platform may need a moment for a new picture."""
        ...


async def in_peace(bot: Bot) -> None:
    """Stop the bot as its operator does; fail where something is wrong."""
    bot.process.interrupt(signal.SIGTERM)
    ended = await bot.process.end()
    assert ended.status == 0, ended
    assert "Traceback" not in ended.err, ended.err


class TypedOptions(Chat, Protocol):
    """A chat whose form takes options as they are typed; where each has a field, nobody can ask like this."""

    async def ask_by_form(self, options: str, prompt: str = PROMPT, *, by: str = ANN, room: str = ROOM) -> None:
        """Ask with a form that takes options as they are typed, one a line: ``num_frames = 100``."""
        ...


def sent(fal: FalTwin, job: TwinJob) -> tuple[bytes, bytes]:
    """Return the first and the last image as they were sent to be rendered."""
    start, end = (str(job.arguments[f"{which}_image_url"]).rpartition("/")[2] for which in ("start", "end"))
    return fal.uploads[start], fal.uploads[end]


async def delivered(chat: Chat, prompt: str = PROMPT, **options: object) -> tuple[Card, Post]:
    """Have a video made for Ann; return its card, which says that it is done, and the video."""
    card = await chat.ask(prompt, **options)  # type: ignore[arg-type]  # the model's options
    (await chat.fal.next_job()).finish()
    video = await chat.video()
    await chat.until(card, "Done")
    return card, video
