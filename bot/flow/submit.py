"""submit: the intent is recorded, then exactly one POST is sent. A lost answer is unclear, and is never sent again."""

from collections.abc import Callable

from bot.domain.errors import Charge, SubmitUnclear, TweenError
from bot.domain.job import Failed, Job, Staged, Submitted, Submitting, Unclear
from bot.flow.kit import Kit


async def submit(job: Job, kit: Kit, record: Callable[[Job], None]) -> Job:
    """Staged -> Submitted, Failed (surely not accepted) or Unclear. ``record`` hears of the intent before the POST."""
    staged = job.state
    assert isinstance(staged, Staged)
    request = job.request
    arguments = request.model.arguments(staged.start_url, staged.end_url, request.prompt, request.options)
    job = job.to(Submitting())
    record(job)
    try:
        ticket = await kit.provider.submit(request.model.endpoint, arguments)
    except SubmitUnclear:
        return job.to(Unclear(kit.owed(Charge.POSSIBLE)))
    except TweenError as error:
        return job.to(Failed(error))
    return job.to(Submitted(ticket))
