"""No secret is in the database, whatever state a job was in."""

import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.tables import metadata
from tests.contract.store.stored import (
    BYTES,
    DELIVERED,
    FINISHED,
    LINK,
    MODELS,
    POSTING,
    STAGED,
    SUBMITTED,
    SUBMITTING,
    claimed,
)

TOKEN = "a-token-that-nobody-may-read"  # the secret of a test


async def test_a_jobs_whole_life_leaves_no_secret_in_the_database(database: Database) -> None:
    """No token, no link to a video or an image, no image: not in any column, and on SQLite not in any byte."""
    store = Jobs(database, MODELS, "n1")
    claim = await claimed(store)
    job = claim.job
    seen = ""
    for state in (STAGED, SUBMITTING, SUBMITTED, FINISHED, POSTING, DELIVERED):
        job = job.to(state)
        await claim.hold.save(job, TOKEN)
        seen += await database.run(_dump)
    await store.arrived(TOKEN, "r1")
    await claim.hold.conclude()
    seen += await database.run(_dump)
    if database.is_sqlite:
        files = sa.make_url(database.url).database
        for suffix in ("", "-wal"):
            with open(f"{files}{suffix}", "rb") as file:  # noqa: ASYNC230, PTH123  # a test's small file
                seen += file.read().decode("latin-1")
    assert "it rains" in seen
    assert "https://queue/r1/status" in seen
    for secret in (TOKEN, LINK, "not-to-be-stored", BYTES.decode("latin-1")):
        assert secret not in seen


def _dump(connection: sa.Connection) -> str:
    return "\n".join(
        str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(sa.select(table))
    )
