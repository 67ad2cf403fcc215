"""The migrations make the tables that the code works with, and know when to keep away."""

import asyncio

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from adapters.store.database import Database
from adapters.store.migrate import VERSION_TABLE, config_of, migrate
from adapters.store.tables import metadata
from adapters.store.waiting import Start, Waiting
from bot.domain.budget import Allowance
from bot.domain.errors import StoreUnfit
from bot.ports import Terms
from bot.wording.refusals import explain
from tests.contract.store.waiting_jobs import running, store, waiting


def _differences(connection: sa.Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


def _indexes(connection: sa.Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    else:
        query = f"SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '{VERSION_TABLE}'"
    return set(connection.execute(sa.text(query)).scalars())


async def test_the_migrations_make_the_tables(database: Database) -> None:
    """An upgrade from empty leaves nothing that autogenerate would still change."""
    assert await database.run(_differences) == []


async def test_the_migrations_make_the_indexes(store_url: str) -> None:
    """Every index, with its condition, is as the tables declare it: Alembic does not compare conditions."""
    database = Database(store_url)
    await database.run(metadata.create_all)
    declared = await database.run(_indexes)
    await database.run(metadata.drop_all)
    await migrate(database)
    assert await database.run(_indexes) == declared
    assert any("concluded" in index for index in declared)
    database.close()


async def test_a_second_run_changes_nothing(database: Database) -> None:
    """A start finds up-to-date tables, and what is in them, as they were."""
    nodes = metadata.tables["nodes"]
    await database.run(
        lambda connection: connection.execute(sa.insert(nodes).values(id="n", started_at=0, lease_ends=1))
    )
    await migrate(database)
    assert await database.run(lambda connection: connection.execute(sa.select(nodes.c.id)).scalars().all()) == ["n"]


async def test_jobs_of_the_first_tables_are_kept(store_url: str) -> None:
    """An upgrade adds what is new, and changes no job that is there."""
    database = Database(store_url)
    await database.run(lambda connection: command.upgrade(config_of(connection), "0001"))
    await store(database, waiting("w1"), running("r2"))
    added_since = {"fit", "swapped", "expected", "asks"}
    wanted = sa.select(*(each for each in metadata.tables["jobs"].c if each.name not in added_since)).order_by(
        sa.text("id")
    )
    before = await database.run(lambda connection: connection.execute(wanted).all())
    await migrate(database)
    assert await database.run(_differences) == []
    assert await database.run(lambda connection: connection.execute(wanted).all()) == before
    assert await Waiting(database).admit("me", Terms(2, 2, 2, 9, 9, Allowance()), 9) == [Start("w1", "w1")]
    database.close()


async def test_two_processes_may_start_at_once(store_url: str) -> None:
    """One migrates, the other waits for it and finds nothing to do."""
    both = Database(store_url), Database(store_url)
    await asyncio.gather(*(migrate(each) for each in both))
    assert await both[1].run(_differences) == []
    for each in both:
        each.close()


async def test_a_newer_database_is_refused_by_name(database: Database) -> None:
    """A version that does not know the tables' revision keeps its hands off them, and says what to do."""
    newer = sa.text(f"UPDATE {VERSION_TABLE} SET version_num = 'ab12'")
    await database.run(lambda connection: connection.execute(newer))
    with pytest.raises(StoreUnfit) as refused:
        await migrate(database)
    assert "revision ab12" in explain(refused.value)
