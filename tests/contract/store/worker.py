"""A worker process for the tests: carries each job through three states, and writes down who did what.

Arguments: the database's URL, the lease in seconds. A job whose prompt is ``hold`` stays in its second state until its
row is told otherwise: ``arrived`` is set.
"""

import asyncio
import sys
from collections.abc import Sequence

import sqlalchemy as sa

from adapters.store import runtime as loops
from adapters.store.database import Database
from adapters.store.nodes import Nodes
from adapters.store.runtime import Driven, Runtime
from adapters.store.tables import jobs
from bot.domain.budget import Allowance
from bot.ports import Ring, Terms

TERMS = Terms(5000, 5000, 5000, 5000, 5000, Allowance())
STEPS = {"accepted": "submitted", "submitted": "delivered"}


def say(*words: str) -> None:
    """Write a line to whoever started this process."""
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


class Carrier:
    """Takes jobs a step further, on the table alone."""

    def __init__(self, database: Database, node: str) -> None:
        self._database = database
        self._node = node

    async def carry(self, job_id: str) -> str | None:
        """Take one step; a job that was told to stays where it is."""
        row = await self._database.run(lambda c: c.execute(sa.select(jobs).where(jobs.c.id == job_id)).one())
        if row.node != self._node:
            await self._set(job_id, node=self._node, fence=row.fence + 1)
        if row.state == "submitted":
            say("holds", job_id)
            # Another process tells it, through the table alone.
            while row.prompt == "hold" and await self._arrived(job_id) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        if (state := STEPS.get(row.state)) is None:
            await self._set(job_id, concluded=True)
            return None
        await self._set(job_id, state=state)
        return state

    async def _arrived(self, job_id: str) -> str | None:
        return await self._database.run(lambda c: c.scalar(sa.select(jobs.c.arrived).where(jobs.c.id == job_id)))

    async def _set(self, job_id: str, **values: object) -> None:
        await self._database.run(lambda c: c.execute(sa.update(jobs).where(jobs.c.id == job_id).values(**values)))


async def nothing() -> Sequence[Ring]:
    """No news."""
    return ()


async def never() -> Sequence[str]:
    """No job is parked."""
    await asyncio.Event().wait()
    return ()


async def nobody() -> int:
    """Nothing to delete."""
    return 0


async def main(url: str, lease_s: float) -> None:
    """Work until killed, or lost."""
    # A job that lost its workflow is looked for right at the start, and then so often: no test waits half a minute.
    loops.OWN_S = 1.0
    database = Database(url)
    nodes = Nodes(database, lease_s)
    driven = Driven(Carrier(database, nodes.id).carry, nothing, lambda _: None, nobody, never, lambda _: False)
    async with Runtime(database, nodes, TERMS, 5000, driven) as runtime:
        say("lives", nodes.id)
        await runtime.lost.wait()
        say("lost")
    sys.exit(75)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
