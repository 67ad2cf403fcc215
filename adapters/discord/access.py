"""Where a job's card and video can go, decided before anything is spent.

The bot needs more than the interaction's token: the token dies after fifteen minutes, and posts nothing that pings.
"""

from dataclasses import dataclass
from enum import Enum

import discord

NEEDED = ("view_channel", "send_messages", "attach_files", "read_message_history")
"""What it takes to edit a card after the token's death, and to post the video as a reply to it."""
NAMES = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}
"""As the server's settings show them in English."""


class Surface(Enum):
    """Where a job lives: in the channel, in the eyes of its author alone, or in the author's direct messages."""

    CHANNEL = "channel"
    PRIVATE = "private"
    DIRECT = "direct"


@dataclass(frozen=True)
class Access:
    """The surface, and what the bot lacks in the channel, by the names of the permissions."""

    surface: Surface
    missing: tuple[str, ...] = ()


def access_of(interaction: discord.Interaction, *, private: bool) -> Access:
    """Return where the job of this interaction can go."""
    missing = lacking(interaction)
    if private:
        return Access(Surface.PRIVATE, missing)
    if interaction.guild_id is None:
        # Among two people, or a group, the bot is a guest that an interaction let in.
        is_own = interaction.context.dm_channel
        return Access(Surface.CHANNEL if is_own else Surface.DIRECT)
    if not interaction.is_guild_integration() or missing:
        return Access(Surface.DIRECT, missing if interaction.is_guild_integration() else ())
    return Access(Surface.CHANNEL)


def lacking(interaction: discord.Interaction) -> tuple[str, ...]:
    """Return the permissions that the bot lacks where the interaction comes from; none outside of servers."""
    if interaction.guild_id is None:
        return ()
    needed = list(NEEDED)
    if isinstance(interaction.channel, discord.Thread):
        needed[1] = "send_messages_in_threads"
    return tuple(NAMES[each] for each in needed if not getattr(interaction.app_permissions, each))
