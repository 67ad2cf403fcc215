"""Whose videos are needed where they lie: of jobs under way, and of those that could not be handed over."""

from pathlib import Path

import pytest

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from bot.domain.errors import Charge, NotHandedOver
from bot.domain.job import Failed, State
from tests.contract.store.stored import ANN, DELIVERED, MODELS, POSTING, SUBMITTED, UNCLEAR, change, claimed

KEPT = Failed(NotHandedOver("Unknown Channel", Path("r1.mp4")).billed(Charge.BILLED))


@pytest.mark.parametrize(
    ("state", "concluded", "is_wanted"),
    [
        (SUBMITTED, False, True),
        (POSTING, False, True),
        (KEPT, False, True),
        (KEPT, True, True),
        (DELIVERED, False, True),
        (DELIVERED, True, False),
        (UNCLEAR, True, False),
    ],
    ids=["at the provider", "being posted", "kept", "kept and told", "delivered", "delivered and told", "unclear"],
)
async def test_whose_are(database: Database, state: State, *, concluded: bool, is_wanted: bool) -> None:
    """The file of a job whose author has the video goes, wherever it was delivered."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=state)
    await change(database, "e1", request_id="r1")
    if concluded:
        await claim.hold.conclude()
    assert await store.wanted(["r0", "r1"]) == ({"r1"} if is_wanted else set())


@pytest.mark.parametrize("how", ["deleted", "forgotten"])
async def test_one_that_was_kept_goes_with_its_job(database: Database, how: str) -> None:
    """Whoever has their data deleted leaves no video on the operator's disk."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, state=KEPT)
    await change(database, "e1", request_id="r1")
    await claim.hold.conclude()
    if how == "deleted":
        await store.delete("e1")
    else:
        await store.forget(ANN)
    assert await store.wanted(["r1"]) == set()


async def test_more_than_a_query_takes(database: Database) -> None:
    """A disk may be full of them."""
    store = Jobs(database, MODELS, "n1")
    await claimed(store, state=SUBMITTED)
    await change(database, "e1", request_id="r7000")
    assert await store.wanted([f"r{number}" for number in range(8000)]) == {"r7000"}
