"""``tweenbot budget``: the operator sets, drops and lists budgets; what is set and dropped is a deed."""

import math
from decimal import Decimal
from typing import Any

import click

from bot.compose.books import with_books
from bot.domain.budget import Budget, Kind
from bot.domain.rule_check import MOST_USD
from bot.flow.office import Admin
from bot.ports import OPERATOR
from bot.wording import operator as words
from config.settings import Settings

_PLATFORM = click.Option(["--platform"], default="local", show_default=True, help=words.PLATFORM_HELP)
_SERVER = click.Option(["--server"], required=True, help=words.SERVER_HELP)
_WHOSE = (
    click.Option(["--user"], help=words.USER_HELP),
    click.Option(["--role"], help=words.ROLE_HELP),
    click.Option(["--everyone"], is_flag=True, help=words.EVERYONE_HELP),
)


def command(settings: Settings) -> click.Group:
    """Return the commands ``budget set``, ``budget drop`` and ``budget list``."""

    def set_(usd: float, **whose: Any) -> None:  # noqa: ANN401  # click's own
        if math.isnan(usd):
            raise click.BadParameter(words.NO_SUM, param_hint="USD")
        admin, kind, id_ = _whose(**whose)
        budget = Budget(admin.platform, admin.server, kind, id_, Decimal(str(usd)))
        with_books(settings, lambda _, office: office.set_budget(admin, kind, id_, budget.usd))
        click.echo(words.budgets([budget]))

    def drop(**whose: Any) -> None:  # noqa: ANN401  # click's own
        admin, kind, id_ = _whose(**whose)
        with_books(settings, lambda _, office: office.set_budget(admin, kind, id_, None))
        list_(admin.platform, admin.server)

    def list_(platform: str, server: str) -> None:
        listed = with_books(settings, lambda store, _: store.budgets(platform, server))
        click.echo(words.budgets(listed) or words.NO_BUDGETS)

    amount = click.Argument(["usd"], type=click.FloatRange(0, float(MOST_USD)))
    budget = click.Group("budget", help=words.BUDGET_HELP)
    whose: list[click.Parameter] = [_PLATFORM, _SERVER, *_WHOSE]
    add = budget.add_command
    add(click.Command("set", callback=set_, help=words.BUDGET_SET_HELP, params=[amount, *whose]))
    add(click.Command("drop", callback=drop, help=words.BUDGET_DROP_HELP, params=whose))
    add(click.Command("list", callback=list_, help=words.BUDGET_LIST_HELP, params=[_PLATFORM, _SERVER]))
    return budget


def _whose(
    platform: str, server: str, user: str | None, role: str | None, *, everyone: bool
) -> tuple[Admin, Kind, str]:
    whose: list[tuple[Kind, str]] = []
    if user:
        whose.append(("user", user))
    if role:
        whose.append(("role", role))
    if everyone:
        whose.append(("everyone", ""))
    if len(whose) > 1:
        raise click.UsageError(words.ONE_OF)
    kind, id_ = whose[0] if whose else ("server", "")
    return Admin(platform, server, OPERATOR), kind, id_
