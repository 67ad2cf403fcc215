"""The index of kept files: one living file a job, never more bytes than there is room for, and an end that is final."""

import asyncio
from dataclasses import replace

import pytest

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.media_index import StoredMediaIndex
from adapters.store.retention import purge
from bot.ports import Shelved
from tests.contract.store.stored import ANN, DELIVERED, MODELS, claimed

A = Shelved("a" * 40, "e1", 100, 1000.0, 2000.0)
MOST = 1000


@pytest.fixture
def index(database: Database) -> StoredMediaIndex:
    return StoredMediaIndex(database)


async def test_what_is_noted_is_there_for_every_process(index: StoredMediaIndex, database: Database) -> None:
    """By its id, with all that was said of it; no other id finds anything."""
    assert await index.put(A, MOST) == A
    other = Database(database.url)
    assert await StoredMediaIndex(other).get(A.id) == A
    assert await StoredMediaIndex(other).get("b" * 40) is None
    other.close()


async def test_a_job_has_one_file_while_it_lives(index: StoredMediaIndex) -> None:
    """A second one is the first, for as long as the longer of the two; it needs no room, and shortens nothing."""
    await index.put(A, MOST)
    again = replace(A, id="b" * 40, bytes=990, made_at=1500.0, expires_at=2500.0)
    assert await index.put(again, MOST) == replace(A, expires_at=2500.0)
    assert await index.put(replace(again, expires_at=1600.0), MOST) == replace(A, expires_at=2500.0)
    assert await index.get(A.id) == replace(A, expires_at=2500.0)
    assert await index.get(again.id) is None


async def test_what_is_over_does_not_come_back_to_life(index: StoredMediaIndex) -> None:
    """The job's next file has an address of its own, and the old one stays to be removed."""
    await index.put(A, MOST)
    later = replace(A, id="b" * 40, made_at=2000.0, expires_at=3000.0)
    assert await index.put(later, MOST) == later
    assert [each.id for each in await index.expired(2000.0)] == [A.id]
    assert await index.put(replace(later, id="c" * 40), MOST) == later


async def test_nothing_is_noted_over_the_limit(index: StoredMediaIndex) -> None:
    """What is over takes room until it is removed; of many at once as many get in as fit."""
    files = [replace(A, id=f"{number:040}", job_id=f"e{number}") for number in range(8)]
    noted = await asyncio.gather(*(index.put(each, 350) for each in files))
    assert len([each for each in noted if each is not None]) == 3
    assert await index.total() == 300
    over = await index.expired(2000.0)
    assert await index.put(replace(A, id="n" * 40, job_id="new", bytes=51), 350) is None
    await index.removed([over[0].id], 0.0)
    assert await index.total() == 200
    assert await index.put(replace(A, id="n" * 40, job_id="new", bytes=51), 350) is not None


async def test_what_was_removed_is_remembered_for_a_while(index: StoredMediaIndex) -> None:
    """So that whoever comes with its address is told that its time is over; then it is forgotten."""
    await index.put(A, MOST)
    await index.removed([A.id], 1999.0)
    assert await index.get(A.id) == replace(A, bytes=0)
    assert await index.expired(5000.0) == ()
    await index.removed((), 2001.0)
    assert await index.get(A.id) is None


async def test_the_longest_over_is_removed_first(index: StoredMediaIndex) -> None:
    """As many as are asked for, in the order of their ends, and none that lives."""
    for number, ends in enumerate((300.0, 100.0, 200.0, 900.0)):
        await index.put(replace(A, id=f"{number:040}", job_id=f"e{number}", expires_at=ends, made_at=1.0), MOST)
    assert [each.expires_at for each in await index.expired(500.0, 2)] == [100.0, 200.0]
    assert [each.expires_at for each in await index.expired(500.0)] == [100.0, 200.0, 300.0]


@pytest.mark.parametrize("how", ["delete", "forget", "forget while under way", "retention", "drop"])
async def test_a_job_that_is_deleted_takes_its_link_along(
    index: StoredMediaIndex, database: Database, how: str
) -> None:
    """From the same transaction on, however it is deleted; the links of other jobs go on."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=DELIVERED)
    await index.put(A, MOST)
    await index.put(replace(A, id="b" * 40, job_id="another"), MOST)
    if how == "forget while under way":
        await store.forget(ANN)
        assert await index.get(A.id) == A
    await claim.hold.conclude()
    match how:
        case "delete":
            await store.delete("e1")
        case "forget":
            await store.forget(ANN)
        case "retention":
            assert await purge(database, 1e12) == 1
        case "drop":
            await index.end("e1")
    assert await index.get(A.id) == replace(A, expires_at=0.0)
    assert await index.get("b" * 40) == replace(A, id="b" * 40, job_id="another")
