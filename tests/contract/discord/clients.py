"""A small bot on the real discord.py, which the twin's tests drive."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import discord
from discord import app_commands

from tests.twins.discord import DiscordTwin

Handler = Callable[["discord.Interaction[Client]"], Awaitable[object]]


class Client(discord.Client):
    """Every interaction goes to ``on``, the handler of the moment; what a handler raises is kept in ``errors``."""

    def __init__(self, intents: discord.Intents | None = None, *, sync: bool = True) -> None:
        super().__init__(intents=intents or discord.Intents.default(), guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)
        self.on: Handler | None = None
        self.got: asyncio.Queue[discord.Interaction[Client]] = asyncio.Queue()
        self.errors: list[Exception] = []
        self.is_up = asyncio.Event()
        self._sync = sync
        declare(self)

    async def setup_hook(self) -> None:
        """Overwrite the commands."""
        if self._sync:
            await self.tree.sync()

    async def on_ready(self) -> None:
        """The guilds are known."""
        self.is_up.set()

    async def on_interaction(self, interaction: "discord.Interaction[Client]") -> None:
        """Hand an interaction to the handler of the moment."""
        self.got.put_nowait(interaction)
        if self.on is not None:
            try:
                await self.on(interaction)
            except discord.HTTPException as error:
                self.errors.append(error)


def declare(client: Client) -> None:
    """Add a slash command with every kind of option that the bot has, one with a subcommand, and a message's menu."""

    @client.tree.command(name="tween", description="Makes the video in between")
    @app_commands.describe(
        start="First", prompt="What happens", seconds="How long", loop="Back again", strength="How much"
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def tween(
        interaction: discord.Interaction,
        start: discord.Attachment,
        prompt: str,
        seconds: app_commands.Range[int, 1, 10] = 5,
        strength: app_commands.Range[float, 0, 1] = 0.5,
        loop: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """Answered by on_interaction."""

    @tween.autocomplete("prompt")
    async def suggest(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current}ck", value="duck")]

    admin = app_commands.Group(
        name="tween-admin",
        description="For managers",
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
    )

    @admin.command(name="limits", description="Shows the limits")
    async def limits(interaction: discord.Interaction) -> None:
        """Answered by on_interaction."""

    client.tree.add_command(admin)

    @client.tree.context_menu(name="Tween these images")
    async def menu(interaction: discord.Interaction, message: discord.Message) -> None:
        """Answered by on_interaction."""


@asynccontextmanager
async def running(
    twin: DiscordTwin, intents: discord.Intents | None = None, *, sync: bool = True
) -> AsyncIterator[Client]:
    """Run a client until the block ends."""
    client = Client(intents, sync=sync)
    task = asyncio.create_task(client.start(twin.token), name="discord.py")
    waiting = asyncio.create_task(client.is_up.wait(), name="is it up")
    try:
        await asyncio.wait((task, waiting), timeout=20, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        assert client.is_up.is_set()
        yield client
    finally:
        waiting.cancel()
        await client.close()
        await asyncio.gather(task, waiting, return_exceptions=True)


def of_bytes(count: int, name: str = "v.mp4") -> discord.File:
    """A file so big."""
    return discord.File(io.BytesIO(bytes(count)), name)
