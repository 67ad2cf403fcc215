"""The form of ``/tween-admin moderation``: words, patterns and the address of the check; and what every change answers.

As with the other forms, what it is for is in its ``custom_id``: one that was open over a restart still works.
"""

from collections.abc import Mapping
from typing import Any

import discord
from discord import ui

from adapters.discord.answer import refuse, tell, think
from adapters.discord.take import NAME
from bot.domain.errors import TweenError
from bot.domain.rule_check import LONGEST_URL, ROOM, lines_of_field
from bot.domain.server import Rules
from bot.flow.office import Admin, Change, Office
from bot.wording import discord_admin as told
from bot.wording.commands import text

CUSTOM_ID = "admin:moderation"
FIELDS = ("words", "patterns", "check_url")


class AdminForms:
    """Opens the form, takes what it brings, and shows the rules as they are then."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(self, interaction: discord.Interaction) -> None:
        """Show the server's rules and budgets."""
        if await think(interaction):
            await self.shown(interaction)

    async def shown(self, interaction: discord.Interaction) -> None:
        """Show them in answer to what was acknowledged."""
        try:
            rules, budgets = await self._office.look(NAME, str(interaction.guild_id))
        except TweenError as error:
            await refuse(interaction, error)
            return
        await tell(interaction, told.rules(rules, budgets, self._office.terms))

    async def change(self, interaction: discord.Interaction, change: Change) -> None:
        """Change the rules, and show them, or say why they cannot be so."""
        if not await think(interaction):
            return
        try:
            await self._office.change(admin_of(interaction), change)
        except TweenError as error:
            await refuse(interaction, error)
            return
        await self.shown(interaction)

    async def open(self, interaction: discord.Interaction) -> None:
        """Open the form with what holds now."""
        try:
            rules, _ = await self._office.look(NAME, str(interaction.guild_id))
        except TweenError as error:
            await refuse(interaction, error)
            return
        locale = str(interaction.locale)
        modal = ui.Modal(title=text("moderation.title", locale), custom_id=CUSTOM_ID, timeout=None)
        held = ("\n".join(rules.words), "\n".join(rules.patterns), rules.check_url or "")
        for name, value in zip(FIELDS, held, strict=True):
            modal.add_item(_field(name, value, locale))
        modal.stop()
        await interaction.response.send_modal(modal)

    async def submitted(self, interaction: discord.Interaction) -> bool:
        """Take the form; False where it is another one. Whoever may not manage the server any more is refused."""
        data: Mapping[str, Any] = interaction.data or {}
        if data.get("custom_id") != CUSTOM_ID:
            return False
        if interaction.guild_id is None or not interaction.permissions.manage_guild:
            await tell(interaction, told.NOT_FOR_YOU)
            return True
        held = [each.get("component", each) for each in data.get("components", [])]
        typed = {str(field.get("custom_id")): str(field.get("value") or "") for field in held}
        words, patterns = (lines_of_field(typed.get(name, "")) for name in FIELDS[:2])
        check_url = typed.get("check_url", "").strip() or None

        def change(rules: Rules) -> Rules:
            return rules.moderated(words, patterns, check_url)

        await self.change(interaction, change)
        return True


def admin_of(interaction: discord.Interaction) -> Admin:
    """Return who decides, and for which server."""
    return Admin(NAME, str(interaction.guild_id), str(interaction.user.id))


def _field(name: str, value: str, locale: str) -> ui.Label[Any]:
    is_short = name == "check_url"
    return ui.Label(
        text=text(f"moderation.{name}.label", locale),
        description=text(f"moderation.{name}.help", locale),
        component=ui.TextInput(
            custom_id=name,
            style=discord.TextStyle.short if is_short else discord.TextStyle.paragraph,
            default=value or None,
            required=False,
            max_length=LONGEST_URL if is_short else ROOM,
        ),
    )
