"""Rows of jobs for tests that work on the tables alone."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.tables import jobs, nodes


def waiting(job_id: str, author: str = "ada", server: str = "guild", **values: object) -> dict[str, object]:
    """Return the row of a job that waits; its accept time is the number its id ends with."""
    row = {
        "id": job_id,
        "platform": "discord",
        "server": server,
        "author": author,
        "roles": [],
        "endpoint": "fal-ai/wan-flf2v",
        "prompt": "go",
        "options": {},
        "images": [],
        "state": "accepted",
        "detail": {},
        "place": {},
        "waiting": True,
        "accepted_at": float("".join(filter(str.isdigit, job_id)) or 0),
        "month": "2026-11",
        "price_micros": 1,
        "owed_micros": 0,
    }
    return {**row, **values}


def running(job_id: str, author: str = "ada", server: str = "guild", **values: object) -> dict[str, object]:
    """Return the row of a job that a node carries."""
    return waiting(job_id, author, server, **{"waiting": False, "node": "other", "state": "submitted", **values})


async def store(database: Database, *rows: dict[str, object]) -> None:
    """Store rows, each by itself: they have different columns."""

    def work(connection: sa.Connection) -> None:
        for row in rows:
            connection.execute(sa.insert(jobs), [row])

    await database.run(work)


async def store_node(database: Database, node: str, *, dead: bool, lease_ends: float = 0.0) -> None:
    """Store a node that this process is not."""
    row = {"id": node, "started_at": 0.0, "lease_ends": lease_ends, "dead": dead}
    await database.run(lambda c: c.execute(sa.insert(nodes), [row]))


async def change(database: Database, job_id: str, **values: object) -> None:
    """Change a job behind everybody's back."""
    await database.run(lambda c: c.execute(sa.update(jobs).where(jobs.c.id == job_id).values(**values)))


async def read(database: Database, *columns: str) -> Sequence[tuple[Any, ...]]:
    """Return these columns of all jobs, by id."""
    wanted = sa.select(*(jobs.c[column] for column in columns)).order_by(jobs.c.id)
    return await database.run(lambda c: [tuple(row) for row in c.execute(wanted)])


async def until(database: Database, true: Callable[[Sequence[tuple[Any, ...]]], bool], *columns: str) -> None:
    """Wait until this holds for these columns of all jobs."""
    async with asyncio.timeout(30):
        # Other processes bring it about, through the table alone.
        while not true(await read(database, *columns)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
