"""submit: the intent is recorded, then exactly one POST is sent. A lost answer is unclear, and is never sent again."""

from secrets import token_urlsafe

from bot.domain.errors import Charge, SubmitUnclear, TweenError
from bot.domain.job import Cancelled, Failed, Job, Staged, Submitted, Submitting
from bot.domain.progress import Phase, Progress
from bot.flow.patience import Stopped, patiently
from bot.flow.run import Run


async def submit(job: Job, run: Run) -> Job:
    """Staged -> Submitted, Submitting (its answer was lost), Failed (surely not accepted) or Cancelled (before it)."""
    if run.signals.stopped:
        return job.to(Cancelled(Charge.NONE))
    run.tell(job, Progress(Phase.SUBMITTING), None)
    try:
        return await patiently(lambda: _send(job, run), run.kit, run.signals)
    except Stopped:
        return job.to(Cancelled(Charge.NONE))
    except TweenError as error:
        return job.to(Failed(error))


async def _send(job: Job, run: Run) -> Job:
    """Send it once. An error that is raised proves that nothing was accepted, and that is on record too.

    Should the provider have called back nevertheless, its word counts: there is a request, and no second one is sent.
    """
    staged, request, kit = job.state, job.request, run.kit
    assert isinstance(staged, Staged)
    if run.signals.request_id is not None:
        return job.to(Submitting(kit.clock()))
    arguments = request.model.arguments(staged.start_url, staged.end_url, request.prompt, request.options)
    token = token_urlsafe(32) if kit.webhooks else None
    async with run.exit.not_in_the_middle():
        intent = Submitting(kit.clock(), kit.provider.trace(arguments))
        sending = job.to(intent)
        # An intent that is never followed by its request is looked for in vain: so not before it may be sent.
        await run.hold.check()
        await run.hold.save(sending, token)
        await run.hold.check()
        try:
            ticket = await kit.provider.submit(request.model.endpoint, arguments, token)
        except SubmitUnclear:
            return sending
        except TweenError:
            await run.hold.save(sending.to(staged))
            raise
        submitted = sending.to(Submitted(ticket, intent.since))
        # Saved before anything else can happen: this id is what a restart goes on with.
        await run.hold.save(submitted)
        return submitted
