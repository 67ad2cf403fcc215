"""cancel: asks the provider to stop, and says truthfully what came of it."""

import structlog

from bot.domain.errors import Charge, JobCancelled, TweenError
from bot.domain.job import Ticket
from bot.domain.progress import Phase
from bot.flow.kit import Kit
from bot.ports import CancelAnswer

log = structlog.get_logger()


async def cancel(ticket: Ticket, kit: Kit) -> CancelAnswer | None:
    """Ask the provider to stop the job; None where it could not be asked, which leaves the job running."""
    try:
        return await kit.provider.cancel(ticket)
    except TweenError as error:
        log.warning("cancel_failed", request_id=ticket.request_id, error=str(error))
        return None


def charge(error: JobCancelled, phase: Phase, kit: Kit) -> Charge:
    """Return what a stopped job may have cost: nothing in the queue, perhaps something once it was running."""
    if not kit.provider.charges:
        return Charge.NONE
    if error.charge is Charge.BILLED:
        return Charge.BILLED
    return Charge.NONE if phase is Phase.QUEUED else Charge.POSSIBLE
