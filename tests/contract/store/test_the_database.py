"""Writes that share a commit do not share a fate; an answer comes in time, or says that nothing came of it."""

import asyncio
import threading
import time
from collections.abc import Callable

import psycopg
import pytest
import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.group import MOST
from adapters.store.tables import nodes
from bot.domain.errors import Draining, StoreAway


def _enter(connection: sa.Connection, name: str) -> None:
    connection.execute(sa.insert(nodes).values(id=name, started_at=0, lease_ends=0))


def _entering(name: str) -> Callable[[sa.Connection], None]:
    return lambda connection: _enter(connection, name)


async def _entered(database: Database) -> set[str]:
    return await database.run(lambda connection: set(connection.execute(sa.select(nodes.c.id)).scalars()))


async def test_writes_that_wait_share_one_commit_on_sqlite(sqlite_url: str) -> None:
    """However many come while one is being written, they are made durable together."""
    database = Database(sqlite_url)
    await database.run(nodes.create)
    commits = 0

    @sa.event.listens_for(database.engine, "commit")
    def _(connection: sa.Connection) -> None:
        nonlocal commits
        commits += 1

    async with asyncio.TaskGroup() as group:
        for number in range(60):
            group.create_task(database.run(_entering(f"n{number}")))
    assert len(await _entered(database)) == 60
    assert commits < 10
    database.close()


async def test_one_that_fails_takes_nothing_of_the_others_with_it(database: Database) -> None:
    """A refusal takes back its own writes alone, and reaches its own caller alone."""

    def refuse(connection: sa.Connection) -> None:
        _enter(connection, "refused")
        raise Draining

    tasks = [database.run(_entering(f"n{each}")) for each in range(4)]
    tasks[2:2] = [database.run(refuse)]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in answers] == [type(None), type(None), Draining, type(None), type(None)]
    assert await _entered(database) == {"n0", "n1", "n2", "n3"}


async def test_a_group_whose_commit_fails_is_run_again(sqlite_url: str) -> None:
    """None of them was durable, so none was answered."""
    database = Database(sqlite_url)
    await database.run(nodes.create)
    failures = 3

    @sa.event.listens_for(database.engine, "commit")
    def _(connection: sa.Connection) -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise sa.exc.OperationalError("COMMIT", None, OSError())

    await asyncio.gather(*(database.run(_entering(f"n{each}")) for each in range(20)))
    assert failures == 0
    assert len(await _entered(database)) == 20
    database.close()


async def test_who_is_told_that_the_store_is_away_is_told_the_truth(database: Database) -> None:
    """A write that hangs longer than its caller waits is taken back: "nothing was accepted" stays true."""
    release, began = threading.Event(), threading.Event()

    def hang(connection: sa.Connection) -> None:
        _enter(connection, "late")
        began.set()
        release.wait(30)

    with pytest.raises(StoreAway):
        await database.run(hang, patience=0.2)
    assert began.is_set()
    release.set()
    assert await _entered(database) == set()


async def test_what_waits_behind_one_that_hangs_is_answered_in_time(database: Database) -> None:
    """An accept is refused after its patience, whatever the database is busy with, and never happens later."""
    release = threading.Event()
    hanging = [asyncio.create_task(database.run(lambda _: release.wait(30), patience=None)) for _ in range(4)]
    await asyncio.sleep(0)
    began = time.monotonic()
    with pytest.raises(StoreAway):
        await database.run(_entering("late"), patience=0.3)
    assert time.monotonic() - began < 2.0
    release.set()
    await asyncio.gather(*hanging)
    assert await _entered(database) == set()


async def test_whoever_comes_waits_for_one_heavy_transaction_at_most(database: Database) -> None:
    """However many wait: an accept is answered in time while a hundred images are put."""
    release, began, order = threading.Event(), threading.Event(), list[str]()

    def hang(_: sa.Connection) -> None:
        began.set()
        release.wait(30)
        order.append("hung")

    first = asyncio.create_task(database.run(hang, heavy=True))
    await asyncio.to_thread(began.wait, 10)
    heavy = [asyncio.create_task(database.run(lambda _: order.append("heavy"), heavy=True)) for _ in range(5)]
    light = [asyncio.create_task(database.run(lambda _: order.append("light"))) for _ in range(3)]
    if not database.is_sqlite:
        await asyncio.gather(*light)
    else:
        await asyncio.sleep(0)
    release.set()
    await asyncio.gather(first, *heavy, *light)
    waited = ["hung", "light", "light", "light"] if database.is_sqlite else ["light", "light", "light", "hung"]
    assert order == [*waited, *["heavy"] * 5]


async def test_heavy_transactions_take_turns_with_the_others_on_sqlite(sqlite_url: str) -> None:
    """Neither kind waits for ever for the other, and a heavy one shares its commit with nobody."""
    database = Database(sqlite_url)
    release, order = threading.Event(), list[str]()

    @sa.event.listens_for(database.engine, "commit")
    def _(connection: sa.Connection) -> None:
        order.append("commit")

    first = asyncio.create_task(database.run(lambda _: release.wait(30)))
    light = [asyncio.create_task(database.run(lambda _: order.append("light"))) for _ in range(MOST + 1)]
    heavy = [asyncio.create_task(database.run(lambda _: order.append("heavy"), heavy=True)) for _ in range(2)]
    await asyncio.sleep(0)
    release.set()
    await asyncio.gather(first, *light, *heavy)
    groups = [["heavy"], ["light"] * MOST, ["heavy"], ["light"]]
    assert order == ["commit", *(each for group in groups for each in (*group, "commit"))]
    database.close()


async def test_a_database_that_is_not_there_is_away(unused_tcp_port: int) -> None:
    """Nobody listens: the caller is told within its patience."""
    database = Database(f"postgresql://postgres@127.0.0.1:{unused_tcp_port}/test")
    with pytest.raises(StoreAway):
        await database.run(lambda connection: connection.execute(sa.text("SELECT 1")), patience=0.3)
    database.close()


async def test_a_sqlite_file_survives_a_power_cut(sqlite_url: str) -> None:
    """Every commit is synced, and every transaction holds the write lock from its beginning."""
    database = Database(sqlite_url)

    def settings(connection: sa.Connection) -> tuple[object, ...]:
        return tuple(connection.execute(sa.text(f"PRAGMA {name}")).scalar() for name in ("synchronous", "journal_mode"))

    assert await database.run(settings) == (2, "wal")
    database.close()


async def test_a_transaction_that_postgres_cuts_is_run_again(postgres_url: str) -> None:
    """The server ends the connection in the middle: nothing of it stays, and the second attempt is whole."""
    database = Database(postgres_url)
    await database.run(nodes.create)
    attempts = 0

    def work(connection: sa.Connection) -> None:
        nonlocal attempts
        attempts += 1
        _enter(connection, "n1")
        if attempts == 1:
            backend = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
            with psycopg.connect(postgres_url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))
        _enter(connection, "n2")

    await database.run(work)
    assert attempts == 2
    assert await _entered(database) == {"n1", "n2"}
    database.close()


async def test_a_frozen_process_holds_no_lock_over_its_death(postgres_url: str) -> None:
    """Postgres ends a transaction that stands still for three seconds, long before a lease does."""
    database = Database(postgres_url)
    query = sa.text("SHOW idle_in_transaction_session_timeout")
    assert await database.run(lambda connection: connection.execute(query).scalar()) == "3s"
    database.close()
