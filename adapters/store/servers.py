"""What servers' admins have decided, and what adapters note. An admin's rules must never stop a bot that reads them.

Reading is tolerant: unknown fields are passed over, and rules that cannot be read leave everything open, as if there
were none; the safety checker then stays on.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
import structlog

from adapters.store.database import Database
from adapters.store.replacing import replace
from adapters.store.tables import budgets, notes, servers
from bot.domain.model import Value
from bot.domain.server import Rules

log = structlog.get_logger()

LARGEST = 2**31 - 1
"""The largest limit that a column holds; the operator's is lower."""


class ServerBook:
    """``bot.ports.Servers`` on the tables ``servers`` and ``notes``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_rules(self, platform: str, server: str, rules: Rules) -> None:
        """Set a server's rules, in the place of all that it had."""
        row = {"platform": platform, "server": server, **_columns(rules)}
        await self._database.run(lambda connection: replace(connection, servers, row))

    async def drop_server(self, platform: str, server: str) -> None:
        """Remove a server's rules and budgets. What its members have spent this month stays, should it come back."""

        def work(connection: sa.Connection) -> None:
            for table in (servers, budgets):
                here = (table.c.platform == platform) & (table.c.server == server)
                connection.execute(sa.delete(table).where(here))

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
    """Reads servers' rules, and logs once for each server that they cannot be read."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def read(self, connection: sa.Connection, platform: str, server: str) -> Rules:
        """Return a server's rules; those of one that has none, or that cannot be read, leave everything open."""
        try:
            row = connection.execute(_RULES, {"platform": platform, "server": server}).one_or_none()
            return Rules() if row is None else _decode(row)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            if (platform, server) not in self._told:
                self._told.add((platform, server))
                log.warning("rules_unreadable", platform=platform, server=server, error=str(error))
            return Rules()


_RULES = sa.select(servers).where(
    servers.c.platform == sa.bindparam("platform"), servers.c.server == sa.bindparam("server")
)
_LIMITS = ("running", "running_per_author", "waiting_per_author")


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


def _decode(row: sa.Row[Any]) -> Rules:
    raw = row.rules
    if not isinstance(raw, Mapping):
        raise TypeError("not an object")
    return Rules(
        channels=_texts(raw, "channels"),
        roles=_texts(raw, "roles"),
        defaults=_defaults(raw.get("defaults", {})),
        unsafe=raw.get("unsafe") is True,
        ask_over=None if raw.get("ask_over") is None else Decimal(str(raw["ask_over"])),
        words=_texts(raw, "words"),
        patterns=_texts(raw, "patterns"),
        check_url=None if raw.get("check_url") is None else str(raw["check_url"]),
        **{name: getattr(row, name) for name in _LIMITS},
    )


def _texts(raw: Mapping[str, object], name: str) -> tuple[str, ...]:
    ids = raw.get(name, [])
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise TypeError(f"{name}: not a list of texts")
    return tuple(ids)


def _defaults(raw: object) -> dict[str, Value]:
    if not isinstance(raw, Mapping):
        raise TypeError("defaults: not an object")
    return {str(name): value for name, value in raw.items() if isinstance(value, str | int | float | bool)}
