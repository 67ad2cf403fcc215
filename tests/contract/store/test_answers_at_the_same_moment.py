"""A proposed job's author, the end of its hour, and other processes at the same moment: one of them is first."""

import asyncio
import time
from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.waiting import Waiting
from bot.domain.card import Action
from bot.domain.errors import Charge
from bot.domain.job import PROPOSED_S, Accepted, Cancelled
from tests.contract.store.stored import ANN, MODELS, TERMS, at, change, job, row, spent
from tests.contract.store.test_proposals import NO_LIMIT, PROPOSED, asked

ROUNDS = 12


async def test_a_go_in_the_moment_of_its_end_is_taken_or_is_not(database: Database) -> None:
    """It runs, and nobody cancels it; or it is cancelled, and nothing is sent."""
    for number in range(ROUNDS):
        job_id = f"e{number}"
        jobs = await _proposed(database, job_id)
        await change(database, job_id, started_at=time.time() - PROPOSED_S - 1)
        gone, starts = await asyncio.gather(jobs.go(job_id, NO_LIMIT), Waiting(database).admit("n1", TERMS, 99))
        stored = await row(database, job_id)
        if gone.state == Accepted():
            assert (stored["state"], stored["stop_asked"]) == ("accepted", False)
        else:
            assert (stored["state"], stored["stop_asked"], len(starts)) == ("proposed", True, 1)


@pytest.mark.parametrize("first", ["go", "mend"])
async def test_a_go_and_a_change_at_once(database: Database, first: str) -> None:
    """Nothing is made that was not shown: of the two, the second finds the job gone on."""
    for number in range(ROUNDS):
        job_id = f"e{number}"
        jobs = await _proposed(database, job_id)
        other = Jobs(database, MODELS, None)
        go, mend = jobs.go(job_id, NO_LIMIT), other.mend(job_id, Action.TALL, NO_LIMIT)
        await asyncio.gather(*((go, mend) if first == "go" else (mend, go)))
        kept = await jobs.load(job_id)
        assert kept is not None
        is_changed = kept.request.options["aspect_ratio"] == "9:16"
        assert kept.state == Accepted(asks=is_changed)
        assert (await row(database, job_id))["run"] == 2


async def test_one_whose_author_is_forgotten_is_dropped_with_its_hour(database: Database) -> None:
    """Nothing is left of it but that it was, and nothing is reserved."""
    jobs, _ = await asked(database)
    assert await jobs.forget(ANN) == (0, 1)
    await change(database, "e1", started_at=time.time() - PROPOSED_S - 1)
    await Waiting(database).admit("n1", TERMS, 9)
    claim = await jobs.claim("e1")
    assert claim is not None
    assert claim.news.stop
    await claim.hold.save(at(claim.job, Cancelled(Charge.NONE)))
    await claim.hold.conclude()
    stored = str(dict(await row(database)))
    assert not [word for word in ("ann", "painters", "it rains", "file:a") if word in stored]
    assert await spent(jobs) == (Decimal(0), Decimal(0))


async def _proposed(database: Database, job_id: str) -> Jobs:
    """Return the store of a job that rests."""
    jobs = Jobs(database, MODELS, "n1")
    await jobs.accept(at(job(job_id), Accepted(asks=True)), TERMS)
    claim = await jobs.claim(job_id)
    assert claim is not None
    await claim.hold.save(at(replace(claim.job, image_sizes=((1280, 720), (720, 1280))), PROPOSED))
    await claim.hold.rest()
    return jobs
