"""Which worker processes live. A worker is a node: a new id at each boot, alive as long as it renews its lease.

On Postgres the lease counts by the database's clock; the node itself counts by its own, from before the renewal was
sent, and stops effects a margin before anybody may bury it. A buried node stays dead, so its jobs can be taken over. On
SQLite a file lock proves that no other process lives: a node that boots finds all older ones dead, and renews nothing.
"""

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import sqlalchemy as sa
import structlog

from adapters.store.database import Database
from adapters.store.single import SingleProcess
from adapters.store.tables import jobs, nodes
from bot.domain.errors import StoreAway
from bot.ports import Superseded

log = structlog.get_logger()

KEPT_S = 7 * 86400.0
"""How long a dead node's row is kept once it has no unfinished jobs."""


class Nodes:
    """This process as a node among others. ``lease_s`` in seconds, the same in all processes."""

    def __init__(self, database: Database, lease_s: float = 10.0) -> None:
        self.id = uuid.uuid4().hex
        self.lease_s = lease_s
        self._margin = lease_s / 10
        self._is_sqlite = database.is_sqlite
        # A renewal must not wait behind the jobs' own transactions.
        self._database = database if database.is_sqlite else Database(database.url, threads=1)
        self._single = SingleProcess(Path(sa.make_url(database.url).database or "")) if database.is_sqlite else None
        self._surely_until = float("-inf")
        self._steady_since = float("-inf")
        self._renewed = asyncio.Condition()
        self.lost = asyncio.Event()

    async def register(self) -> str:
        """Make this process a node that lives, and return its id.

        On SQLite raise :class:`DatabaseInUse` where another process lives; all older nodes are dead afterwards.
        """
        if self._single is not None:
            self._single.take()
        before = time.monotonic()
        await self._database.run(self._insert)
        await self._note(before)
        return self.id

    def holds(self) -> bool:
        """Whether nobody can have buried this node; cheap, asked right before an effect outside."""
        return not self.lost.is_set() and time.monotonic() < self._surely_until

    async def until_held(self) -> None:
        """Wait, where the database is away, until the lease is sure again; raise :class:`Superseded` once buried."""
        async with self._renewed:
            await self._renewed.wait_for(lambda: self.holds() or self.lost.is_set())
        if self.lost.is_set():
            raise Superseded

    async def renew(self) -> None:
        """Renew the lease once; set ``lost``, for good, where this node has been buried.

        Raises :class:`StoreAway` where the database does not answer: the next renewal may still come in time.
        """
        if self._is_sqlite:
            return
        before = time.monotonic()
        alive = await self._database.run(self._extend, patience=self.lease_s / 4)
        if alive:
            await self._note(before)
            return
        log.error("node_lost", node=self.id, why="its lease ran out and another process took its jobs over")
        async with self._renewed:
            self.lost.set()
            self._renewed.notify_all()

    async def keep_renewing(self) -> None:
        """Renew every quarter of the lease, or at once after an outage, until this node is lost."""
        while not self.lost.is_set():
            await asyncio.sleep(self.lease_s / 4 if self.holds() or self._is_sqlite else self.lease_s / 20)
            try:
                await self.renew()
            except StoreAway as error:
                log.warning("lease_not_renewed", node=self.id, held=self.holds(), error=str(error))
            except Exception:
                log.exception("lease_not_renewed", node=self.id, held=self.holds())

    async def bury(self) -> Sequence[str]:
        """Mark nodes whose lease is over as dead, and return all dead nodes that have unfinished jobs.

        Nobody is buried for a while after this node's own lease was over: the database was away, and the others need
        the same moment to come back.
        """
        steady = self.holds() and time.monotonic() - self._steady_since >= self.lease_s / 2
        return await self._database.run(self._bury if steady or self._is_sqlite else _dead_with_jobs)

    async def leave(self) -> None:
        """Be dead from now on, so that others take over at once, and let everything go."""
        self.lost.set()
        try:
            await self._database.run(lambda c: _die(c, self.id))
        except StoreAway:
            log.warning("node_left_unsaid", node=self.id)
        finally:
            if self._single is not None:
                self._single.give_back()
            else:
                self._database.close()

    async def forget_the_dead(self) -> None:
        """Delete rows of nodes that died long ago and have no unfinished jobs."""
        old = sa.select(jobs.c.id).where(jobs.c.node == nodes.c.id, ~jobs.c.concluded).exists()
        gone = sa.delete(nodes).where(nodes.c.dead, nodes.c.started_at < time.time() - KEPT_S, ~old)
        await self._database.run(lambda c: c.execute(gone))

    async def _note(self, before: float) -> None:
        async with self._renewed:
            if not self.holds() and self._surely_until > float("-inf"):
                self._steady_since = time.monotonic()
            self._surely_until = float("inf") if self._is_sqlite else before + self.lease_s - self._margin
            self._renewed.notify_all()

    def _insert(self, connection: sa.Connection) -> None:
        if self._is_sqlite:
            connection.execute(sa.update(nodes).where(nodes.c.id != self.id).values(dead=True))
        if connection.scalar(sa.select(nodes.c.id).where(nodes.c.id == self.id)) is None:
            row = {"id": self.id, "started_at": time.time(), "lease_ends": self._now() + self.lease_s}
            connection.execute(sa.insert(nodes).values(row))

    def _extend(self, connection: sa.Connection) -> bool:
        mine = sa.update(nodes).where(nodes.c.id == self.id, ~nodes.c.dead)
        return connection.execute(mine.values(lease_ends=self._now() + self.lease_s)).rowcount == 1

    def _bury(self, connection: sa.Connection) -> Sequence[str]:
        over = sa.update(nodes).where(nodes.c.id != self.id, ~nodes.c.dead)
        if not self._is_sqlite:
            over = over.where(nodes.c.lease_ends < self._now() - self._margin)
        for each in connection.scalars(over.values(dead=True).returning(nodes.c.id)):
            log.warning("node_buried", node=each)
        return _dead_with_jobs(connection)

    def _now(self) -> sa.ColumnElement[float]:
        if self._is_sqlite:
            return sa.literal(time.time())
        return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float)


def are_dead(ids: set[str]) -> Callable[[sa.Connection], set[str]]:
    """Return a transaction that says which of these nodes are dead; one that has no row any more is, too."""

    def look(connection: sa.Connection) -> set[str]:
        alive = sa.select(nodes.c.id).where(nodes.c.id.in_(ids), ~nodes.c.dead)
        return ids - set(connection.scalars(alive))

    return look


def _dead_with_jobs(connection: sa.Connection) -> Sequence[str]:
    unfinished = sa.select(jobs.c.id).where(jobs.c.node == nodes.c.id, ~jobs.c.concluded).exists()
    return list(connection.scalars(sa.select(nodes.c.id).where(nodes.c.dead, unfinished)))


def _die(connection: sa.Connection, node: str) -> None:
    connection.execute(sa.update(nodes).where(nodes.c.id == node).values(dead=True))
