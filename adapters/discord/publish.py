"""A private video becomes everyone's: its author presses *Publish*, and the bot posts it in the channel."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, Self, cast

import discord
from discord import ui

from bot.wording import discord as words


class Publishes(Protocol):
    """The client that the button comes through."""

    publish: Callable[[discord.Interaction, str], Awaitable[None]]
    """Posts the video of the message that was clicked: (interaction, job id)."""


class PublishButton(ui.DynamicItem[ui.Button[Any]], template=r"publish:(?P<job>[^\s]{1,80})"):
    """*Publish*, under a video that its author alone sees."""

    def __init__(self, job_id: str) -> None:
        button: ui.Button[Any] = ui.Button(
            label=words.PUBLISH, style=discord.ButtonStyle.primary, custom_id=f"publish:{job_id}", emoji="📣"
        )
        super().__init__(button)
        self._job_id = job_id

    @classmethod
    def alone(cls, job_id: str) -> ui.View:
        """Return a view of this button, which the library need not remember."""
        view = ui.View(timeout=None)
        view.add_item(cls(job_id))
        view.stop()
        return view

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction, __: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Make the button that was pressed from its ``custom_id``."""
        return cls(match["job"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Publish."""
        await cast("Publishes", interaction.client).publish(interaction, self._job_id)
