"""Money: what a month may cost whom, and who is over it.

A budget is US dollars for a calendar month (UTC). What one author may spend in a server is the author's own budget
there, else the largest among those of the author's roles, else the server's for everyone, else the operator's default,
else without limit. The server's total is a budget of its own; direct messages have none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

from bot.domain.request import Author

Kind = Literal["user", "role", "everyone", "server"]
"""Whose budget: of one user, of each member with a role, of each member of the server, of the server as a whole."""


@dataclass(frozen=True)
class Budget:
    """US dollars a month. ``id`` is the user's or role's id; empty for ``everyone`` and ``server``."""

    platform: str
    server: str
    kind: Kind
    id: str
    usd: Decimal


@dataclass(frozen=True)
class Allowance:
    """What one author, and the server as a whole, may spend in a month, in US dollars; None: without limit."""

    author: Decimal | None = None
    server: Decimal | None = None


@dataclass(frozen=True)
class Usage:
    """One month's money: what may be spent, and what is spent or reserved for jobs under way, in US dollars."""

    month: str
    allowance: Allowance
    author: Decimal
    server: Decimal
    renews: date

    @property
    def left(self) -> Decimal | None:
        """What may still be spent, the narrower of the author's and the server's rest; None without a budget."""
        rests = ((self.allowance.author, self.author), (self.allowance.server, self.server))
        return min((max(limit - spent, Decimal(0)) for limit, spent in rests if limit is not None), default=None)


def allowance(author: Author, budgets: Iterable[Budget], default: Allowance) -> Allowance:
    """Return what applies to an author. ``budgets`` are those of the author's server; others are passed over."""
    here = [each for each in budgets if (each.platform, each.server) == (author.platform, author.server)]
    own = [each.usd for each in here if each.kind == "user" and each.id == author.id]
    roles = [each.usd for each in here if each.kind == "role" and each.id in author.roles]
    everyone = [each.usd for each in here if each.kind == "everyone"]
    server = [each.usd for each in here if each.kind == "server"]
    return Allowance(
        author=max(own or roles or everyone, default=default.author),
        server=max(server, default=default.server) if author.server else None,
    )


def month_of(moment: float) -> str:
    """Return the calendar month (UTC) of a moment in epoch seconds: ``2026-11``."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m}"


def renewal(month: str) -> date:
    """Return the first day of the month after this one."""
    year, number = (int(part) for part in month.split("-"))
    return date(year + number // 12, number % 12 + 1, 1)
