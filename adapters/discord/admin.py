"""``/tween-admin``: a server's rules and budgets, for those who may manage it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import discord
import structlog
from discord import app_commands

from adapters.discord.answer import refuse, tell
from adapters.discord.parameters import HELP, callback_of, words
from adapters.discord.take import NAME
from bot.domain.budget import Budget, Kind
from bot.domain.errors import BadRequest, Fault, TweenError
from bot.domain.model import Model, Value
from bot.domain.request import as_typed, check_option
from bot.domain.server import Rules
from bot.ports import JobStore, Servers, Terms
from bot.wording import discord_admin as told

log = structlog.get_logger()

MOST_USD = 1_000_000.0
MOST_LISTED = 50
"""Channels or roles on a list: more would not fit into the message that shows them."""
Change = Callable[[Rules], Rules]


class Admin:
    """The command group. ``terms`` are the operator's, which a server's own limits only narrow."""

    def __init__(self, model: Model, servers: Servers, store: JobStore, terms: Terms) -> None:
        self._model = model
        self._servers = servers
        self._store = store
        self._terms = terms

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
            "roles": ("role", "remove", "clear"),
            "channels": ("channel", "remove", "clear"),
            "defaults": ("option", "value", "remove", "clear"),
            "nsfw": ("allowed",),
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
        try:
            server = str(interaction.guild_id)
            rules = await self._store.rules(NAME, server)
            budgets = await self._store.budgets(NAME, server)
        except TweenError as error:
            await refuse(interaction, error)
            return
        await tell(interaction, told.rules(rules, budgets, self._terms))

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
        usd: app_commands.Range[float, 0.0, MOST_USD] | None = None,
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
        budget = Budget(NAME, str(interaction.guild_id), kind, id_, Decimal(str(usd or 0)))
        try:
            await (self._store.drop_budget(budget) if remove else self._store.set_budget(budget))
        except TweenError as error:
            await refuse(interaction, error)
            return
        _log(interaction, "budget", kind=kind, id=id_, usd=usd)
        await self.show(interaction)

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

    async def _set_default(self, interaction: discord.Interaction, name: str, text: str) -> None:
        option = self._model.option(name)
        if option is None or name == self._model.safety:
            await tell(interaction, told.NO_SUCH_OPTION)
            return
        value: Any = as_typed(option, text)
        fault: Fault | None = check_option(option, value)
        if fault is not None:
            await refuse(interaction, BadRequest((fault,)))
            return
        await self._change(interaction, lambda rules: replace(rules, defaults={**rules.defaults, name: value}))

    async def _change(self, interaction: discord.Interaction, change: Change) -> None:
        server = str(interaction.guild_id)
        try:
            rules = change(await self._store.rules(NAME, server))
            if max(len(rules.channels), len(rules.roles)) > MOST_LISTED:
                await tell(interaction, told.too_many(MOST_LISTED))
                return
            await self._servers.set_rules(NAME, server, rules)
        except TweenError as error:
            await refuse(interaction, error)
            return
        _log(interaction, "rules")
        await self.show(interaction)

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


def _log(interaction: discord.Interaction, what: str, **facts: object) -> None:
    log.info("admin_changed", what=what, server=str(interaction.guild_id), by=str(interaction.user.id), **facts)
