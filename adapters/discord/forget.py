"""*Delete my data*: what is stored of a person's jobs, after that person has been asked once more."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol, Self, cast

import discord
from discord import ui

from bot.wording import discord as words

Stage = Literal["ask", "yes"]


class Forgets(Protocol):
    """The client that the button comes through."""

    forget: Callable[[discord.Interaction], Awaitable[None]]
    """Deletes what is stored of whoever pressed."""


class ForgetButton(ui.DynamicItem[ui.Button[Any]], template=r"forget:(?P<stage>ask|yes)"):
    """The first press asks, the second deletes."""

    def __init__(self, stage: Stage) -> None:
        label = words.FORGET if stage == "ask" else words.FORGET_YES
        style = discord.ButtonStyle.secondary if stage == "ask" else discord.ButtonStyle.danger
        super().__init__(ui.Button(label=label, style=style, custom_id=f"forget:{stage}"))
        self._stage = stage

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction, __: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Make the button that was pressed from its ``custom_id``."""
        return cls("yes" if match["stage"] == "yes" else "ask")

    async def callback(self, interaction: discord.Interaction) -> None:
        """Ask, or delete."""
        if self._stage == "yes":
            await cast("Forgets", interaction.client).forget(interaction)
            return
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.TextDisplay(words.FORGET_SURE))
        view.add_item(ui.ActionRow(ForgetButton("yes")))
        view.stop()
        await interaction.response.send_message(view=view, ephemeral=True)
