"""Brings the tables to this version's revision, at every start, before anything else uses them."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from adapters.store.database import Database
from adapters.store.errors import unusable
from adapters.store.reach import reach
from bot.domain.errors import StoreAway, StoreUnfit, StoreUnusable

VERSION_TABLE = "tweenbot_revision"
"""A name of our own: a shared database may hold somebody else's ``alembic_version``."""

_ONE_AT_A_TIME = 0x7EE4B07
"""The key of the lock that one of several starting processes migrates under."""

PATIENCE_S = 60.0
"""How long a start waits for a database that is away, or that another process is migrating."""


async def migrate(database: Database, *, patience: float = PATIENCE_S) -> None:
    """Upgrade the tables in one transaction; does nothing where they are up to date.

    Raises :class:`StoreUnfit` where a newer version has been here, :class:`StoreUnusable` where the database refuses
    this process, or does not answer in time.
    """
    await reach(database, patience)
    try:
        await database.run(_upgrade, patience=patience)
    except StoreAway as error:
        raise StoreUnusable(database.name, str(error)) from error
    except sa.exc.DBAPIError as error:
        raise unusable(database.name, error) from error


def _upgrade(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        # A migration may take its time, and others may wait for it.
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.text("SET LOCAL lock_timeout = '60s'"))
        connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = '60s'"))
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    config = config_of(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    for revision in context.get_current_heads():
        if revision not in known:
            raise StoreUnfit(revision)
    command.upgrade(config, "head")


def config_of(connection: sa.Connection) -> Config:
    """Return what Alembic's commands take to work on this connection, in its transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
