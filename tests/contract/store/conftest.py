"""A database of its own for each test: SQLite and Postgres in turn, with the tables in it."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from psycopg import sql

from adapters.store.database import Database, url_of
from adapters.store.migrate import migrate

POSTGRES = os.environ.get("TWEENBOT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return url_of(tmp_path)
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of an empty SQLite database."""
    return url_of(tmp_path)


@pytest.fixture
def postgres_url(own_postgres: str) -> Iterator[str]:
    """Return the URL of an empty Postgres database; whoever is still connected afterwards is not any more."""
    yield own_postgres
    with psycopg.connect(own_postgres, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        schemas = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        ).fetchall()
        for (schema,) in schemas:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
        connection.execute("CREATE SCHEMA public")


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    """Return a database that holds the tables."""
    database = Database(store_url)
    await migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[str]:
    """Return the URL of a Postgres database of this run's own: making one takes longer than emptying it."""
    name = f"tweenbot_{token_hex(6)}"
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no Postgres at TWEENBOT_TEST_POSTGRES: {error}")
    with server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{POSTGRES.rpartition('/')[0]}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
