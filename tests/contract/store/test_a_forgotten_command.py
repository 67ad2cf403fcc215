"""A command that is delivered again after its author has had everything deleted: it is not paid for twice."""

import pytest
import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.retention import purge
from adapters.store.tables import jobs
from bot.domain.errors import Charge
from bot.domain.job import Cancelled
from tests.contract.store.stored import ANN, DELIVERED, MODELS, SUBMITTED, TERMS, at, claimed, job, row, spent


@pytest.mark.parametrize("is_under_way", [True, False])
async def test_it_is_no_new_job(database: Database, *, is_under_way: bool) -> None:
    """Deleted while it ran or after it: there is no such job for anybody, and nothing is reserved or run."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=SUBMITTED)
    if is_under_way:
        assert await store.forget(ANN) == (0, 1)
    await claim.hold.save(at(claim.job, DELIVERED))
    await claim.hold.conclude()
    if not is_under_way:
        assert await store.forget(ANN) == (1, 0)
    before = await spent(store)
    assert (await store.accept(job(), TERMS)).state == Cancelled(Charge.POSSIBLE)
    assert await store.load("e1") is None
    assert await store.claim("e1") is None
    assert await store.history(ANN) == []
    assert await spent(store) == before
    assert await store.forget(ANN) == (0, 0)


async def test_nothing_of_its_author_is_left(database: Database) -> None:
    """What stays is the id, the model, and when and for how much; in the end retention takes that too."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=SUBMITTED)
    await claim.hold.remember({"channel": "c-secret", "card": "m-secret"})
    await claim.hold.save(at(claim.job, DELIVERED))
    await claim.hold.conclude()
    await store.forget(ANN)
    stored = str(dict(await row(database)))
    for word in ("ann", "guild", "painters", "it rains", "a.png", "file:a", "secret", "r1", "123456"):
        assert word not in stored
    assert await purge(database, 9e12) == 1
    assert await database.run(lambda connection: connection.scalar(sa.select(sa.func.count()).select_from(jobs))) == 0
