"""What adapters keep sealed, by name: whoever reads the database reads nothing of it."""

import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.replacing import replace
from adapters.store.tables import vault


class StoredVault:
    """``bot.ports.Vault`` on the table ``vault``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, name: str, value: bytes) -> None:
        """Keep a value."""
        await self._database.run(lambda connection: replace(connection, vault, {"name": name, "value": value}))

    async def swap(self, name: str, old: bytes | None, new: bytes) -> bool:
        """Keep a value in the place of the one that is expected there."""

        def work(connection: sa.Connection) -> bool:
            # Locked, where there is a row; of two that find none, the insert lets one through.
            kept = connection.execute(_VALUE.with_for_update(), {"name": name}).scalar_one_or_none()
            if kept != old:
                return False
            if old is not None:
                replace(connection, vault, {"name": name, "value": new})
                return True
            inserting = sa.text("INSERT INTO vault (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING")
            return connection.execute(inserting, {"name": name, "value": new}).rowcount == 1

        return await self._database.run(work)

    async def get(self, name: str) -> bytes | None:
        """Return a value."""
        return await self._database.run(
            lambda connection: connection.execute(_VALUE, {"name": name}).scalar_one_or_none()
        )

    async def take(self, name: str) -> bytes | None:
        """Return a value, and remove it."""
        taking = sa.delete(vault).where(vault.c.name == name).returning(vault.c.value)
        return await self._database.run(lambda connection: connection.execute(taking).scalar_one_or_none())

    async def names(self, prefix: str) -> list[str]:
        """Return the names that begin so."""
        query = sa.select(vault.c.name).where(_begins(prefix)).order_by(vault.c.name)
        return await self._database.run(lambda connection: list(connection.execute(query).scalars()))

    async def drop(self, prefix: str) -> int:
        """Remove all whose names begin so."""
        dropping = sa.delete(vault).where(_begins(prefix))
        return await self._database.run(lambda connection: connection.execute(dropping).rowcount)


_VALUE = sa.select(vault.c.value).where(vault.c.name == sa.bindparam("name"))


def _begins(prefix: str) -> sa.ColumnElement[bool]:
    # No LIKE: SQLite's knows no case, and Postgres's uses no plain index.
    return sa.func.substr(vault.c.name, 1, len(prefix)) == prefix
