"""A studio on Discord: a server with a channel, somebody in it, a fal behind the bot, and the bot as a process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.scenario.at_fal import at
from tests.scenario.bot import Bot, free_port, running
from tests.twins.discord import Channel, DiscordTwin, File, Guild, Interaction, Message, Person
from tests.twins.discord_options import Value
from tests.twins.fal import FalTwin

PROMPT = "dusk turns to night"


@dataclass(frozen=True)
class Studio:
    """What a situation begins with: ``ann`` is a member of ``guild``, where the bot is one too."""

    discord: DiscordTwin
    fal: FalTwin
    folder: Path
    photos: tuple[Path, Path]
    guild: Guild
    room: Channel
    ann: Person

    @property
    def env(self) -> dict[str, str]:
        """The environment of the bot."""
        return {**at(self.fal), **self.discord.env}

    @property
    def start(self) -> File:
        """The first image, as it is attached."""
        return File(self.photos[0].name, self.photos[0].read_bytes())

    @property
    def end(self) -> File:
        """The last image, as it is attached."""
        return File(self.photos[1].name, self.photos[1].read_bytes())

    @asynccontextmanager
    async def bot(
        self, env: Mapping[str, str] | None = None, *arguments: str, public: bool = False
    ) -> AsyncIterator[Bot]:
        """Run the bot until the context ends, ready to take commands. ``public``: it has an address for links."""
        port = free_port() if public else 0
        links = {"TWEENBOT_PUBLIC_URL": f"http://127.0.0.1:{port}"} if public else {}
        async with running(self.folder, {**self.env, **links, **(env or {})}, *arguments, port=port) as bot:
            await self.discord.until_online()
            yield bot

    async def tween(self, prompt: str = PROMPT, **options: Value) -> Message:
        """Have Ann ask for a video in the room; return the card."""
        return await self.asked(self.ann, self.room, prompt, **options)

    async def asked(self, person: Person, channel: Channel, prompt: str = PROMPT, **options: Value) -> Message:
        """Have somebody ask for a video; return the card, which is then no news of the channel's any more."""
        asked = await person.slash(channel, "tween", start=self.start, end=self.end, prompt=prompt, **options)
        card = await asked.shown()
        if not card.ephemeral:
            assert await channel.next_message() is card
        return card

    async def refused(self, person: Person, channel: Channel, prompt: str = PROMPT, **options: Value) -> str:
        """Have somebody ask for a video that the bot does not take; return what it says to them alone."""
        return await answer(
            await person.slash(channel, "tween", start=self.start, end=self.end, prompt=prompt, **options)
        )

    async def finished(self, channel: Channel | None = None) -> Message:
        """Have fal finish the next job; return the bot's next message in the channel, which is the room by default."""
        (await self.fal.next_job()).finish()
        return await (channel or self.room).next_message()

    async def until(self, card: Message, *words: str) -> None:
        """Wait until the card says all of this."""
        await self.discord.until(lambda: all(word in card.text for word in words))

    def somebody(self, name: str, *, manages: bool = False) -> Person:
        """Let another person into the server."""
        person = self.discord.user(name)
        self.guild.join(person, manages=manages)
        return person


async def answer(interaction: Interaction) -> str:
    """Return what the bot answers, which is for one person's eyes."""
    shown = await interaction.shown()
    assert shown.ephemeral
    assert not shown.pings
    return shown.text
