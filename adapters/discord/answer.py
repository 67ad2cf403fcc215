"""Answers to whoever acted, which nobody else sees."""

import discord
import structlog
from discord import ui

from adapters.discord.errors import LIBRARY
from bot.domain.errors import NotHere, NotThem, TweenError
from bot.wording import discord as words
from bot.wording.refusals import explain

log = structlog.get_logger()


def said(text: str) -> ui.LayoutView:
    """Return a message of nothing but text."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(text))
    view.stop()
    return view


async def tell(interaction: discord.Interaction, text: str) -> None:
    """Say something to whoever acted."""
    view = said(text)
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(view=view, ephemeral=True)
        elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(view=view)
        else:
            await interaction.followup.send(view=view, ephemeral=True)
    except LIBRARY as error:
        log.warning("not_told", error=type(error).__name__)


async def refuse(interaction: discord.Interaction, error: TweenError) -> None:
    """Say why something was not taken or done, and how to mend it."""
    await tell(interaction, f"{words.REFUSED} {explain(error)}{_elsewhere(error)}")


def _elsewhere(error: TweenError) -> str:
    match error:
        case NotHere(channels=channels):
            return f" {words.one_of(f'<#{each}>' for each in channels)}"
        case NotThem(roles=roles):
            return f" {words.one_of(f'<@&{each}>' for each in roles)}"
        case _:
            return ""
