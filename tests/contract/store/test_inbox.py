"""Images that are handed over once are there for whoever stages their job, and gone when it has ended."""

import pytest
import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.inbox import DAY_S, StoredInbox
from adapters.store.jobs import Jobs
from adapters.store.retention import purge
from adapters.store.tables import inbox
from bot.domain.errors import BadImage, Charge, ImageFault
from bot.domain.job import Cancelled
from bot.ports import Superseded
from tests.contract.store.stored import (
    ANN,
    DELIVERED,
    MODELS,
    SUBMITTED,
    TERMS,
    UNCLEAR,
    at,
    break_after_a_commit,
    change,
    claimed,
    job,
    node,
)

LARGEST = bytes(range(256)) * 97_657  # 25 MB
NOW = 1_800_000_000.0


async def _kept(database: Database) -> set[tuple[str, str]]:
    query = sa.select(inbox.c.job_id, inbox.c.which)
    return await database.run(lambda connection: {(row.job_id, row.which) for row in connection.execute(query)})


async def _put_both(database: Database, job_id: str = "e1", at: float = NOW) -> None:
    images = StoredInbox(database, lambda: at)
    await images.put(job_id, "start", b"one")
    await images.put_fault(BadImage("end", ImageFault.EMPTY), job_id)


async def test_an_image_is_found_by_another_process(database: Database) -> None:
    """Whole, up to 25 MB; the last one put counts; each job has its own two, and None stands for none."""
    gateway, worker = StoredInbox(database), StoredInbox(database)
    await gateway.put("e1", "start", b"first")
    await gateway.put("e1", "start", LARGEST)
    await gateway.put("e1", "end", b"")
    assert await worker.get("e1", "start") == LARGEST
    assert await worker.get("e1", "end") == b""
    assert await worker.get("e2", "start") is None


async def test_a_fault_stands_in_an_images_place(database: Database) -> None:
    """It is raised as it was put, until an image takes its place."""
    images = StoredInbox(database)
    await images.put("e1", "start", b"damaged")
    await images.put_fault(BadImage("start", ImageFault.TOO_HEAVY, "26 MB"), "e1")
    with pytest.raises(BadImage) as refused:
        await images.get("e1", "start")
    assert (refused.value.which, refused.value.fault, refused.value.detail) == ("start", ImageFault.TOO_HEAVY, "26 MB")
    assert await images.get("e1", "end") is None
    await images.put("e1", "start", b"whole")
    assert await images.get("e1", "start") == b"whole"


async def test_a_fault_that_this_version_does_not_know_is_a_missing_image(database: Database) -> None:
    """A newer process may have put it: the job ends with what is true of it here."""
    await _put_both(database)
    await database.run(lambda connection: connection.execute(sa.update(inbox).values(fault="too square")))
    with pytest.raises(BadImage) as refused:
        await StoredInbox(database).get("e1", "end")
    assert refused.value.fault is ImageFault.MISSING


@pytest.mark.parametrize("forgotten", [True, False])
async def test_a_job_that_is_concluded_leaves_none(database: Database, *, forgotten: bool) -> None:
    """They stay until then, since a restart may stage the job anew; another job's stay for good."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=SUBMITTED)
    await _put_both(database)
    await _put_both(database, "e2")
    if forgotten:
        await store.forget(ANN)
    await claim.hold.save(at(claim.job, DELIVERED))
    assert len(await _kept(database)) == 4
    await claim.hold.conclude()
    assert await _kept(database) == {("e2", "start"), ("e2", "end")}
    assert (await store.load("e1") is None) is forgotten


async def test_what_comes_after_a_jobs_end_is_not_kept(database: Database) -> None:
    """A slow download of a job that was stopped meanwhile would otherwise lie there for a day."""
    claim = await claimed(Jobs(database, MODELS, "n1"), state=Cancelled(Charge.NONE))
    await claim.hold.conclude()
    await _put_both(database)
    assert await _kept(database) == set()


async def test_whoever_lost_the_job_deletes_none(database: Database) -> None:
    """The process that carries it now may need them."""
    claim = await claimed(Jobs(database, MODELS, "n1"))
    await _put_both(database)
    await node(database, "n1", dead=True)
    assert await Jobs(database, MODELS, "n2").claim("e1") is not None
    with pytest.raises(Superseded):
        await claim.hold.conclude()
    assert len(await _kept(database)) == 2


async def test_a_job_that_goes_on_keeps_them(database: Database) -> None:
    """One that is reopened while it is being concluded has not ended."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=UNCLEAR)
    await _put_both(database)
    await store.look_again("e1")
    await claim.hold.conclude()
    assert len(await _kept(database)) == 2


async def test_a_conclusion_whose_commit_was_not_heard_of_is_one(database: Database) -> None:
    """Run again, it finds the job concluded and no image."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=DELIVERED)
    await _put_both(database)
    broken = break_after_a_commit(database)
    await claim.hold.conclude()
    assert broken == ["COMMIT"]
    assert await store.claim("e1") is None
    assert await _kept(database) == set()


async def test_what_nobody_came_for_goes_after_a_day(database: Database) -> None:
    """Images whose job was never accepted, or has ended; a job under way keeps its own however old they are."""
    store = Jobs(database, MODELS, "n1")
    await store.accept(job("waits"), TERMS)
    ended = await claimed(store, "ended", state=DELIVERED)
    for job_id in ("waits", "ended", "never accepted"):
        await _put_both(database, job_id, NOW - DAY_S - 1)
    await _put_both(database, "of today", NOW - DAY_S + 1)
    await change(database, ended.job.id, concluded=True)
    await purge(database, 0.0, clock=lambda: NOW)
    assert {job_id for job_id, _ in await _kept(database)} == {"waits", "of today"}


async def test_nobody_else_reads_an_image(database: Database) -> None:
    """It is read by who wants it alone; a table's columns before it can be read without it, so it is the last."""
    said: list[str] = []

    @sa.event.listens_for(database.engine, "before_cursor_execute")
    def _(connection: object, cursor: object, statement: str, *rest: object) -> None:
        said.append(statement)

    store = Jobs(database, MODELS, "n1")
    await _put_both(database)
    claim = await claimed(store, state=DELIVERED)
    await claim.hold.conclude()
    await store.forget(ANN)
    await purge(database, 0.0)
    about = [each for each in said if "inbox" in each and "INSERT" not in each]
    assert about
    assert not any("data" in each for each in about)
    assert list(inbox.c)[-1] is inbox.c.data
