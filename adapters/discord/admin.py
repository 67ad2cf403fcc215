"""``/tween-admin``: a server's rules, budgets and deeds, for those who may manage it."""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import discord
from discord import app_commands

from adapters.discord.admin_forms import AdminForms, admin_of
from adapters.discord.answer import refuse, tell, think
from adapters.discord.parameters import HELP, callback_of, words
from adapters.discord.text import plain, when
from bot.domain.budget import Kind
from bot.domain.errors import TweenError
from bot.domain.model import Model, Value
from bot.domain.request import as_typed
from bot.domain.rule_check import MOST_USD
from bot.domain.server import Rules
from bot.flow.office import Change, Office
from bot.wording import audit
from bot.wording import discord_admin as told

MOST = float(MOST_USD)


class Admin:
    """The command group."""

    def __init__(self, model: Model, office: Office) -> None:
        self._model = model
        self._office = office
        self.forms = AdminForms(office)

    def group(self) -> app_commands.Group:
        """Return the group for a tree."""
        group = _AdminGroup(
            name=words("admin.name"),
            description=words("admin.help"),
            default_permissions=discord.Permissions(manage_guild=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        options: Mapping[str, tuple[str, ...]] = {
            "show": (),
            "limits": ("running", "running_per_member", "waiting_per_member", "clear"),
            "budget": ("usd", "member", "role", "everyone", "remove"),
            "ask": ("usd", "clear"),
            "roles": ("role", "remove", "clear"),
            "channels": ("channel", "remove", "clear"),
            "defaults": ("option", "value", "remove", "clear"),
            "nsfw": ("allowed",),
            "moderation": (),
            "audit": (),
        }
        for name, given in options.items():
            keys = {each: f"admin.{name}.{each}" for each in given}
            work = getattr(self, name)
            callback = callback_of(work, inspect.signature(work))
            callback = app_commands.describe(**{each: words(f"{key}.help") for each, key in keys.items()})(callback)
            callback = app_commands.rename(**{each: words(f"{key}.name") for each, key in keys.items()})(callback)
            if name == "defaults":
                callback = app_commands.choices(option=self._options())(callback)
            key = f"admin.{name}"
            group.add_command(
                app_commands.Command(name=words(f"{key}.name"), description=words(f"{key}.help"), callback=callback)
            )
        return group

    async def show(self, interaction: discord.Interaction) -> None:
        """Show the server's rules and budgets."""
        await self.forms.show(interaction)

    async def limits(
        self,
        interaction: discord.Interaction,
        running: app_commands.Range[int, 1] | None = None,
        running_per_member: app_commands.Range[int, 1] | None = None,
        waiting_per_member: app_commands.Range[int, 1] | None = None,
        clear: bool = False,  # noqa: FBT001, FBT002  # an option of a command
    ) -> None:
        """Set the limits that are given, and leave the others."""
        given = (
            ("running", running),
            ("running_per_author", running_per_member),
            ("waiting_per_author", waiting_per_member),
        )

        def change(rules: Rules) -> Rules:
            own: dict[str, Any] = {name: value for name, value in given if clear or value is not None}
            return replace(rules, **own)

        await self._change(interaction, change)

    async def budget(
        self,
        interaction: discord.Interaction,
        usd: app_commands.Range[float, 0.0, MOST] | None = None,
        member: discord.User | None = None,
        role: discord.Role | None = None,
        everyone: bool = False,  # noqa: FBT001, FBT002  # an option of a command
        remove: bool = False,  # noqa: FBT001, FBT002  # an option of a command
    ) -> None:
        """Set or remove a budget: of one member, of a role, of everyone, else of the server as a whole."""
        whose: list[tuple[Kind, str]] = []
        if member is not None:
            whose.append(("user", str(member.id)))
        if role is not None:
            whose.append(("role", str(role.id)))
        if everyone:
            whose.append(("everyone", ""))
        if len(whose) > 1 or (usd is None) is not remove:
            await tell(interaction, told.ONE_OF if len(whose) > 1 else told.SUM_OR_REMOVE)
            return
        kind, id_ = whose[0] if whose else ("server", "")
        if not await think(interaction):
            return
        try:
            await self._office.set_budget(admin_of(interaction), kind, id_, None if usd is None else Decimal(str(usd)))
        except TweenError as error:
            await refuse(interaction, error)
            return
        await self.forms.shown(interaction)

    async def ask(
        self,
        interaction: discord.Interaction,
        usd: app_commands.Range[float, 0.0, MOST] | None = None,
        clear: bool = False,  # noqa: FBT001, FBT002  # an option of a command
    ) -> None:
        """Set the price above which a job waits for its author's *Go*, or go back to the operator's."""
        if (usd is None) is not clear:
            await tell(interaction, told.SUM_OR_CLEAR)
            return
        over = None if usd is None else Decimal(str(usd))
        await self._change(interaction, lambda rules: replace(rules, ask_over=over))

    async def roles(
        self,
        interaction: discord.Interaction,
        role: discord.Role | None = None,
        remove: bool = False,  # noqa: FBT001, FBT002  # an option of a command
        clear: bool = False,  # noqa: FBT001, FBT002  # an option of a command
    ) -> None:
        """Add a role to those that may make videos, take it off, or empty the list."""
        if role is None and not clear:
            await tell(interaction, told.WHICH)
            return
        one = None if role is None else str(role.id)
        await self._change(interaction, lambda rules: replace(rules, roles=_listed(rules.roles, one, remove, clear)))

    async def channels(
        self,
        interaction: discord.Interaction,
        channel: discord.TextChannel | discord.VoiceChannel | discord.Thread | None = None,
        remove: bool = False,  # noqa: FBT001, FBT002  # an option of a command
        clear: bool = False,  # noqa: FBT001, FBT002  # an option of a command
    ) -> None:
        """Add a channel to those where videos may be made, take it off, or empty the list."""
        if channel is None and not clear:
            await tell(interaction, told.WHICH)
            return
        one = None if channel is None else str(channel.id)
        await self._change(
            interaction, lambda rules: replace(rules, channels=_listed(rules.channels, one, remove, clear))
        )

    async def defaults(
        self,
        interaction: discord.Interaction,
        option: str | None = None,
        value: str | None = None,
        remove: bool = False,  # noqa: FBT001, FBT002  # an option of a command
        clear: bool = False,  # noqa: FBT001, FBT002  # an option of a command
    ) -> None:
        """Set an option's default, remove it, or go back to the model's own."""
        if clear:
            await self._change(interaction, lambda rules: replace(rules, defaults={}))
        elif option is None or (value is None) is not remove:
            await tell(interaction, told.OPTION_AND_VALUE)
        elif remove:
            await self._change(interaction, lambda rules: replace(rules, defaults=_without(rules.defaults, option)))
        else:
            await self._set_default(interaction, option, str(value))

    async def nsfw(self, interaction: discord.Interaction, allowed: bool) -> None:  # noqa: FBT001  # an option
        """Allow or forbid turning the safety checker off in age-restricted channels."""
        await self._change(interaction, lambda rules: replace(rules, unsafe=allowed))

    async def moderation(self, interaction: discord.Interaction) -> None:
        """Open the form with the words, the patterns and the check of what may be made."""
        await self.forms.open(interaction)

    async def audit(self, interaction: discord.Interaction) -> None:
        """Show the newest deeds of the server, with all of them in a sheet."""
        if not await think(interaction):
            return
        try:
            deeds = await self._office.newest(admin_of(interaction))
            sheet = await self._office.sheet(admin_of(interaction))
        except TweenError as error:
            await refuse(interaction, error)
            return
        await tell(interaction, f"### {audit.TITLE}\n{audit.newest(deeds, when, plain)}", (audit.FILE, sheet))

    async def _set_default(self, interaction: discord.Interaction, name: str, text: str) -> None:
        option = self._model.option(name)
        if option is None or name == self._model.safety:
            await tell(interaction, told.NO_SUCH_OPTION)
            return
        value: Any = as_typed(option, text)
        await self._change(interaction, lambda rules: replace(rules, defaults={**rules.defaults, name: value}))

    async def _change(self, interaction: discord.Interaction, change: Change) -> None:
        await self.forms.change(interaction, change)

    def _options(self) -> list[app_commands.Choice[str]]:
        named = (option for option in self._model.options if option.name != self._model.safety)
        return [app_commands.Choice(name=each.name[:HELP], value=each.name) for each in named]


class _AdminGroup(app_commands.Group):
    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Whether whoever calls may manage the server: a server's own settings can hand the command to others."""
        if interaction.permissions.manage_guild:
            return True
        await tell(interaction, told.NOT_FOR_YOU)
        return False


def _listed(listed: tuple[str, ...], one: str | None, remove: bool, clear: bool) -> tuple[str, ...]:  # noqa: FBT001
    kept = () if clear else tuple(each for each in listed if each != one)
    return kept if one is None or remove else (*kept, one)


def _without(defaults: Mapping[str, Value], name: str) -> dict[str, Value]:
    return {each: value for each, value in defaults.items() if each != name}
