"""Jobs that nobody carries any more: of processes that died, or whose workflow was lost on the way."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from adapters.store.database import Database
from adapters.store.engine import Engine
from adapters.store.nodes import are_dead
from adapters.store.tables import jobs, nodes
from adapters.store.waiting import Start, workflow_id

log = structlog.get_logger()

AT_ONCE = 16
"""Workflows begun side by side: enough to keep the engine's threads at work."""


@dataclass(frozen=True)
class _Orphan:
    job_id: str
    run: int
    node: str

    @property
    def workflow_id(self) -> str:
        return workflow_id(self.job_id, self.run)


class Takeover:
    """Finds such jobs and has them carried on. Two processes may do it at the same time."""

    def __init__(self, database: Database, engine: Engine, node: str, parked: Callable[[str], bool]) -> None:
        """``parked``: whether this process has a job wait for the provider, which needs no workflow."""
        self._database = database
        self._engine = engine
        self._node = node
        self._parked = parked

    async def adopt(self, *, own: bool = True) -> int:
        """Have the jobs of dead nodes carried on, and with ``own`` those of this one that lost their workflow.

        Returns how many. Its own are all looked at, so that is for now and then. A workflow that a dead node ran is
        resumed by the engine, in whichever living process is first. A job whose workflow never began, or ended before
        the job, becomes this node's with a new run.
        """
        running = self._engine.running
        orphans = [
            each
            for each in await self._orphans(own=own)
            if each.workflow_id not in running and not (each.node == self._node and self._parked(each.job_id))
        ]
        if not orphans:
            return 0
        known = await self._engine.find([each.workflow_id for each in orphans])
        resumed = await self._resume(
            {
                known[each.workflow_id].executor
                for each in orphans
                if each.workflow_id in known and known[each.workflow_id].pending
            }
        )
        gone = [each for each in orphans if (flow := known.get(each.workflow_id)) is None or flow.ended]
        return resumed + await self.begin(await self._take(gone))

    async def go_on(self, job_ids: Sequence[str]) -> int:
        """Begin the next run of jobs of this node that were parked; waits while the database is away."""
        mine = sa.and_(jobs.c.id.in_(job_ids), jobs.c.node == self._node, ~jobs.c.concluded, ~jobs.c.waiting)
        further = sa.update(jobs).where(mine).values(run=jobs.c.run + 1).returning(jobs.c.id, jobs.c.run)

        def work(connection: sa.Connection) -> Sequence[Start]:
            return [Start(row.id, workflow_id(row.id, row.run)) for row in connection.execute(further)]

        return await self.begin(await self._database.run(work, patience=None))

    async def begin(self, starts: Sequence[Start]) -> int:
        """Begin workflows; return how many."""
        for first in range(0, len(starts), AT_ONCE):
            async with asyncio.TaskGroup() as group:
                for start in starts[first : first + AT_ONCE]:
                    group.create_task(self._engine.start(start.job_id, start.workflow_id))
        return len(starts)

    async def is_current(self, job_id: str, flow: str) -> bool:
        """Whether a job is unfinished, and this workflow is its present run."""
        wanted = sa.select(jobs.c.run).where(jobs.c.id == job_id, ~jobs.c.concluded)
        run = await self._database.run(lambda c: c.scalar(wanted))
        return run is not None and workflow_id(job_id, run) == flow

    async def clean(self, older_than: float) -> int:
        """Delete the engine's records of what ended before ``older_than`` (epoch seconds); return how many.

        What dead nodes left unended of jobs that are done is run to its end, for the next cleaning.
        """
        await self._resume(set(await self._engine.executors()))
        return await self._engine.clean(older_than)

    async def _orphans(self, *, own: bool) -> Sequence[_Orphan]:
        dead = sa.select(nodes.c.id).where(nodes.c.dead)
        unfinished = sa.select(jobs.c.id, jobs.c.run, jobs.c.node).where(
            ~jobs.c.concluded, ~jobs.c.waiting, jobs.c.node.is_not(None)
        )
        whose = sa.or_(jobs.c.node == self._node, jobs.c.node.in_(dead)) if own else jobs.c.node.in_(dead)
        theirs = unfinished.where(whose).order_by(jobs.c.id)
        return await self._database.run(lambda c: [_Orphan(*row) for row in c.execute(theirs)])

    async def _resume(self, executors: set[str]) -> int:
        # Asked after the workflows were looked at, so that a node that has just come to life is not taken for dead.
        dead = await self._database.run(are_dead(executors - {self._node}))
        if not dead:
            return 0
        log.warning("jobs_of_dead_nodes_resumed", nodes=sorted(dead))
        return await self._engine.recover(sorted(dead))

    async def _take(self, orphans: Sequence[_Orphan]) -> Sequence[Start]:
        def work(connection: sa.Connection) -> Sequence[Start]:
            taken = []
            for each in orphans:
                still = sa.and_(
                    jobs.c.id == each.job_id,
                    jobs.c.run == each.run,
                    jobs.c.node == each.node,
                    ~jobs.c.concluded,
                    ~jobs.c.waiting,
                )
                mine = sa.update(jobs).where(still).values(node=self._node, run=each.run + 1)
                if connection.execute(mine).rowcount:
                    taken.append(Start(each.job_id, workflow_id(each.job_id, each.run + 1)))
            return taken

        if not orphans:
            return []
        taken = await self._database.run(work)
        log.warning("jobs_begun_anew", count=len(taken))
        return taken
