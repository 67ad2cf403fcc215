"""The month's money: reserved at accept, settled at the end, each in the transaction of the job it belongs to.

An account is an author's in one server, or a server's as a whole; the author's is always changed first, so that no two
transactions wait for each other.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from adapters.store.codec import LARGEST, micros, usd
from adapters.store.replacing import replace
from adapters.store.tables import accounts
from adapters.store.tables import budgets as table
from bot.domain.budget import Allowance, Budget, Kind, Usage, allowance, month_of, renewal
from bot.domain.errors import BudgetSpent, Whose
from bot.domain.job import Job
from bot.domain.request import Author

# What an accept runs is put together once: SQLAlchemy takes longer for that than SQLite for the rest.
_BUDGETS = (
    sa.select(table)
    .where(table.c.platform == sa.bindparam("platform"), table.c.server == sa.bindparam("server"))
    .order_by(table.c.kind, table.c.id)
)


_NOTHING = Decimal(0)


def reserve(connection: sa.Connection, job: Job, default: Allowance, reserved: Decimal = _NOTHING) -> None:
    """Reserve the job's price for its author and its server; raise :class:`BudgetSpent` where it does not fit.

    ``reserved`` of it is reserved already. The caller's transaction takes back what was reserved so far where it does
    not fit. A price of nothing always fits.
    """
    price, month, author = job.request.price - reserved, month_of(job.accepted_at), job.request.author
    if price <= 0:
        return
    allowed = allowance(author, budgets_of(connection, author.platform, author.server), default)
    limits: dict[Whose, Decimal | None] = {"author": allowed.author, "server": allowed.server}
    for whose, scope in _scopes(author).items():
        limit = limits[whose]
        if not _add(connection, scope, month, price, limit):
            assert limit is not None
            raise BudgetSpent(whose, limit, usd(_spent(connection, scope, month)), price, renewal(month))


def settle(connection: sa.Connection, row: sa.Row[Any], owed: int) -> None:
    """Change both accounts from what the job's row owes to what it owes now, in millionths."""
    if owed == row.owed_micros:
        return
    for scope in _scopes(Author(row.platform, row.author, row.server)).values():
        mine = (accounts.c.scope == scope) & (accounts.c.month == row.month)
        change = accounts.c.micros + (owed - row.owed_micros)
        connection.execute(sa.update(accounts).where(mine).values(micros=change))


def usage(connection: sa.Connection, author: Author, default: Allowance, now: float) -> Usage:
    """Return the month's money of an author and the author's server."""
    month = month_of(now)
    spent = {whose: usd(_spent(connection, scope, month)) for whose, scope in _scopes(author).items()}
    allowed = allowance(author, budgets_of(connection, author.platform, author.server), default)
    return Usage(month, allowed, spent["author"], spent.get("server", Decimal(0)), renewal(month))


def budgets_of(connection: sa.Connection, platform: str, server: str) -> Sequence[Budget]:
    """Return the budgets of a server."""
    rows = connection.execute(_BUDGETS, {"platform": platform, "server": server})
    return [Budget(row.platform, row.server, cast("Kind", row.kind), row.id, usd(row.micros)) for row in rows]


def set_budget(connection: sa.Connection, budget: Budget) -> None:
    """Store a budget in the place of the one for the same."""
    key = {"platform": budget.platform, "server": budget.server, "kind": budget.kind, "id": budget.id}
    replace(connection, table, {**key, "micros": micros(budget.usd)})


def drop_budget(connection: sa.Connection, budget: Budget) -> None:
    """Remove the budget of that platform, server, kind and id."""
    mine = (table.c.kind == budget.kind) & (table.c.id == budget.id)
    here = (table.c.platform == budget.platform) & (table.c.server == budget.server)
    connection.execute(sa.delete(table).where(here, mine))


def _scopes(author: Author) -> dict[Whose, str]:
    """Return whose accounts an author's job counts in; direct messages have no server's."""
    scopes: dict[Whose, str] = {"author": _digest(author.platform, author.server, author.id)}
    if author.server:
        scopes["server"] = _digest(author.platform, author.server)
    return scopes


def _digest(*parts: str) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()


def _adding(into: Any) -> sa.Executable:  # noqa: ANN401  # an insert of either database
    total = accounts.c.micros + into.excluded.micros
    return cast(
        "sa.Executable",
        into.on_conflict_do_update(
            index_elements=["scope", "month"], set_={"micros": total}, where=total <= sa.bindparam("most")
        ).returning(accounts.c.micros),
    )


_ADDING = {"postgresql": _adding(postgresql.insert(accounts)), "sqlite": _adding(sqlite.insert(accounts))}


def _add(connection: sa.Connection, scope: str, month: str, price: Decimal, limit: Decimal | None) -> bool:
    """Add the price where the sum stays within the limit; one statement, so that no two can both fit."""
    if limit is not None and price > limit:
        return False
    most = LARGEST if limit is None else micros(limit)
    values = {"scope": scope, "month": month, "micros": micros(price), "most": most}
    return connection.execute(_ADDING[connection.dialect.name], values).first() is not None


def _spent(connection: sa.Connection, scope: str, month: str) -> int:
    query = sa.select(accounts.c.micros).where(accounts.c.scope == scope, accounts.c.month == month)
    return connection.execute(query).scalar_one_or_none() or 0
