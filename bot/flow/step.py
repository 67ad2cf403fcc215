"""One step of a job's way: from the state it is in to the next. Every platform takes this way, with a store or without.

Accepted -> stage -> submit -> follow -> deliver. Submitting and Posting are intents: a run that *finds* a job in one of
them comes after a crash, or after an answer that was lost, and looks what became of it before anything else.
"""

from typing import assert_never

from bot.domain.errors import Charge
from bot.domain.job import (
    PROPOSED_S,
    Accepted,
    Cancelled,
    Delivered,
    Failed,
    Finished,
    Job,
    Posting,
    Proposed,
    Staged,
    Submitted,
    Submitting,
    Unclear,
)
from bot.flow.deliver import deliver, look_for_post
from bot.flow.follow import follow
from bot.flow.reconcile import reconcile
from bot.flow.run import Run
from bot.flow.stage import stage
from bot.flow.submit import submit


async def step(job: Job, run: Run) -> Job:  # noqa: PLR0911  # one line a state
    """Return the job in its next state. A final job is returned as it is, and so is one that waits for its author."""
    match job.state:
        case Accepted():
            return await stage(job, run)
        case Proposed(since=since) if run.signals.stopped:
            return job.to(Cancelled(Charge.NONE, unanswered=run.kit.clock() - since >= PROPOSED_S))
        case Proposed():
            return job
        case Staged():
            return await submit(job, run)
        case Submitting():
            return await reconcile(job, run)
        case Submitted():
            return await follow(job, run)
        case Finished():
            return await deliver(job, run)
        case Posting():
            return await look_for_post(job, run)
        case Delivered() | Failed() | Cancelled() | Unclear():
            return job
        case _:
            assert_never(job.state)
