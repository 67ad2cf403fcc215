"""Answers to whoever acted, which nobody else sees."""

import io
from collections.abc import Mapping
from typing import Any

import discord
import structlog
from discord import ui

from adapters.discord.errors import LIBRARY
from adapters.discord.text import block, quiet
from bot.domain.errors import NotHere, NotThem, TweenError
from bot.wording import chat
from bot.wording import discord as words
from bot.wording.refusals import explain

log = structlog.get_logger()

ROOM, MOST = 1800, 4000
"""Characters of a refusal, and of a message, at most (Discord's documentation, "Component Reference")."""


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


async def hand(interaction: discord.Interaction, text: str, name: str, data: bytes) -> None:
    """Say something to whoever acted, and give a file along; the answer was deferred."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(text[:MOST]))
    view.add_item(ui.File(f"attachment://{name}"))
    view.stop()
    try:
        await interaction.edit_original_response(view=view, attachments=[discord.File(io.BytesIO(data), name)])
    except LIBRARY as error:
        log.warning("not_told", error=type(error).__name__)


async def refuse(interaction: discord.Interaction, error: TweenError) -> None:
    """Say why something was not taken or done, and how to mend it."""
    why = quiet(explain(error))
    shortened = why if len(why) <= ROOM else f"{why[: ROOM - 1].rstrip()}…"
    await give_back(interaction, f"{words.REFUSED} {shortened}{_elsewhere(error)}")


async def give_back(interaction: discord.Interaction, text: str) -> None:
    """Say something, and what was typed into the form that it is said of: a form that was sent is gone."""
    parts = [text, words.YOUR_WORDS]
    for each in _typed(interaction):
        if sum(map(len, parts)) + len(block(each)) < MOST - len(parts):
            parts.append(block(each))
    await tell(interaction, "\n".join(parts) if len(parts) > 2 else text)


def _typed(interaction: discord.Interaction) -> list[str]:
    """Return the texts of a form's fields; none where it is no form that was sent."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return []
    data: Mapping[str, Any] = interaction.data or {}
    fields = (each.get("component", each) for each in data.get("components", []))
    return [typed for field in fields if (typed := str(field.get("value") or "").strip())]


def _elsewhere(error: TweenError) -> str:
    match error:
        case NotHere(channels=channels):
            return f" {chat.one_of(f'<#{each}>' for each in channels)}"
        case NotThem(roles=roles):
            return f" {chat.one_of(f'<@&{each}>' for each in roles)}"
        case _:
            return ""
