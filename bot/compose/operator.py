"""The operator's commands: history, money and "delete my data", on the job store, beside a bot that may be running."""

import asyncio
import math
import sys
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, TypeVar

import click

from bot.domain.budget import Budget, Kind
from bot.domain.errors import TweenError
from bot.domain.request import Author
from bot.ports import JobStore
from bot.wording import operator as words
from bot.wording.refusals import explain
from config import catalogue
from config.settings import Settings

T = TypeVar("T")

MOST_USD = 1e9
MOST_JOBS = 1000

_PLATFORM = click.Option(["--platform"], default="local", show_default=True, help=words.PLATFORM_HELP)
_SERVER = click.Option(["--server"], default="", help=words.SERVER_HELP)
_OF_SERVER = click.Option(["--server"], required=True, help=words.SERVER_HELP)
_USER = click.Option(["--user"], default="local", show_default=True, help=words.USER_HELP)
_WHOSE = (
    click.Option(["--user"], help=words.USER_HELP),
    click.Option(["--role"], help=words.ROLE_HELP),
    click.Option(["--everyone"], is_flag=True, help=words.EVERYONE_HELP),
)


def commands(settings: Settings) -> list[click.Command]:
    """Return the commands ``jobs``, ``usage``, ``budget`` and ``forget``."""

    def on(work: Callable[[JobStore], Awaitable[T]]) -> T:
        try:
            return asyncio.run(_on_store(settings, work))
        except TweenError as error:
            sys.exit(explain(error))

    def jobs(platform: str, user: str, limit: int) -> None:
        listed = on(lambda store: store.history(Author(platform, user), limit))
        click.echo("\n".join(map(words.entry, listed)) or words.NO_JOBS)

    def usage(platform: str, server: str, user: str) -> None:
        # Half a second of imports that no other command needs.
        from bot.compose.storage import terms  # noqa: PLC0415

        author = Author(platform, user, server)
        click.echo(words.usage(on(lambda store: store.usage(author, terms(settings).allowance))))

    def forget(platform: str, user: str) -> None:
        # Half a second of imports that no other command needs.
        from bot.compose import local  # noqa: PLC0415

        author = Author(platform, user)
        click.echo(words.forgotten(*on(lambda store: local.forget(settings, store, author))))

    def budget_set(usd: float, **whose: Any) -> None:  # noqa: ANN401  # click's own
        if math.isnan(usd):
            raise click.BadParameter(words.NO_SUM, param_hint="USD")
        budget = _budget(Decimal(str(usd)), **whose)
        on(lambda store: store.set_budget(budget))
        click.echo(words.budgets([budget]))

    def budget_drop(**whose: Any) -> None:  # noqa: ANN401  # click's own
        budget = _budget(Decimal(0), **whose)
        on(lambda store: store.drop_budget(budget))
        budget_list(budget.platform, budget.server)

    def budget_list(platform: str, server: str) -> None:
        click.echo(words.budgets(on(lambda store: store.budgets(platform, server))) or words.NO_BUDGETS)

    limit = click.Option(
        ["--limit"], type=click.IntRange(1, MOST_JOBS), default=20, show_default=True, help=words.LIMIT_HELP
    )
    amount = click.Argument(["usd"], type=click.FloatRange(0, MOST_USD))
    budget = click.Group("budget", help=words.BUDGET_HELP)
    whose: list[click.Parameter] = [_PLATFORM, _OF_SERVER, *_WHOSE]
    add = budget.add_command
    add(click.Command("set", callback=budget_set, help=words.BUDGET_SET_HELP, params=[amount, *whose]))
    add(click.Command("drop", callback=budget_drop, help=words.BUDGET_DROP_HELP, params=whose))
    add(click.Command("list", callback=budget_list, help=words.BUDGET_LIST_HELP, params=[_PLATFORM, _OF_SERVER]))
    return [
        click.Command("jobs", callback=jobs, help=words.JOBS_HELP, params=[_PLATFORM, _USER, limit]),
        click.Command("usage", callback=usage, help=words.USAGE_HELP, params=[_PLATFORM, _SERVER, _USER]),
        budget,
        click.Command("forget", callback=forget, help=words.FORGET_HELP, params=[_PLATFORM, _USER]),
    ]


def _budget(usd: Decimal, platform: str, server: str, user: str | None, role: str | None, *, everyone: bool) -> Budget:
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
    return Budget(platform, server, kind, id_, usd)


async def _on_store(settings: Settings, work: Callable[[JobStore], Awaitable[T]]) -> T:
    # Half a second of imports that no other command needs.
    from bot.compose.storage import opened  # noqa: PLC0415

    async with opened(settings, catalogue.load(settings.unit_prices)) as store:
        return await work(store)
