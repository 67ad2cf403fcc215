"""Jobs and their states, for the tests of the store."""

import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import sqlalchemy as sa

from adapters.store.database import Database
from adapters.store.jobs import Jobs
from adapters.store.servers import ServerBook
from adapters.store.tables import metadata
from bot.domain.budget import Allowance, Budget
from bot.domain.errors import Charge
from bot.domain.job import (
    Accepted,
    Delivered,
    Finished,
    Job,
    Outcome,
    Posting,
    Staged,
    State,
    Submitted,
    Submitting,
    Ticket,
    Unclear,
)
from bot.domain.media import Frame, Video
from bot.domain.request import Author, Command, ImageRef
from bot.domain.server import Rules
from bot.flow.accept import accept
from bot.ports import Claim, Deed, Terms
from config import catalogue

MODELS = catalogue.load()
MODEL = MODELS[catalogue.DEFAULT_ENDPOINT]
ANN = Author("discord", "ann", "guild", ("painters", "admins"))
TERMS = Terms(5, 5, 5, waiting=1000, waiting_per_author=1000, allowance=Allowance())
BYTES = b"\x89PNG-not-to-be-stored"
LINK = "https://files.example/video.mp4?signature=not-to-be-stored"
VIDEO = Video(832, 480, 81, 5.0625, 123_456)
TICKET = Ticket("r1", "https://queue/r1/status", "https://queue/r1", "https://queue/r1/cancel")
SINCE = 1_790_000_000.5

ACCEPTED = Accepted()
STAGED = Staged(Frame("start", BYTES, "image/png", 800, 600), Frame("end", BYTES, "image/png", 640, 480), LINK, LINK)
SUBMITTING = Submitting(SINCE, "trace")
SUBMITTED = Submitted(TICKET, SINCE)
FINISHED = Finished(TICKET, Outcome(LINK, 7, Decimal("1.25")), SINCE)
POSTING = Posting(TICKET, Outcome(LINK, 7, Decimal("1.25")), VIDEO, SINCE)
DELIVERED = Delivered(VIDEO, 7, Decimal("0.25"), 61.5)
UNCLEAR = Unclear(Charge.POSSIBLE, SINCE, "trace")


def job(job_id: str = "e1", author: Author = ANN, **options: object) -> Job:
    """Return a job that is accepted now."""
    command = Command(job_id, author, ImageRef("a.png", "file:a"), ImageRef("b.png", "file:b"), "it rains", options)
    return replace(accept(command, MODEL, time.time()), place={"channel": "c1"})


def at(job: Job, state: State) -> Job:
    """Return the job in that state, however it got there."""
    return replace(job, state=state)


async def claimed(store: Jobs, job_id: str = "e1", author: Author = ANN, *, state: State | None = None) -> Claim:
    """Accept a job, claim it, and save it in that state."""
    await store.accept(job(job_id, author), TERMS)
    claim = await store.claim(job_id)
    assert claim is not None
    if state is not None:
        await claim.hold.save(at(claim.job, state))
    return claim


DEED = Deed(SINCE, "discord", "guild", "boss", "rules_set")


async def set_rules(database: Database, platform: str, server: str, rules: Rules) -> None:
    """Set a server's rules, in the place of all that it had."""
    await ServerBook(database).change_rules(platform, server, lambda _: (rules, DEED))


async def set_budget(database: Database, budget: Budget) -> None:
    """Set a budget."""
    await ServerBook(database).set_budget(budget, DEED)


async def change(database: Database, job_id: str, **columns: object) -> None:
    """Change a job's row behind the store's back."""
    jobs = metadata.tables["jobs"]
    changing = sa.update(jobs).where(jobs.c.id == job_id).values(**columns)
    await database.run(lambda connection: connection.execute(changing))


async def row(database: Database, job_id: str = "e1") -> Mapping[str, object]:
    """Return a job's row."""
    jobs = metadata.tables["jobs"]
    query = sa.select(jobs).where(jobs.c.id == job_id)
    return dict(await database.run(lambda connection: connection.execute(query).mappings().one()))


async def node(database: Database, node_id: str, *, dead: bool = False) -> None:
    """Enter a node, living or dead."""
    entering = sa.insert(metadata.tables["nodes"]).values(id=node_id, started_at=0, lease_ends=0, dead=dead)
    await database.run(lambda connection: connection.execute(entering))


async def spent(store: Jobs, author: Author = ANN) -> tuple[Decimal, Decimal]:
    """Return what this month's accounts hold: the author's and the server's."""
    usage = await store.usage(author, Allowance())
    return usage.author, usage.server


def break_after_a_commit(database: Database) -> list[str]:
    """Have the connection break right after the next commit, whose answer is lost; return what was broken so far."""
    broken: list[str] = []

    @sa.event.listens_for(database.engine, "commit")
    def _(connection: sa.Connection) -> None:
        if not broken:
            broken.append("COMMIT")
            connection.connection.driver_connection.commit()  # type: ignore[union-attr]  # a real one
            raise sa.exc.OperationalError("COMMIT", None, ConnectionResetError())

    return broken
