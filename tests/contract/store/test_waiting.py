"""Who runs next, on both databases."""

import asyncio
from collections.abc import Sequence

from adapters.store.database import Database
from adapters.store.waiting import Start, Waiting
from bot.domain.budget import Allowance
from bot.ports import Terms
from tests.contract.store.waiting_jobs import change, read, running, store, waiting

PLENTY = 1000


def terms(running: int = PLENTY, server: int = PLENTY, author: int = PLENTY) -> Terms:
    return Terms(running, server, author, PLENTY, PLENTY, Allowance())


async def admit(database: Database, limits: Terms, room: int = PLENTY) -> Sequence[str]:
    return [each.job_id for each in await Waiting(database).admit("me", limits, room)]


async def test_authors_take_turns_and_each_has_the_oldest_first(database: Database) -> None:
    """A job's turn is its author's number of running jobs with it; lower turns go first, then older jobs."""
    await store(database, waiting("a1"), waiting("a2"), waiting("a3"), waiting("b4", "bob"), waiting("c5", "cyd"))
    assert [await admit(database, terms(), room) for room in (1, 2, 3, 4, 5)] == [
        ["a1"],
        ["b4"],
        ["c5"],
        ["a2"],
        ["a3"],
    ]


async def test_an_author_with_less_under_way_goes_first(database: Database) -> None:
    """Jobs that run already count as turns that were had."""
    await store(database, running("r0"), waiting("a1"), waiting("b2", "bob"))
    assert await admit(database, terms(running=2)) == ["b2"]


async def test_the_limits_hold_for_everyone_a_server_and_an_author(database: Database) -> None:
    """Each limit counts what runs already, whoever runs it."""
    await store(database, running("r0"), *(waiting(f"a{n}") for n in (1, 2, 3)))
    await store(database, *(waiting(f"b{n}", "bob") for n in (4, 5, 6)), waiting("c7", "cyd", "elsewhere"))
    assert await admit(database, terms(running=1)) == []
    assert set(await admit(database, terms(author=2, server=4))) == {"a1", "b4", "b5", "c7"}
    assert await admit(database, terms(author=3, server=4)) == []
    assert set(await admit(database, terms(author=3, server=6))) == {"a2", "b6"}


async def test_direct_messages_have_no_limit_of_a_server(database: Database) -> None:
    """They are nobody's server, so they share none."""
    await store(database, waiting("a1", "ada", ""), waiting("b2", "bob", ""))
    assert await admit(database, terms(server=1)) == ["a1", "b2"]


async def test_a_full_server_is_passed_over_not_waited_for(database: Database) -> None:
    """The author's next job elsewhere gets the turn."""
    await store(database, running("r0", "bob"), waiting("a1"), waiting("a2"), waiting("a3", "ada", "elsewhere"))
    assert await admit(database, terms(server=1, author=1)) == ["a3"]


async def test_a_server_that_fills_leaves_the_rest_of_the_room_to_others(database: Database) -> None:
    """A place that one server may not take is not lost: another's job gets it in the same admission."""
    await store(database, *(waiting(f"a{n}", f"author {n}") for n in (1, 2, 3)), waiting("b4", "bob", "elsewhere"))
    assert await admit(database, terms(server=1), 2) == ["a1", "b4"]


async def test_jobs_that_have_ended_take_no_place(database: Database) -> None:
    """A job whose video is there may still show its last card; the next one does not wait for that."""
    await store(database, running("r0", state="delivered"), running("r1", concluded=True), waiting("a2"))
    assert await admit(database, terms(running=1)) == ["a2"]


async def test_the_same_author_id_on_two_platforms_is_two_authors(database: Database) -> None:
    """Ids are a platform's own."""
    await store(database, running("r0"), waiting("a1", platform="slack"))
    assert await admit(database, terms(author=1, server=1)) == ["a1"]


async def test_a_node_gets_no_more_than_it_has_room_for(database: Database) -> None:
    """The jobs that it has already take up room, other nodes' do not."""
    await store(database, running("r0", node="me"), running("r1"), waiting("a2"), waiting("a3"))
    assert await admit(database, terms(), room=2) == ["a2"]


async def test_a_job_stopped_while_it_waits_is_admitted_whatever_the_limits(database: Database) -> None:
    """It ends at once, so it costs no place."""
    await store(database, running("r0"), waiting("a1"), waiting("a2", stop_asked=True))
    assert await admit(database, terms(running=1)) == ["a2"]


async def test_an_admitted_job_is_the_nodes_and_its_run_names_the_workflow(database: Database) -> None:
    """A job that is admitted once more keeps the time it began."""
    await store(database, waiting("a1"), waiting("a2", run=3, started_at=7.0))
    assert await Waiting(database).admit("me", terms(), 2) == [Start("a1", "a1"), Start("a2", "a2/3")]
    first, second = await read(database, "node", "waiting", "started_at")
    assert (first[:2], second) == (("me", False), ("me", False, 7.0))
    assert first[2] > 7.0
    assert await admit(database, terms()) == []


async def test_two_nodes_at_once_keep_the_limits_together(database: Database) -> None:
    """They count one after the other, so the last place is given once."""
    await store(database, *(waiting(f"a{n}") for n in range(40)))
    admissions = (Waiting(database).admit(f"node {n}", terms(running=10), 7) for n in range(4))
    assert sum(len(each) for each in await asyncio.gather(*admissions)) == 10


async def test_nobody_waits_for_ever_behind_a_busy_author(database: Database) -> None:
    """With one place, two authors alternate however much the first one sends."""
    await store(database, *(waiting(f"a{n}") for n in range(10)), waiting("b98", "bob"), waiting("b99", "bob"))
    order: list[str] = []
    for _ in range(4):
        order += await admit(database, terms(running=2))
        if len(order) > 1:
            await change(database, order[-2], state="delivered", concluded=True)
    assert order == ["a0", "b98", "a1", "b99", "a2"]
