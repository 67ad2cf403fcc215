"""A server's own limits narrow the operator's at admission, on both databases."""

import pytest

from adapters.store.database import Database
from bot.domain.server import Rules
from tests.contract.store.stored import set_rules
from tests.contract.store.test_waiting import admit, terms
from tests.contract.store.waiting_jobs import change, running, store, waiting


async def _rule(database: Database, rules: Rules) -> None:
    await set_rules(database, "discord", "guild", rules)


async def test_a_server_may_run_fewer_jobs_than_the_operator_allows(database: Database) -> None:
    """What runs there already counts; other servers, and direct messages, keep the operator's limit."""
    await _rule(database, Rules(running=2))
    await store(database, running("r0", "bob"), *(waiting(f"a{n}", f"author {n}") for n in (1, 2)))
    await store(database, *(waiting(f"b{n}", f"author {n}", "other") for n in (3, 4)), waiting("c5", "cyd", ""))
    assert await admit(database, terms(server=3)) == ["a1", "b3", "b4", "c5"]
    await _rule(database, Rules(running=3))
    assert await admit(database, terms(server=3)) == ["a2"]


@pytest.mark.parametrize("rules", [Rules(), Rules(running=9, running_per_author=9)])
async def test_a_server_never_widens_the_operators_limits(database: Database, rules: Rules) -> None:
    """A larger number of its own, or none, leaves them."""
    await _rule(database, rules)
    await store(database, *(waiting(f"a{n}") for n in (1, 2, 3)), *(waiting(f"b{n}", "bob") for n in (4, 5)))
    assert await admit(database, terms(server=3, author=2)) == ["a1", "b4", "a2"]


async def test_a_server_may_run_fewer_jobs_of_each_author(database: Database) -> None:
    """The author's jobs there count, and those elsewhere do not: they are not the admins' business."""
    await _rule(database, Rules(running_per_author=1))
    await store(database, running("r0", server="other"), *(waiting(f"a{n}") for n in (1, 2)), waiting("b3", "bob"))
    assert await admit(database, terms(author=3)) == ["b3", "a1"]
    assert await admit(database, terms(author=3)) == []
    await change(database, "a1", state="delivered")
    assert await admit(database, terms(author=3)) == ["a2"]


async def test_a_job_that_its_server_holds_back_takes_no_turn_of_its_author(database: Database) -> None:
    """The author's next job elsewhere gets it: what has no room is passed over, not waited for."""
    await _rule(database, Rules(running_per_author=1))
    await store(database, *(waiting(f"a{n}") for n in (1, 2, 3)), waiting("b4", server="other"))
    assert await admit(database, terms(author=2)) == ["a1", "b4"]


async def test_a_server_that_is_full_by_its_own_limit_takes_no_turn_either(database: Database) -> None:
    """The author's only turn goes to the job elsewhere, though the operator would allow more in that server."""
    await _rule(database, Rules(running=1))
    await store(database, running("r0", "bob"), waiting("a1"), waiting("a2", server="other"))
    assert await admit(database, terms(server=9, author=1)) == ["a2"]


async def test_a_server_that_allows_nothing_runs_nothing(database: Database) -> None:
    """Zero is a limit like any other, and a job that its author stopped may end all the same."""
    await _rule(database, Rules(running=0))
    await store(database, waiting("a1"), waiting("a2", stop_asked=True), waiting("b3", "bob", "other"))
    assert set(await admit(database, terms())) == {"a2", "b3"}


async def test_another_platforms_server_of_that_id_has_limits_of_its_own(database: Database) -> None:
    """Ids are a platform's own."""
    await _rule(database, Rules(running=1, running_per_author=1))
    await store(database, *(waiting(f"a{n}", platform="slack") for n in (1, 2)))
    assert await admit(database, terms()) == ["a1", "a2"]
