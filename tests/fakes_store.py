"""A job store in memory that keeps the contract of ``bot.ports.JobStore``, for tests of what works with one."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.budget import Allowance, Budget, Usage, allowance, month_of, renewal
from bot.domain.card import Action
from bot.domain.errors import BudgetSpent, Charge, QueueFull, StoreAway
from bot.domain.job import (
    Accepted,
    Cancelled,
    Finished,
    Job,
    Proposed,
    Staged,
    Submitted,
    Submitting,
    Unclear,
)
from bot.domain.mend import mended
from bot.domain.request import Author
from bot.domain.server import Rules
from bot.ports import Claim, Deed, Entry, Ring, Sought, Superseded, Terms
from tests.fakes_table import Row, Table, digest, ended, fits, key, owed, same


class MemoryStore:
    """``bot.ports.JobStore`` of the process ``node``. A waiting job is admitted by being claimed."""

    def __init__(self, table: Table | None = None, node: str = "n1", clock: Callable[[], float] = time.time) -> None:
        self.table = table or Table()
        self._node = node
        self._clock = clock

    async def accept(self, job: Job, terms: Terms) -> Job:
        """Store a new job, or return the one that is there."""
        if row := self._rows.get(job.id):
            return row.job
        if emptied := self.table.emptied.get(job.id):
            return emptied
        author, price, month = job.request.author, job.request.price, month_of(self._clock())
        waiting = [row.job.request.author for row in self._rows.values() if row.waiting]
        if len(waiting) >= terms.waiting:
            raise QueueFull("everyone", terms.waiting)
        if sum(same(each, author) for each in waiting) >= terms.waiting_per_author:
            raise QueueFull("author", terms.waiting_per_author)
        usage = await self.usage(author, terms.allowance)
        for limit, spent, whose in (
            (usage.allowance.author, usage.author, "author"),
            (usage.allowance.server, usage.server, "server"),
        ):
            if limit is not None and spent + price > limit:
                raise BudgetSpent("author" if whose == "author" else "server", limit, spent, price, usage.renews)
        self._rows[job.id] = Row(job, month, price)
        return job

    async def load(self, job_id: str) -> Job | None:
        """Return a job as it stands."""
        row = self._rows.get(job_id)
        return row.job if row else None

    async def claim(self, job_id: str) -> Claim | None:
        """Take a job that nobody living holds."""
        row = self._rows.get(job_id)
        if row is None or row.concluded:
            return None
        if row.node not in {None, self._node} and row.node not in self.table.dead:
            raise Superseded
        row.node, row.waiting, row.fence = self._node, False, row.fence + 1
        row.started_at = row.started_at or self._clock()
        return Claim(row.job, _Hold(self, row, row.fence), Ring(job_id, row.stop_asked, row.arrived))

    async def ask_to_stop(self, job_id: str) -> None:
        """Note that its author wants it stopped."""
        row = self._rows[job_id]
        row.stop_asked = row.rung = True
        if isinstance(row.job.state, Proposed) and row.node is None:
            self._run_again(row)

    async def arrived(self, token: str, request_id: str) -> bool:
        """Take a webhook's word."""
        row = next((row for row in self._rows.values() if row.token_digest == digest(token)), None)
        if row is None:
            return False
        row.arrived, row.rung = request_id, True
        self._revive(row)
        return True

    async def placed(self, job_id: str, place: Mapping[str, str]) -> None:
        """Add to a job's place."""
        if row := self._rows.get(job_id):
            row.job = replace(row.job, place={**place, **row.job.place})

    async def look_again(self, job_id: str) -> Job:
        """Have an unclear job looked up once more."""
        self._revive(self._rows[job_id])
        return self._rows[job_id].job

    async def go(self, job_id: str, default: Allowance) -> Job:
        """Have a proposed job made."""
        return self._answer(self._rows[job_id], lambda job: job.to(Accepted()))

    async def mend(self, job_id: str, mend: Action, default: Allowance) -> Job:
        """Have a proposed job proposed anew."""
        row = self._rows[job_id]
        request = mended(row.job.request, mend)
        return self._answer(row, lambda job: replace(job, request=request).to(Accepted(asks=True)))

    async def rung(self) -> Sequence[Ring]:
        """Return the news for this process, once."""
        news = [row for row in self._rows.values() if row.rung and row.node == self._node]
        for row in news:
            row.rung = False
        return [Ring(row.job.id, row.stop_asked, row.arrived) for row in news]

    async def history(self, author: Author, limit: int = 20) -> Sequence[Entry]:
        """Return an author's newest jobs."""
        rows = [row for row in self._rows.values() if same(row.job.request.author, author)]
        rows.sort(key=lambda row: row.job.accepted_at, reverse=True)
        return [Entry(row.job, row.started_at, row.submitted_at, row.finished_at) for row in rows[:limit]]

    async def search(self, sought: Sought) -> Sequence[Entry]:
        """Return what fits among all jobs, newest first."""
        rows = [row for row in self._rows.values() if not row.forget and fits(row.job, sought)]
        rows.sort(key=lambda row: row.job.accepted_at, reverse=True)
        return [Entry(row.job, row.started_at, row.submitted_at, row.finished_at) for row in rows[: sought.limit]]

    async def under_way(self, author: Author, ended_since: float | None = None) -> Mapping[str, str]:
        """Return the marks of an author's jobs."""
        mine = [row for row in self._rows.values() if same(row.job.request.author, author)]
        told = [row for row in mine if not row.concluded or ended(row, ended_since)]
        return {row.job.id: f"{row.job.state} {row.fence} {row.stop_asked} {row.job.image_sizes}" for row in told}

    async def load_all(self, job_ids: Collection[str]) -> Sequence[Job]:
        """Return those of these jobs that are stored."""
        return [self._rows[job_id].job for job_id in job_ids if job_id in self._rows]

    async def usage(self, author: Author, default: Allowance) -> Usage:
        """Return this month's money."""
        month = month_of(self._clock())
        rows = [row for row in self._rows.values() if row.month == month]
        here = [row for row in rows if author.server and row.job.request.author.server == author.server]
        mine = [
            row
            for row in rows
            if same(row.job.request.author, author) and row.job.request.author.server == author.server
        ]
        return Usage(
            month,
            allowance(author, self.table.budgets, default),
            sum((row.owed for row in mine), Decimal(0)),
            sum((row.owed for row in here), Decimal(0)),
            renewal(month),
        )

    async def set_budget(self, budget: Budget) -> None:
        """Set a budget."""
        await self.drop_budget(budget)
        self.table.budgets.append(budget)

    async def drop_budget(self, budget: Budget) -> None:
        """Remove a budget."""
        self.table.budgets = [each for each in self.table.budgets if key(each) != key(budget)]

    async def budgets(self, platform: str, server: str) -> Sequence[Budget]:
        """Return the budgets of a server."""
        return [each for each in self.table.budgets if (each.platform, each.server) == (platform, server)]

    async def rules(self, platform: str, server: str) -> Rules:
        """Return a server's rules."""
        if self.table.away:
            raise StoreAway
        return self.table.rules.get((platform, server), Rules())

    async def delete(self, job_id: str) -> bool:
        """Delete a job that has ended, or have it deleted when it is concluded."""
        row = self._rows.get(job_id)
        if row is None:
            return True
        if row.concluded:
            self._empty(row)
        elif row.job.is_final:
            row.forget = True
        return row.job.is_final

    async def forget(self, author: Author, deed: Deed | None = None) -> tuple[int, int]:
        """Delete an author's ended jobs; the others are deleted when they end."""
        self.table.deeds.extend([] if deed is None else [deed])
        mine = [row for row in self._rows.values() if same(row.job.request.author, author)]
        ended = [row for row in mine if row.job.is_final]
        for row in ended:
            self._empty(row)
        for row in mine:
            row.forget = True
        return len(ended), len(mine) - len(ended)

    @property
    def _rows(self) -> dict[str, Row]:
        if self.table.away:
            raise StoreAway
        return self.table.rows

    def _empty(self, row: Row) -> None:
        """Leave of a job that it was: a command that is redelivered is no new one."""
        del self._rows[row.job.id]
        charge = Charge.POSSIBLE if row.owed else Charge.NONE
        self.table.emptied[row.job.id] = replace(row.job, state=Cancelled(charge), place={})

    def _revive(self, row: Row) -> None:
        state = row.job.state
        if isinstance(state, Unclear):
            row.job = row.job.to(Submitting(state.since, state.trace))
            row.waiting, row.node, row.concluded, row.finished_at = True, None, False, None

    def _answer(self, row: Row, change: Callable[[Job], Job]) -> Job:
        if isinstance(row.job.state, Proposed) and not row.stop_asked:
            row.job = change(row.job)
            if row.node is None:
                self._run_again(row)
        return row.job

    def _run_again(self, row: Row) -> None:
        row.waiting, row.node, row.fence = True, None, row.fence + 1

    def rest(self, row: Row, fence: int) -> None:
        """Leave a proposed job to its author."""
        self.hold(row, fence)
        row.node = None
        if not isinstance(row.job.state, Proposed) or row.stop_asked:
            self._run_again(row)

    def save(self, row: Row, fence: int, job: Job, token: str | None) -> None:
        """Store a state, as a hold asks for it."""
        self.hold(row, fence)
        match job.state:
            case Staged():
                stored = replace(job, state=Accepted())
            case Finished(ticket=ticket, since=since):
                stored = replace(job, state=Submitted(ticket, since))
            case _:
                stored = job
        row.job = replace(stored, place=row.job.place)
        if token is not None:
            row.token_digest = digest(token)
        if isinstance(job.state, Submitted):
            row.submitted_at = job.state.since
        if job.is_final:
            row.finished_at = row.finished_at or self._clock()
            row.owed = owed(job)

    def hold(self, row: Row, fence: int) -> None:
        """Raise :class:`Superseded` where somebody else holds the job."""
        if self._rows.get(row.job.id) is not row or row.fence != fence or self._node in self.table.dead:
            raise Superseded

    def conclude(self, row: Row, fence: int) -> None:
        """Take note that nothing is left to do."""
        self.hold(row, fence)
        row.concluded = True
        if row.forget:
            self._empty(row)


@dataclass(frozen=True)
class _Hold:
    store: MemoryStore
    row: Row
    fence: int

    async def save(self, job: Job, token: str | None = None) -> None:
        self.store.save(self.row, self.fence, job, token)

    async def remember(self, place: Mapping[str, str]) -> None:
        self.store.hold(self.row, self.fence)
        self.row.job = replace(self.row.job, place=dict(place))

    async def check(self) -> None:
        self.store.hold(self.row, self.fence)

    async def rest(self) -> None:
        self.store.rest(self.row, self.fence)

    async def conclude(self) -> None:
        self.store.conclude(self.row, self.fence)
