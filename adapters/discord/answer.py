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
WHOLE, TYPED = "answer.txt", "typed.txt"
"""The files with what is too long for a message."""


def said(text: str) -> ui.LayoutView:
    """Return a message of nothing but text."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(text))
    view.stop()
    return view


async def think(interaction: discord.Interaction) -> bool:
    """Acknowledge what :func:`tell` answers later, before the store is asked, which may be slow.

    False where it could not be acknowledged, and so nothing is to be done: it came twice, or whoever acted is told by
    Discord that it failed.
    """
    try:
        await interaction.response.defer(ephemeral=True, thinking=True)
    except LIBRARY as error:
        log.warning("not_acknowledged", error=type(error).__name__)
        return False
    return True


async def tell(interaction: discord.Interaction, text: str, file: tuple[str, bytes] | None = None) -> None:
    """Say something to whoever acted, and give a file along, by its name.

    What is longer than a message is the file itself, below as much of it as a message holds.
    """
    if file is None and len(text) > MOST:
        file = (WHOLE, text.encode(errors="replace"))
    view = said(text if len(text) <= MOST else f"{text[: MOST - 1]}…")
    if file is not None:
        view.add_item(ui.File(f"attachment://{file[0]}"))
    await reply(interaction, view, file)


async def reply(interaction: discord.Interaction, view: ui.LayoutView, file: tuple[str, bytes] | None = None) -> None:
    """Show something to whoever acted."""
    files = [] if file is None else [discord.File(io.BytesIO(file[1]), file[0])]
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(view=view, files=files, ephemeral=True)
        elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(view=view, attachments=files)
        else:
            await interaction.followup.send(view=view, files=files, ephemeral=True)
    except LIBRARY as error:
        log.warning("not_told", error=type(error).__name__)


async def refuse(interaction: discord.Interaction, error: TweenError) -> None:
    """Say why something was not taken or done, and how to mend it."""
    why = quiet(explain(error))
    shortened = why if len(why) <= ROOM else f"{why[: ROOM - 1].rstrip()}…"
    await give_back(interaction, f"{words.REFUSED} {shortened}{_elsewhere(error)}")


async def give_back(interaction: discord.Interaction, text: str) -> None:
    """Say something, and what was typed into the form that it is said of: a form that was sent is gone.

    What does not fit beside it is in a file.
    """
    parts, typed = [text, words.YOUR_WORDS], _typed(interaction)
    for each in typed:
        if sum(map(len, parts)) + len(block(each)) < MOST - len(parts):
            parts.append(block(each))
    is_whole = len(parts) == len(typed) + 2
    file = None if is_whole else (TYPED, "\n\n".join(typed).encode(errors="replace"))
    await tell(interaction, "\n".join(parts) if typed else text, file)


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
