"""Looking through all jobs, and at those under way, on both databases."""

import time
from dataclasses import replace

import pytest
import sqlalchemy as sa

from adapters.store import gallery
from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.tables import metadata
from bot.domain.request import Author
from bot.ports import Sought
from tests.contract.store.stored import ANN, DELIVERED, MODELS, SUBMITTED, TERMS, at, change, claimed, job

LOCAL = Author("local", "local")
PROMPTS = {
    "rain": "It rains on Örebro",
    "percent": "100% wool_and \\ 'silk' /",
    "plain": "100 wool and silk",
    "snow": "Snow falls",
}


async def _filled(database: Database) -> Jobs:
    store = Jobs(database, MODELS, "n1")
    for number, (job_id, prompt) in enumerate(PROMPTS.items()):
        one = job(job_id, replace(ANN, id=f"Ann{number}"))
        await store.accept(replace(one, request=replace(one.request, prompt=prompt), accepted_at=float(number)), TERMS)
    return store


async def _found(store: Jobs, *words: str, **more: object) -> list[str]:
    return [entry.job.id for entry in await store.search(Sought(words, **more))]  # type: ignore[arg-type]  # as they come


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), ["snow", "plain", "percent", "rain"]),
        (("FALLS",), ["snow"]),
        (("öREBRO",), ["rain"]),
        (("ÖREBRO", "it"), ["rain"]),
        (("wool", "SILK"), ["plain", "percent"]),
        (("100%",), ["percent"]),
        (("wool_and",), ["percent"]),
        (("\\",), ["percent"]),
        (("/",), ["percent"]),
        (("'silk'",), ["percent"]),
        (("%",), ["percent"]),
        (("_",), ["percent"]),
        (("ann3",), ["snow"]),
        (("ann3", "rains"), []),
        (("\0",), []),
        (("\ud800",), []),
        (("'; DROP TABLE jobs; --",), []),
    ],
)
async def test_every_word_stands_somewhere(database: Database, words: tuple[str, ...], found: list[str]) -> None:
    """In capitals or not, in any alphabet; signs that mean something to a database mean themselves."""
    assert await _found(await _filled(database), *words) == found


async def test_a_seed_and_a_request_are_found(database: Database) -> None:
    """As they stand on the card."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store, "done")
    await claim.hold.save(replace(at(claim.job, DELIVERED), request_id="Req-9"))
    await claimed(store, "other", state=SUBMITTED)
    await change(database, "done", seed=123_456_789)
    assert await _found(store, "123456789") == ["done"]
    assert await _found(store, "req-9") == ["done"]


async def test_a_page_is_of_a_platform_and_before_a_moment(database: Database) -> None:
    """And no longer than was asked for."""
    store = await _filled(database)
    await store.accept(replace(job("mine", LOCAL), accepted_at=1.5), TERMS)
    assert await _found(store, before=2.0, limit=2) == ["mine", "percent"]
    assert await _found(store, platform="local") == ["mine"]
    assert await _found(store, "silk", platform="discord", before=2.0) == ["percent"]


async def test_who_is_forgotten_is_not_found(database: Database) -> None:
    """Nothing of jobs that are deleted, or that will be when they end."""
    store = Jobs(database, MODELS, "n1")
    await (await claimed(store, "done", state=DELIVERED)).hold.conclude()
    await claimed(store, "under way", state=SUBMITTED)
    await store.forget(ANN)
    assert await _found(store) == []
    assert await _found(store, "rains") == []


async def test_a_mark_changes_with_its_job(database: Database) -> None:
    """With its state, its request, its images, its process and its stop; those of others' jobs are not there."""
    store = Jobs(database, MODELS, "n1")
    await store.accept(job("e1", LOCAL), TERMS)
    await store.accept(job("e2", ANN), TERMS)
    marks = [await store.under_way(LOCAL)]
    claim = await store.claim("e1")
    assert claim is not None
    marks.append(await store.under_way(LOCAL))
    await claim.hold.save(replace(claim.job, image_sizes=((1, 2), (3, 4))))
    marks.append(await store.under_way(LOCAL))
    await claim.hold.save(replace(at(claim.job, SUBMITTED), request_id="r1"))
    marks.append(await store.under_way(LOCAL))
    await store.ask_to_stop("e1")
    marks.append(await store.under_way(LOCAL))
    await claim.hold.save(at(claim.job, DELIVERED))
    marks.append(await store.under_way(LOCAL))
    assert all(each.keys() == {"e1"} for each in marks)
    assert len({each["e1"] for each in marks}) == len(marks)
    await claim.hold.conclude()
    assert await store.under_way(LOCAL) == {}


async def test_what_has_ended_since_is_among_them(database: Database) -> None:
    """The newest of them, where there are many; not what is forgotten."""
    store = Jobs(database, MODELS, "n1")
    began = time.time()
    for job_id in ("a", "b"):
        await (await claimed(store, job_id, LOCAL, state=DELIVERED)).hold.conclude()
    await change(database, "a", finished_at=began - 100)
    await store.accept(job("waits", LOCAL), TERMS)
    assert set(await store.under_way(LOCAL, began - 10)) == {"b", "waits"}
    assert set(await store.under_way(LOCAL, began - 200)) == {"a", "b", "waits"}
    await store.delete("b")
    assert set(await store.under_way(LOCAL, began - 200)) == {"a", "waits"}


async def test_many_jobs_are_loaded_at_once(database: Database) -> None:
    """However many are asked for; what is not there, or no longer, is left out."""
    store = Jobs(database, MODELS, "n1")
    await store.accept(job("waits"), TERMS)
    await (await claimed(store, "gone", state=DELIVERED)).hold.conclude()
    await store.delete("gone")
    ids = ["waits", "gone", *(f"no {number}" for number in range(3 * gallery.BATCH))]
    assert [each.id for each in await store.load_all(ids)] == ["waits"]
    assert await store.load_all([]) == []


async def test_a_gallery_of_many_jobs_is_read_by_its_index(database: Database) -> None:
    """The first page of a hundred thousand jobs sorts nothing."""
    query = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    jobs = metadata.tables["jobs"]
    newest = sa.select(jobs.c.id).where(~jobs.c.forget).order_by(jobs.c.accepted_at.desc(), jobs.c.id.desc()).limit(21)
    await _filled(database)

    def plan(connection: sa.Connection) -> str:
        if not database.is_sqlite:
            connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        text = newest.compile(connection, compile_kwargs={"literal_binds": True})
        return "\n".join(str(row) for row in connection.execute(sa.text(f"{query} {text}")))

    assert "ix_jobs_accepted_at" in await database.run(plan)
