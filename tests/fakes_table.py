"""What a job store in memory holds, and how its rows are told apart."""

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal

from bot.domain.budget import Budget
from bot.domain.errors import Charge
from bot.domain.job import (
    Cancelled,
    Delivered,
    Failed,
    Job,
    Unclear,
)
from bot.domain.request import Author
from bot.domain.server import Rules
from bot.ports import Deed, Sought


@dataclass
class Row:
    """What is stored of a job."""

    job: Job
    month: str
    owed: Decimal
    waiting: bool = True
    node: str | None = None
    fence: int = 0
    concluded: bool = False
    forget: bool = False
    stop_asked: bool = False
    arrived: str | None = None
    rung: bool = False
    token_digest: str | None = None
    started_at: float | None = None
    submitted_at: float | None = None
    finished_at: float | None = None


@dataclass
class Table:
    """What several processes share: the rows in the order they came, the budgets, and which processes are dead.

    ``emptied`` is what is left of jobs that were deleted; ``rules`` are the servers', by platform and server.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    emptied: dict[str, Job] = field(default_factory=dict)
    budgets: list[Budget] = field(default_factory=list)
    rules: dict[tuple[str, str], Rules] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    away: bool = False


def owed(job: Job) -> Decimal:
    match job.state:
        case Delivered(cost=cost):
            return cost or Decimal(0)
        case Failed(error=error) if error.charge is Charge.NONE:
            return Decimal(0)
        case Cancelled(charge=Charge.NONE) | Unclear(charge=Charge.NONE):
            return Decimal(0)
        case _:
            return job.request.price


def same(one: Author, other: Author) -> bool:
    return (one.platform, one.id) == (other.platform, other.id)


def fits(job: Job, sought: Sought) -> bool:
    request, seed = job.request, job.state.seed if isinstance(job.state, Delivered) else None
    texts = [request.prompt, job.request_id or "", request.author.id, "" if seed is None else str(seed)]
    return (
        sought.platform in (None, request.author.platform)
        and (sought.before is None or job.accepted_at < sought.before)
        and all(any(word.lower() in text.lower() for text in texts) for word in sought.words)
    )


def ended(row: Row, since: float | None) -> bool:
    return since is not None and row.finished_at is not None and row.finished_at >= since


def key(budget: Budget) -> tuple[str, str, str, str]:
    return budget.platform, budget.server, budget.kind, budget.id


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
