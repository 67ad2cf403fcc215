"""What servers' admins have decided, and what adapters note. An admin's rules must never stop a bot that reads them.

Reading is tolerant, field by field: unknown ones are passed over, and what cannot be read of channels, roles, defaults
and limits is as if it had not been set; the safety checker then stays on. But what may be made (words, patterns, the
address of the check) fails closed: it is :attr:`Rules.unreadable`, and nothing is made until an admin sets it again.
A limit in US dollars that cannot be read has every job ask.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
import structlog

from adapters.store import accounts, audit
from adapters.store.database import Database
from adapters.store.replacing import replace
from adapters.store.tables import budgets, notes, servers
from bot.domain.budget import Budget
from bot.domain.model import Value
from bot.domain.server import Rules
from bot.ports import Deed, Revise

log = structlog.get_logger()

LARGEST = 2**31 - 1
"""The largest limit that a column holds; the operator's is lower."""


class ServerBook:
    """``bot.ports.Servers`` on the tables ``servers``, ``budgets`` and ``notes``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reader = RulesReader()

    async def change_rules(self, platform: str, server: str, revise: Revise) -> Rules:
        """Change a server's rules; of two admins at once, the second changes what the first has set."""

        def work(connection: sa.Connection) -> Rules:
            _wait_for_turn(connection, platform, server)
            before = self._reader.read(connection, platform, server)
            revised = revise(before)
            if revised is None:
                return before
            after, deed = revised
            kept = _stored_of(connection, platform, server, after.unreadable)
            columns = _columns(after)
            columns["rules"] |= kept
            replace(connection, servers, {"platform": platform, "server": server, **columns})
            audit.add(connection, deed)
            return after

        return await self._database.run(work)

    async def set_budget(self, budget: Budget, deed: Deed) -> None:
        """Set a budget; it holds from the next accept on."""

        def work(connection: sa.Connection) -> None:
            accounts.set_budget(connection, budget)
            audit.add(connection, deed)

        await self._database.run(work)

    async def drop_budget(self, budget: Budget, deed: Deed) -> None:
        """Remove the budget of that platform, server, kind and id."""

        def work(connection: sa.Connection) -> None:
            accounts.drop_budget(connection, budget)
            audit.add(connection, deed)

        await self._database.run(work)

    async def drop_server(self, platform: str, server: str, deed: Deed) -> None:
        """Remove a server's rules and budgets. What its members have spent this month stays, should it come back."""

        def work(connection: sa.Connection) -> None:
            _wait_for_turn(connection, platform, server)
            for table in (servers, budgets):
                here = (table.c.platform == platform) & (table.c.server == server)
                connection.execute(sa.delete(table).where(here))
            if audit.newest_action(connection, platform, server) != deed.action:
                audit.add(connection, deed)

        await self._database.run(work)

    async def note(self, name: str) -> str | None:
        """Return what was noted under this name."""
        query = sa.select(notes.c.value).where(notes.c.name == name)
        return await self._database.run(lambda connection: connection.execute(query).scalar_one_or_none())

    async def set_note(self, name: str, value: str) -> None:
        """Note something."""
        row = {"name": name, "value": value}
        await self._database.run(lambda connection: replace(connection, notes, row))


class RulesReader:
    """Reads servers' rules, and logs once for each server what cannot be read of them."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def read(self, connection: sa.Connection, platform: str, server: str) -> Rules:
        """Return a server's rules; those of one that has none leave everything open."""
        row = _row(connection, platform, server)
        if row is None:
            return Rules()
        fields = _Fields(row.pop("rules"))
        rules = Rules(
            channels=fields.texts("channels"),
            roles=fields.texts("roles"),
            defaults=fields.defaults(),
            unsafe=fields.raw.get("unsafe") is True,
            ask_over=fields.usd("ask_over"),
            words=fields.texts("words"),
            patterns=fields.texts("patterns"),
            check_url=fields.text("check_url"),
            unreadable=tuple(name for name in MODERATION_FIELDS if name in fields.unread),
            **row,
        )
        if fields.unread and (platform, server) not in self._told:
            self._told.add((platform, server))
            log.warning("rules_unreadable", platform=platform, server=server, fields=sorted(fields.unread))
        return rules


MODERATION_FIELDS = ("words", "patterns", "check_url")
"""What may be made: these fail closed."""
_LIMITS = ("running", "running_per_author", "waiting_per_author")
_HERE = (servers.c.platform == sa.bindparam("platform")) & (servers.c.server == sa.bindparam("server"))
_LIMITS_OF = sa.select(*(servers.c[name] for name in _LIMITS)).where(_HERE)
_RULES = _LIMITS_OF.add_columns(servers.c.rules)
_NO_RULES: Mapping[str, object] = dict.fromkeys(
    (*MODERATION_FIELDS, "channels", "roles", "defaults", "ask_over"), False
)
"""Stands for rules of which nothing can be read: no field of it is of its kind."""


class _Fields:
    """What is stored of rules, field by field; ``unread`` are the names of those that are not of their kind."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        self.raw = raw
        self.unread: set[str] = set()

    def texts(self, name: str) -> tuple[str, ...]:
        listed = self.raw.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            self.unread.add(name)
            return ()
        return tuple(listed)

    def text(self, name: str) -> str | None:
        text = self.raw.get(name)
        if text is None or isinstance(text, str):
            return text
        self.unread.add(name)
        return None

    def usd(self, name: str) -> Decimal | None:
        stored = self.raw.get(name)
        if stored is None:
            return None
        try:
            usd = Decimal(str(stored))
        except ArithmeticError:
            usd = Decimal("nan")
        if usd.is_finite() and usd >= 0:
            return usd
        self.unread.add(name)
        return Decimal(0)

    def defaults(self) -> dict[str, Value]:
        stored = self.raw.get("defaults", {})
        if not isinstance(stored, Mapping):
            self.unread.add("defaults")
            return {}
        return {str(name): value for name, value in stored.items() if isinstance(value, str | int | float | bool)}


def _wait_for_turn(connection: sa.Connection, platform: str, server: str) -> None:
    """Let one transaction at a time decide about a server: a row that is not there yet cannot be locked."""
    if connection.dialect.name == "postgresql":
        key = sa.func.hashtextextended(f"rules {platform} {server}".replace("\0", ""), 0)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _row(connection: sa.Connection, platform: str, server: str) -> dict[str, Any] | None:
    """Return a server's limits, and its ``rules`` as they are stored."""
    here = {"platform": platform, "server": server}
    try:
        row = connection.execute(_RULES, here).mappings().one_or_none()
    except ValueError:
        # SQLite keeps any text in that column, also what is no JSON.
        row = connection.execute(_LIMITS_OF, here).mappings().one_or_none()
    if row is None:
        return None
    rules = row.get("rules")
    return {**row, "rules": rules if isinstance(rules, Mapping) else _NO_RULES}


def _stored_of(connection: sa.Connection, platform: str, server: str, names: tuple[str, ...]) -> dict[str, object]:
    row = _row(connection, platform, server) if names else None
    return {} if row is None else {name: row["rules"][name] for name in names}


def _columns(rules: Rules) -> dict[str, Any]:
    stored = {
        "channels": list(rules.channels),
        "roles": list(rules.roles),
        "defaults": dict(rules.defaults),
        "unsafe": rules.unsafe,
        "ask_over": None if rules.ask_over is None else str(rules.ask_over),
        "words": list(rules.words),
        "patterns": list(rules.patterns),
        "check_url": rules.check_url,
    }
    limits = {name: getattr(rules, name) for name in _LIMITS}
    return {"rules": stored, **{name: None if each is None else min(each, LARGEST) for name, each in limits.items()}}
