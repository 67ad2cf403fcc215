"""News from outside: stops and webhooks reach the process that carries the job, or the next one; nothing gets lost."""

import pytest

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from bot.domain.errors import Charge
from bot.domain.job import Cancelled, Failed, State, Unclear
from bot.ports import Ring
from tests.contract.store.stored import (
    DELIVERED,
    MODELS,
    SUBMITTED,
    SUBMITTING,
    TERMS,
    UNCLEAR,
    at,
    break_after_a_commit,
    change,
    claimed,
    job,
    row,
)


@pytest.fixture
def worker(database: Database) -> Jobs:
    """Return the store of the process that carries jobs."""
    return Jobs(database, MODELS, "n1")


@pytest.fixture
def gateway(database: Database) -> Jobs:
    """Return the store of a process that only accepts."""
    return Jobs(database, MODELS, None)


async def _submitting(worker: Jobs, token: str = "t1", job_id: str = "e1") -> None:
    claim = await claimed(worker, job_id)
    await claim.hold.save(at(claim.job, SUBMITTING), token)


async def _concluded(worker: Jobs, state: State) -> None:
    claim = await claimed(worker)
    await claim.hold.save(at(claim.job, SUBMITTING), "t1")
    await claim.hold.save(at(claim.job, state))
    await claim.hold.conclude()


async def test_a_stop_reaches_the_process_that_carries_the_job(worker: Jobs, gateway: Jobs) -> None:
    """It is told once, and to no other process."""
    await claimed(worker)
    await claimed(worker, "e2")
    await gateway.ask_to_stop("e1")
    assert await gateway.rung() == []
    assert await worker.rung() == [Ring("e1", stop=True, request_id=None)]
    assert await worker.rung() == []


async def test_a_stop_of_a_waiting_job_is_known_to_whoever_claims_it(worker: Jobs, gateway: Jobs) -> None:
    """It is durable, and part of the claim."""
    await gateway.accept(job(), TERMS)
    await gateway.ask_to_stop("e1")
    claim = await worker.claim("e1")
    assert claim is not None
    assert claim.news == Ring("e1", stop=True, request_id=None)
    assert await worker.rung() == []


async def test_a_stop_of_a_job_that_has_ended_is_nothing(worker: Jobs, database: Database) -> None:
    """There is nothing to stop, also of an unclear one, and of one that nobody knows."""
    await claimed(worker, state=DELIVERED)
    await worker.ask_to_stop("e1")
    await worker.ask_to_stop("e2")
    assert (await row(database))["stop_asked"] is False


async def test_a_webhook_brings_its_request_home(worker: Jobs, gateway: Jobs) -> None:
    """By the token alone; the carrying process is told, and so is the next one that claims the job."""
    await _submitting(worker)
    assert await gateway.arrived("t1", "r1") is True
    assert await worker.rung() == [Ring("e1", stop=False, request_id="r1")]
    again = await worker.claim("e1")
    assert again is not None
    assert again.news == Ring("e1", stop=False, request_id="r1")


async def test_a_strange_token_brings_nothing(worker: Jobs, gateway: Jobs, database: Database) -> None:
    """A token of nobody, and the digest itself, are refused."""
    await _submitting(worker)
    digest = (await row(database))["token_digest"]
    for token in ("t2", "", "nul \0", "\udc80", str(digest)):
        assert await gateway.arrived(token, "r1") is False
    assert await worker.rung() == []


async def test_the_first_request_of_a_token_counts(worker: Jobs, gateway: Jobs) -> None:
    """A webhook that comes again, or with another request's id, changes nothing."""
    await _submitting(worker)
    for request_id in ("r1", "r1", "r2"):
        assert await gateway.arrived("t1", request_id) is True
    assert await worker.rung() == [Ring("e1", stop=False, request_id="r1")]


async def test_a_request_that_was_surely_not_accepted_leaves_no_news(worker: Jobs, gateway: Jobs) -> None:
    """The next request has a token of its own, and what arrived for the one before is not about it."""
    claim = await claimed(worker)
    await claim.hold.save(at(claim.job, SUBMITTING), "t1")
    await gateway.arrived("t1", "r1")
    await claim.hold.save(at(claim.job, SUBMITTING), "t2")
    assert await gateway.arrived("t1", "r1") is False
    assert await gateway.arrived("t2", "r2") is True
    assert (await worker.rung())[0].request_id == "r2"


@pytest.mark.parametrize("state", [DELIVERED, Cancelled(Charge.POSSIBLE)])
async def test_a_job_that_has_ended_stays_ended(worker: Jobs, gateway: Jobs, database: Database, state: State) -> None:
    """A late webhook is taken, and nothing comes of it."""
    await _concluded(worker, state)
    before = await row(database)
    assert await gateway.arrived("t1", "r1") is True
    assert await row(database) == before


async def test_an_unclear_job_goes_on_when_its_request_comes_home(worker: Jobs, gateway: Jobs) -> None:
    """It waits for a process again, as an intent whose request is known."""
    await _concluded(worker, UNCLEAR)
    assert await gateway.arrived("t1", "r1") is True
    claim = await worker.claim("e1")
    assert claim is not None
    assert (claim.job.state, claim.news.request_id) == (SUBMITTING, "r1")


async def test_looking_again_reopens_an_unclear_job_alone(worker: Jobs, gateway: Jobs, database: Database) -> None:
    """It is admitted and run once more; a second look in the meantime changes nothing, nor one at another state."""
    await _concluded(worker, UNCLEAR)
    assert (await gateway.look_again("e1")).state == SUBMITTING
    reopened = await row(database)
    assert [reopened[name] for name in ("waiting", "node", "run", "concluded", "finished_at")] == [
        True,
        None,
        2,
        False,
        None,
    ]
    assert (await gateway.look_again("e1")).state == SUBMITTING
    assert await row(database) == reopened
    await claimed(worker, "e2", state=SUBMITTED)
    assert (await gateway.look_again("e2")).state == SUBMITTED
    with pytest.raises(LookupError):
        await gateway.look_again("e3")


@pytest.mark.parametrize("reopen", ["webhook", "look"])
async def test_a_job_reopened_before_it_is_concluded_runs_again(
    worker: Jobs, gateway: Jobs, database: Database, reopen: str
) -> None:
    """The process that was about to conclude it leaves it to the next run, without any fuss."""
    claim = await claimed(worker)
    await claim.hold.save(at(claim.job, SUBMITTING), "t1")
    await claim.hold.save(at(claim.job, UNCLEAR))
    if reopen == "webhook":
        await gateway.arrived("t1", "r1")
    else:
        await gateway.look_again("e1")
    assert (await row(database))["node"] == "n1"
    await claim.hold.conclude()
    again = await worker.claim("e1")
    assert again is not None
    assert again.job.state == SUBMITTING
    assert (await row(database))["run"] == 2


async def test_a_webhook_in_the_moment_of_giving_up_is_not_lost(
    worker: Jobs, gateway: Jobs, database: Database
) -> None:
    """It is answered with 200, so it never comes again: the job that is called unclear right after it goes on."""
    claim = await claimed(worker)
    await claim.hold.save(at(claim.job, SUBMITTING), "t1")
    assert await gateway.arrived("t1", "r1") is True
    await claim.hold.save(at(claim.job, UNCLEAR))
    await claim.hold.conclude()
    again = await worker.claim("e1")
    assert again is not None
    assert (again.job.state, again.news.request_id) == (SUBMITTING, "r1")
    assert (await row(database))["owed_micros"] == (await row(database))["price_micros"]


async def test_an_unclear_job_that_cannot_be_read_has_failed_also_when_it_is_looked_at(
    worker: Jobs, gateway: Jobs, database: Database
) -> None:
    """Reopening cannot make sense of it; the claim ends it, with the truth about the bill."""
    await _concluded(worker, Unclear(Charge.POSSIBLE))
    await change(database, "e1", detail={})
    await gateway.look_again("e1")
    claim = await worker.claim("e1")
    assert claim is not None
    assert isinstance(claim.job.state, Failed)
    assert claim.job.state.error.charge is Charge.POSSIBLE
    await claim.hold.conclude()
    assert await worker.claim("e1") is None


async def test_news_survive_a_broken_connection(worker: Jobs, gateway: Jobs, database: Database) -> None:
    """The commit that marks them told is not heard of: they are told all the same."""
    await claimed(worker)
    await gateway.ask_to_stop("e1")
    broken = break_after_a_commit(database)

    assert await worker.rung() == [Ring("e1", stop=True, request_id=None)]
    assert broken == ["COMMIT"]
