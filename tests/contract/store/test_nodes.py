"""Leases of worker processes."""

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.migrate import migrate
from adapters.store.nodes import Nodes
from adapters.store.tables import nodes
from bot.domain.errors import DatabaseInUse
from bot.ports import Superseded
from tests.contract.store.waiting_jobs import running, store, store_node


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  # time alone brings it about
            await asyncio.sleep(0.01)


@pytest.fixture
async def postgres(postgres_url: str) -> Database:
    database = Database(postgres_url)
    await migrate(database)
    return database


async def dead(database: Database) -> set[str]:
    return await database.run(lambda c: set(c.scalars(sa.select(nodes.c.id).where(nodes.c.dead))))


async def test_a_second_process_on_a_sqlite_file_is_refused_until_the_first_has_left(sqlite_url: str) -> None:
    """One process at a time: the lock says so, not a row that a kill would leave behind."""
    database = Database(sqlite_url)
    await migrate(database)
    first, second = Nodes(database), Nodes(database)
    await first.register()
    with pytest.raises(DatabaseInUse) as refusal:
        await second.register()
    assert str(refusal.value.file) == database.engine.url.database
    assert not second.holds()
    await first.leave()
    await second.register()
    assert second.holds()
    await second.leave()
    database.close()


async def test_on_sqlite_all_older_nodes_are_dead_at_boot(sqlite_url: str) -> None:
    """Those with unfinished jobs are told, whatever their lease says."""
    database = Database(sqlite_url)
    await migrate(database)
    await store_node(database, "killed", dead=False, lease_ends=9e9)
    await store_node(database, "done", dead=False)
    await store(database, running("r0", node="killed"), running("r1", node="done", concluded=True))
    node = Nodes(database)
    await node.register()
    assert await node.bury() == ["killed"]
    assert await dead(database) == {"killed", "done"}
    await node.leave()
    database.close()


async def test_on_sqlite_the_lease_never_runs_out(sqlite_url: str) -> None:
    """Nobody else can live, so nothing has to be renewed."""
    database = Database(sqlite_url)
    await migrate(database)
    node = Nodes(database, lease_s=0.0)
    await node.register()
    await node.renew()
    assert node.holds()
    await node.leave()
    assert not node.holds()
    database.close()


async def test_a_node_whose_lease_is_over_is_buried_and_a_living_one_is_not(postgres: Database) -> None:
    """All dead nodes that have unfinished jobs are told, also those that somebody else has buried."""
    me, other = Nodes(postgres), Nodes(postgres)
    await me.register()
    await other.register()
    for job, node in enumerate(("over", "buried", other.id)):
        await store(postgres, running(f"r{job}", node=node))
    await store_node(postgres, "over", dead=False)
    await store_node(postgres, "buried", dead=True)
    await store_node(postgres, "nothing left", dead=True)
    assert set(await me.bury()) == {"over", "buried"}
    assert await dead(postgres) == {"over", "buried", "nothing left"}
    await me.leave()
    await other.leave()
    postgres.close()


async def test_a_buried_node_is_lost_for_good(postgres: Database) -> None:
    """Its lease may not come back: others have its jobs."""
    node = Nodes(postgres, lease_s=0.2)
    await node.register()
    await postgres.run(lambda c: c.execute(sa.update(nodes).values(dead=True)))
    waiting = asyncio.create_task(node.until_held())
    renewing = asyncio.create_task(node.keep_renewing())
    await asyncio.wait_for(node.lost.wait(), 10)
    assert not node.holds()
    await renewing
    with pytest.raises(Superseded):
        await node.until_held()
    await asyncio.wait([waiting])
    assert await dead(postgres) == {node.id}
    await node.leave()
    postgres.close()


async def test_a_lease_that_ran_out_unnoticed_holds_again_once_it_is_renewed(postgres: Database) -> None:
    """After an outage of the database effects wait, and go on; nobody is lost."""
    node = Nodes(postgres, lease_s=0.3)
    await node.register()
    assert node.holds()
    await until(lambda: not node.holds())
    held = asyncio.create_task(node.until_held())
    await asyncio.sleep(0)
    assert not held.done()
    await node.renew()
    await asyncio.wait_for(held, 10)
    assert node.holds()
    await node.leave()
    postgres.close()


async def test_who_was_cut_off_does_not_bury_the_others_at_once(postgres: Database) -> None:
    """After an outage all leases are over; whoever is back first gives the others time to come back."""
    node = Nodes(postgres, lease_s=0.3)
    await node.register()
    await until(lambda: not node.holds())
    await node.renew()
    await store_node(postgres, "slower", dead=False)
    await node.bury()
    assert await dead(postgres) == set()
    renewing = asyncio.create_task(node.keep_renewing())
    async with asyncio.timeout(10):
        while await dead(postgres) == set():
            await node.bury()
    assert await dead(postgres) == {"slower"}
    renewing.cancel()
    await node.leave()
    postgres.close()


async def test_renewing_keeps_a_node_alive(postgres: Database) -> None:
    """Another node finds its lease in force well after the first one was over."""
    node, other = Nodes(postgres, lease_s=0.5), Nodes(postgres, lease_s=0.5)
    await node.register()
    await other.register()
    began = asyncio.get_running_loop().time()
    renewing = [asyncio.create_task(each.keep_renewing()) for each in (node, other)]
    await until(lambda: asyncio.get_running_loop().time() > began + 1.0)
    await other.bury()
    assert await dead(postgres) == set()
    assert node.holds()
    for task in renewing:
        task.cancel()
    await node.leave()
    await other.leave()
    postgres.close()


async def test_a_node_that_leaves_is_dead_at_once(postgres: Database) -> None:
    """Others need not wait for its lease to run out."""
    node, other = Nodes(postgres, lease_s=3600), Nodes(postgres, lease_s=3600)
    await node.register()
    await other.register()
    await store(postgres, running("r0", node=node.id))
    await node.leave()
    assert await other.bury() == [node.id]
    await other.leave()
    postgres.close()
