"""Where a chaos test's database lies, and the rows that it reads there once all is over."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from adapters.store.database import url_of
from adapters.store.tables import accounts, jobs
from tests.chaos.plan import Engine

POSTGRES = os.environ.get("TWEENBOT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


def answers() -> bool:
    """Whether there is a Postgres to test with."""
    try:
        _execute(POSTGRES, "SELECT 1")
    except sa.exc.OperationalError:
        return False
    return True


@asynccontextmanager
async def database(kind: Engine, folder: Path) -> AsyncIterator[str]:
    """Give an empty database's address: the file of a bot with this data folder, or one on Postgres for the while."""
    if kind == "sqlite":
        yield url_of(folder)
        return
    name = f"chaos_{uuid.uuid4().hex[:12]}"
    await asyncio.to_thread(_execute, POSTGRES, f"CREATE DATABASE {name}")
    try:
        yield sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        await asyncio.to_thread(_execute, POSTGRES, f"DROP DATABASE {name} WITH (FORCE)")


def job_rows(url: str) -> list[Mapping[str, Any]]:
    """Return all jobs as they are stored."""
    return _select(url, sa.select(jobs))


def account_rows(url: str) -> list[Mapping[str, Any]]:
    """Return all accounts as they are stored."""
    return _select(url, sa.select(accounts))


def _select(url: str, query: sa.Select[Any]) -> list[Mapping[str, Any]]:
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
    finally:
        engine.dispose()


def _execute(url: str, statement: str) -> None:
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def _engine(url: str) -> sa.Engine:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return sa.create_engine(parsed)
    return sa.create_engine(parsed.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
