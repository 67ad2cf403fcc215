"""discord.py's client, pointed at Discord or at where the settings say, with no more in memory than jobs need."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from adapters.discord.answer import give_back, tell
from adapters.discord.buttons import JobButton
from adapters.discord.forget import ForgetButton
from adapters.discord.publish import PublishButton
from adapters.discord.translate import Translator
from bot.domain.card import Action
from bot.wording import discord as words

log = structlog.get_logger()

LONGEST_WAIT_S = 30.0
"""What a rate limit may keep a call waiting; what takes longer is tried again by the flow, with the newest card."""


@dataclass(frozen=True)
class Hooks:
    """What the client hands on."""

    press: Callable[[discord.Interaction, Action, str], Awaitable[None]]
    publish: Callable[[discord.Interaction, str], Awaitable[None]]
    forget: Callable[[discord.Interaction], Awaitable[None]]
    submitted: Callable[[discord.Interaction], Awaitable[bool]]
    joined: Callable[[str], Awaitable[None]]
    """The bot was brought into the server of this id."""
    left: Callable[[str], Awaitable[None]]
    """The bot was taken out of the server of this id."""


class TweenClient(discord.AutoShardedClient):
    """The client. Commands and buttons come to it; it reads no messages, so it needs no privileged intent."""

    press: Callable[[discord.Interaction, Action, str], Awaitable[None]]
    publish: Callable[[discord.Interaction, str], Awaitable[None]]
    forget: Callable[[discord.Interaction], Awaitable[None]]

    def __init__(self) -> None:
        # It says nothing, and hears nothing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            # Servers with their channels and roles: whether a channel is age-restricted, and how large a file may be.
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=LONGEST_WAIT_S,
        )
        self.tree = CommandTree(self)
        self._submitted: Callable[[discord.Interaction], Awaitable[bool]]
        self._joined: Callable[[str], Awaitable[None]]
        self._left: Callable[[str], Awaitable[None]]

    async def hook(self, hooks: Hooks) -> None:
        """Serve commands and buttons from now on."""
        self.press, self.publish, self.forget = hooks.press, hooks.publish, hooks.forget
        self._submitted, self._joined, self._left = hooks.submitted, hooks.joined, hooks.left
        self.add_dynamic_items(JobButton, PublishButton, ForgetButton)
        await self.tree.set_translator(Translator())

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take a modal's submit: the library knows the modals that it keeps in memory, and none of ours is."""
        if interaction.type is discord.InteractionType.modal_submit:
            try:
                if not await self._submitted(interaction):
                    await give_back(interaction, words.NO_JOB)
            except Exception:
                log.exception("modal_failed")
                await give_back(interaction, words.FAULT)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Take note that the bot was brought into a server; Discord does not say by whom."""
        await self._joined(str(guild.id))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Take note that the bot was taken out of a server."""
        await self._left(str(guild.id))

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:  # noqa: ANN401  # discord.py's own
        """Log a fault in a handler, without what it was called with."""
        log.error("event_failed", event_name=event_method, exc_info=True)  # noqa: LOG014  # it is called within a handler


class CommandTree(app_commands.CommandTree[TweenClient]):
    """The tree; a fault in a command is logged, and said to whoever gave it."""

    async def on_error(
        self, interaction: discord.Interaction[TweenClient], error: app_commands.AppCommandError, /
    ) -> None:
        """Say that something went wrong, where nothing was said yet."""
        if isinstance(error, app_commands.CheckFailure):
            return
        log.error("command_failed", exc_info=error)
        await tell(interaction, words.FAULT)


def point_at(api_url: str | None, gateway_url: str | None) -> None:
    """Have the library talk to another address; it keeps both for the whole process."""
    if api_url is not None:
        Route.BASE = api_url.rstrip("/")
    if gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway_url)
