"""cancel: asks the provider to stop, and says truthfully what came of it."""

import structlog

from bot.domain.errors import Charge, JobCancelled, TweenError
from bot.domain.job import Ticket
from bot.flow.kit import Kit
from bot.ports import CancelAnswer

log = structlog.get_logger()


async def cancel(ticket: Ticket, kit: Kit) -> CancelAnswer:
    """Ask the provider to stop the job; where it could not be asked, that is the answer, and the job goes on."""
    try:
        return await kit.provider.cancel(ticket)
    except TweenError as error:
        log.warning("cancel_failed", request_id=ticket.request_id, error=str(error))
        return CancelAnswer.NOT_HEARD


def charge(error: JobCancelled, kit: Kit, *, never_ran: bool) -> Charge:
    """Return what a stopped job may have cost: nothing in the queue, perhaps something where it may have run."""
    if error.charge is Charge.BILLED:
        return kit.owed(Charge.BILLED)
    return Charge.NONE if never_ran else kit.owed(Charge.POSSIBLE)
