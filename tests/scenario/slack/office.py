"""An office on Slack: a workspace with a channel, somebody in it, a fal behind the bot, and the bot as a process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.fernet import Fernet

from tests.scenario.at_fal import at
from tests.scenario.bot import Bot, free_port, running
from tests.twins.fal import FalTwin
from tests.twins.slack import File, Message, SlackTwin, User, View, Workspace
from tests.twins.slack_forms import Entry
from tests.twins.slack_places import Channel

PROMPT = "dusk turns to night"
KEY = Fernet.generate_key().decode()
Mode = Literal["socket", "http", "oauth"]


@dataclass(frozen=True)
class Office:
    """What a situation begins with: ``ann`` works in ``acme``, and the bot is in the channel ``videos`` there."""

    slack: SlackTwin
    fal: FalTwin
    folder: Path
    photos: tuple[Path, Path]
    acme: Workspace
    videos: Channel
    ann: User

    @property
    def start(self) -> File:
        """The first image, as it is attached."""
        return File(self.photos[0].name, self.photos[0].read_bytes())

    @property
    def end(self) -> File:
        """The last image, as it is attached."""
        return File(self.photos[1].name, self.photos[1].read_bytes())

    def env(self, mode: Mode = "socket") -> dict[str, str]:
        """Return the environment of the bot."""
        env = {**at(self.fal), **self.slack.env(mode)}
        if mode == "oauth":
            env |= {"TWEENBOT_SECRET_KEY": KEY}
        return env

    @asynccontextmanager
    async def bot(
        self, env: Mapping[str, str] | None = None, *arguments: str, mode: Mode = "socket", public: bool = False
    ) -> AsyncIterator[Bot]:
        """Run the bot until the context ends, ready to take commands; Slack reaches it by the way of its mode.

        ``public``: it has an address for links, which it has in every mode but Socket Mode anyway.
        """
        port, whole = 0, self.env(mode)
        if public or mode != "socket":
            port = free_port()
            whole["TWEENBOT_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        if mode == "socket":
            self.slack.request_url = ""
        else:
            self.slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        before = self.slack.sockets.ever
        async with running(self.folder, whole | dict(env or {}), *arguments, port=port) as bot:
            if mode == "socket":
                await self.slack.until(lambda: self.slack.sockets.ever > before)
            yield bot

    async def tween(self, prompt: str = PROMPT, **options: str) -> Message:
        """Have Ann ask for a video in the channel; return the card."""
        return await self.asked(self.ann, self.videos, prompt, **options)

    async def asked(self, person: User, channel: Channel, prompt: str = PROMPT, **options: str) -> Message:
        """Have somebody ask for a video, by the form; return the card."""
        before = len(channel.by_bot)
        form = await self.form(person, channel, prompt)
        entries: dict[str, Entry] = {"start": self.start, "end": self.end, **options}
        submitted = await person.submit(form, entries)
        assert submitted.failed is None, submitted.failed
        assert form.errors == {}, form.errors
        return await self.slack.until(lambda: channel.by_bot[before] if len(channel.by_bot) > before else None)

    async def form(self, person: User, channel: Channel, prompt: str = PROMPT) -> View:
        """Have somebody type ``/tween`` with a prompt; return the form that opens."""
        return await (await person.slash(channel, "/tween", prompt)).modal()

    async def finished(self, channel: Channel | None = None) -> Message:
        """Have fal finish the next job; return the message with its video."""
        (await self.fal.next_job()).finish()
        return await self.video(channel)

    async def video(self, channel: Channel | None = None) -> Message:
        """Return the bot's latest message with a video in the channel, once there is one."""
        place = channel or self.videos
        return await self.slack.until(lambda: next((m for m in reversed(place.by_bot) if has_video(m)), None))

    async def until(self, card: Message, *words: str) -> None:
        """Wait until the card says all of this."""
        await self.slack.until(lambda: all(word in card.all_text for word in words))


def has_video(message: Message) -> bool:
    """Whether a video hangs on a message."""
    return any(file.name.endswith(".mp4") for file in message.files)
