"""Whatever happens to jobs, in whatever order, the accounts hold exactly what the jobs owe."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.store.database import Database, url_of
from adapters.store.jobs import Jobs
from adapters.store.migrate import migrate
from adapters.store.retention import purge
from adapters.store.tables import jobs
from bot.domain.budget import Allowance
from bot.domain.errors import BudgetSpent, Charge, ContentRefused
from bot.domain.job import Cancelled, Delivered, Failed, IllegalTransition, Job, State, Unclear
from bot.ports import Claim, Superseded
from tests.contract.store.stored import ANN as AUTHOR
from tests.contract.store.stored import (
    FINISHED,
    MODELS,
    POSTING,
    STAGED,
    SUBMITTED,
    SUBMITTING,
    TERMS,
    VIDEO,
    job,
)

T = TypeVar("T")
AUTHORS = [AUTHOR, type(AUTHOR)("discord", "bob", "guild"), type(AUTHOR)("discord", "ann", "")]
LIMIT = Decimal("2.00")
STATES: list[State] = [
    STAGED,
    SUBMITTING,
    SUBMITTED,
    FINISHED,
    POSTING,
    *(Delivered(VIDEO, 7, cost, 1.0) for cost in (None, Decimal("0.20"), Decimal("0.65"))),
    *(Failed(ContentRefused("prompt").billed(charge)) for charge in Charge),
    *(Cancelled(charge) for charge in Charge),
    *(Unclear(charge, 1.0, "trace") for charge in (Charge.NONE, Charge.POSSIBLE)),
]


class Money(RuleBasedStateMachine):
    """Authors, gateways, workers, fal and the calendar, in any order, on one SQLite file."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._runner = asyncio.Runner()
        self._database = Database(url_of(Path(self._folder.name)))
        self._do(migrate(self._database))
        self._jobs = Jobs(self._database, MODELS, "me")
        self._claims: dict[str, Claim] = {}
        self._now: dict[str, Job] = {}
        self._gone: Counter[str] = Counter()
        self._count = 0

    def teardown(self) -> None:
        """Close everything."""
        self._database.close()
        self._runner.close()
        self._folder.cleanup()

    @rule(author=st.sampled_from(AUTHORS), resolution=st.sampled_from(["480p", "720p"]), again=st.booleans())
    def accept(self, author: object, resolution: str, *, again: bool) -> None:
        """Accept a job, or one that is there already."""
        assert isinstance(author, type(AUTHOR))
        self._count += not again
        wanted = job(f"e{self._count}", author, resolution=resolution)
        terms = type(TERMS)(5, 5, 5, 1000, 1000, Allowance(author=LIMIT))
        with suppress(BudgetSpent):
            self._do(self._jobs.accept(wanted, terms))

    @precondition(lambda self: self._count)
    @rule(data=st.data())
    def claim(self, data: st.DataObject) -> None:
        """Take a job, or take it once more: the earlier hold is worth nothing then."""
        job_id = self._any(data)
        claim = self._do(self._jobs.claim(job_id))
        if claim is not None:
            self._claims[job_id], self._now[job_id] = claim, claim.job

    @precondition(lambda self: self._claims)
    @rule(data=st.data(), state=st.sampled_from(STATES), twice=st.booleans())
    def save(self, data: st.DataObject, state: State, *, twice: bool) -> None:
        """Take the job to a state where that step is allowed, and save it once or twice."""
        job_id = data.draw(st.sampled_from(sorted(self._claims)))
        try:
            after = self._now[job_id].to(state)
        except IllegalTransition:
            return
        try:
            for _ in range(1 + twice):
                self._do(self._claims[job_id].hold.save(after, "t" * 43 + job_id))
        except Superseded:
            del self._claims[job_id]
        else:
            self._now[job_id] = after

    @precondition(lambda self: self._claims)
    @rule(data=st.data())
    def conclude(self, data: st.DataObject) -> None:
        """Nothing is left to do for a job that has ended."""
        job_id = data.draw(st.sampled_from(sorted(self._claims)))
        if self._now[job_id].is_final:
            before = self._owed()
            with suppress(Superseded):
                self._do(self._claims.pop(job_id).hold.conclude())
            # One whose author wanted it forgotten is deleted now.
            self._gone += before - self._owed()

    @precondition(lambda self: self._count)
    @rule(data=st.data(), how=st.sampled_from(["arrive", "look again", "stop"]))
    def ring(self, data: st.DataObject, how: str) -> None:
        """A webhook comes, or the author presses a button."""
        job_id = self._any(data)
        if how == "arrive":
            self._do(self._jobs.arrived("t" * 43 + job_id, "r1"))
        elif how == "stop":
            self._do(self._jobs.ask_to_stop(job_id))
        elif self._do(self._jobs.load(job_id)) is not None:
            self._do(self._jobs.look_again(job_id))

    @rule(author=st.sampled_from(AUTHORS), how=st.sampled_from(["forget", "purge"]))
    def delete(self, author: object, how: str) -> None:
        """What is deleted was owed all the same."""
        assert isinstance(author, type(AUTHOR))
        before = self._owed()
        if how == "forget":
            self._do(self._jobs.forget(author))
        else:
            self._do(purge(self._database, 2_000_000_000))
        self._gone += before - self._owed()

    @invariant()
    def the_accounts_hold_what_is_owed(self) -> None:
        """For each author in each server, and for each server."""
        owed = self._owed() + self._gone
        for author in AUTHORS:
            usage = self._do(self._jobs.usage(author, Allowance()))
            assert usage.author * 1_000_000 == owed[f"{author.id}@{author.server}"]
            if author.server:
                assert usage.server * 1_000_000 == sum(
                    owed[whose] for whose in owed if whose.endswith(f"@{author.server}")
                )

    def _owed(self) -> "Counter[str]":
        query = sa.select(jobs.c.author, jobs.c.server, sa.func.sum(jobs.c.owed_micros)).group_by(
            jobs.c.author, jobs.c.server
        )
        rows = self._do(self._database.run(lambda connection: connection.execute(query).all()))
        return Counter({f"{author}@{server}": int(micros) for author, server, micros in rows if micros})

    def _any(self, data: st.DataObject) -> str:
        return f"e{data.draw(st.integers(1, self._count))}"

    def _do(self, work: Awaitable[T]) -> T:
        async def run() -> T:
            return await work

        return self._runner.run(run())


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=30, stateful_step_count=30, deadline=None, derandomize=True)
