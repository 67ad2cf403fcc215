"""reconcile: finds out whether a request whose answer was lost was accepted, without ever sending it again.

The provider's webhook brings the request home by the job's own secret; its history may know it. A request that was cut
off can still land a while after a look-up has found nothing, so "not found" is not "not sent" until the time is over.
Then its author is asked.
"""

import structlog

from bot.domain.errors import Charge, TweenError
from bot.domain.job import Job, Submitted, Submitting, Ticket, Unclear
from bot.domain.progress import Phase, Progress
from bot.flow.run import Run

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0


async def reconcile(job: Job, run: Run) -> Job:
    """Submitting -> Submitted where the request came home, else Unclear."""
    intent, kit = job.state, run.kit
    assert isinstance(intent, Submitting)
    run.tell(job, Progress(Phase.RECONCILING), None)
    ends = intent.since + kit.limits.reconcile
    pause = FIRST_PAUSE
    while (ticket := await _ticket(job, intent, run)) is None:
        left = ends - kit.clock()
        if left <= 0:
            return job.to(Unclear(kit.owed(Charge.POSSIBLE), intent.since, intent.trace))
        await run.signals.news(min(pause, left))
        pause = min(2 * pause, LONGEST_PAUSE)
    return job.to(Submitted(ticket, intent.since))


async def _ticket(job: Job, intent: Submitting, run: Run) -> Ticket | None:
    provider, endpoint = run.kit.provider, job.request.model.endpoint
    if run.signals.request_id is not None:
        return provider.ticket(endpoint, run.signals.request_id)
    if not run.kit.limits.reconcile:
        return None
    try:
        return await provider.look_up(endpoint, intent.trace, intent.since)
    except TweenError as error:
        log.warning("not_looked_up", job_id=job.id, error=str(error))
        return None
