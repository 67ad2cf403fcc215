"""deliver: the video is streamed here, checked to be one, and handed to the channel that asked for it, once."""

from decimal import Decimal
from pathlib import Path

from bot.domain.errors import BadVideo, ChannelBusy, Charge, NotFetched, NotHandedOver, PostUnclear, TweenError
from bot.domain.job import Delivered, Failed, Finished, Job, Outcome, Posting, Submitted
from bot.domain.media import Video
from bot.domain.progress import Phase, Progress
from bot.flow.kit import Kit
from bot.flow.patience import Turns
from bot.flow.run import Run


async def deliver(job: Job, run: Run) -> Job:
    """Finished -> Delivered, or Failed with a bill: then the video still lies at the provider, under its request id."""
    finished, kit = job.state, run.kit
    assert isinstance(finished, Finished)
    run.tell(job, Progress(Phase.DELIVERING), None)
    path = kit.workroom / f"{finished.ticket.request_id}.mp4"
    try:
        video = await _fetched(finished, path, kit)
        posting = job.to(Posting(finished.ticket, finished.outcome, video, finished.since))
        await _post(posting, video, path, run)
    except TweenError as error:
        if not isinstance(error, NotHandedOver):
            path.unlink(missing_ok=True)
        return job.to(Failed(error.billed(_charge(finished.outcome, kit))))
    path.unlink(missing_ok=True)
    return posting.to(_delivered(posting, run))


async def look_for_post(job: Job, run: Run) -> Job:
    """Posting, after a restart -> Delivered where the video is there, else Submitted: it is fetched once more."""
    posting = job.state
    assert isinstance(posting, Posting)
    run.tell(job, Progress(Phase.DELIVERING), None)
    if await _is_posted(job, run):
        return job.to(_delivered(job, run))
    return job.to(Submitted(posting.ticket, posting.since))


async def _fetched(finished: Finished, path: Path, kit: Kit) -> Video:
    try:
        await kit.provider.download(finished.outcome.video_url, path)
    except BadVideo:
        raise
    except TweenError as error:
        raise NotFetched(str(error)) from error
    return await kit.videos.inspect(path)


async def _post(posting: Job, video: Video, path: Path, run: Run) -> None:
    """Record the intent and post; what the platform did not take is posted again until the patience is over."""
    await run.hold.save(posting)
    turns = Turns(run.kit)
    while True:
        try:
            # A restart looks for what was brought, and does not bring it a second time.
            async with run.remembering():
                await run.channel.bring(posting, path)
            async with run.exit.not_in_the_middle():
                await run.hold.check()
                await run.channel.post(posting, video, path)
        except (ChannelBusy, PostUnclear) as error:
            is_left = await turns.another(error)
            if isinstance(error, PostUnclear) and await _is_posted(posting, run):
                return
            if not is_left:
                raise NotHandedOver(str(error), path if run.kit.at_hand else Path(path.name)) from error
        else:
            return


async def _is_posted(job: Job, run: Run) -> bool:
    turns = Turns(run.kit)
    while True:
        try:
            return await run.channel.posted(job)
        except TweenError as error:
            if not isinstance(error, ChannelBusy | PostUnclear) or not await turns.another(error):
                # The message's nonce is what is left to keep a second one away.
                return False


def _delivered(job: Job, run: Run) -> Delivered:
    posting, kit = job.state, run.kit
    assert isinstance(posting, Posting)
    seconds = max(0.0, kit.clock() - job.accepted_at)
    return Delivered(posting.video, posting.outcome.seed, _cost(job, posting.outcome, kit), seconds)


def _charge(outcome: Outcome, kit: Kit) -> Charge:
    """Return what a finished job owes: it was billed, unless the provider says that it billed nothing."""
    return Charge.NONE if outcome.units == 0 else kit.owed(Charge.BILLED)


def _cost(job: Job, outcome: Outcome, kit: Kit) -> Decimal | None:
    """US dollars billed: by the provider's units where it says, else by the price rule; None where nobody is billed."""
    if not kit.provider.charges:
        return None
    return job.request.price if outcome.units is None else job.request.model.price.bill(outcome.units)
