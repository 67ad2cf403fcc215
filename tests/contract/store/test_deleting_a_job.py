"""One job that has ended is deleted when its author asks for it; one under way is not touched."""

import pytest

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from bot.domain.errors import Charge
from bot.domain.job import Cancelled, State
from tests.contract.store.stored import (
    ANN,
    DELIVERED,
    MODELS,
    SUBMITTED,
    TERMS,
    UNCLEAR,
    at,
    break_after_a_commit,
    claimed,
    job,
    row,
    spent,
)


@pytest.mark.parametrize("state", [DELIVERED, UNCLEAR])
async def test_nothing_is_left_of_it_but_that_it_was(database: Database, state: State) -> None:
    """The author's other jobs and the month's sums stay, and a command that is redelivered is no new job."""
    store = Jobs(database, MODELS, "n1")
    for job_id in ("e1", "e2"):
        await (await claimed(store, job_id, state=state)).hold.conclude()
    before = await spent(store)
    assert await store.delete("e1") is True
    stored = str(dict(await row(database)))
    assert not [word for word in ("ann", "guild", "painters", "it rains", "file:a", "c1", "r1") if word in stored]
    assert await store.load("e1") is None
    assert [entry.job.id for entry in await store.history(ANN)] == ["e2"]
    assert (await store.accept(job("e1"), TERMS)).state == Cancelled(Charge.POSSIBLE)
    assert await store.claim("e1") is None
    assert await spent(store) == before


async def test_a_job_under_way_is_not_touched(database: Database) -> None:
    """It waits or runs on, and is not deleted when it ends either: its author was told that nothing happened."""
    store = Jobs(database, MODELS, "n1")
    await store.accept(job("waits"), TERMS)
    claim = await claimed(store, state=SUBMITTED)
    for job_id in ("waits", "e1"):
        before = await row(database, job_id)
        assert await store.delete(job_id) is False
        assert await row(database, job_id) == before
    await claim.hold.save(at(claim.job, DELIVERED))
    await claim.hold.conclude()
    assert await store.load("e1") is not None


async def test_a_job_whose_last_card_is_being_shown_is_deleted_after_that(database: Database) -> None:
    """The button is on that card, so it may be pressed before the process has taken note that it is shown."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=DELIVERED)
    assert await store.delete("e1") is True
    await claim.hold.conclude()
    assert await store.load("e1") is None


async def test_deleting_what_is_not_there_is_done_already(database: Database) -> None:
    """A button that is pressed twice, or an answer that was lost, is no failure."""
    store = Jobs(database, MODELS, "n1")
    await (await claimed(store, state=DELIVERED)).hold.conclude()
    broken = break_after_a_commit(database)
    assert await store.delete("e1") is True
    assert broken == ["COMMIT"]
    assert await store.delete("e1") is True
    assert await store.delete("never accepted") is True
