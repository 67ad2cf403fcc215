"""deliver: the video is streamed here, checked to be one, and handed to the channel that asked for it."""

from decimal import Decimal
from pathlib import Path

from bot.domain.errors import BadVideo, Charge, NotFetched, NotHandedOver, TweenError
from bot.domain.job import Delivered, Failed, Finished, Job
from bot.domain.media import Video
from bot.flow.kit import Kit
from bot.ports import Channel


async def deliver(job: Job, kit: Kit, channel: Channel) -> Job:
    """Finished -> Delivered, or Failed with a bill: then the video still lies at the provider, under its request id."""
    finished = job.state
    assert isinstance(finished, Finished)
    path = kit.workroom / f"{finished.ticket.request_id}.mp4"
    try:
        video = await _fetched(finished, path, kit)
        await channel.post(job, video, path)
    except TweenError as error:
        if not isinstance(error, NotHandedOver):
            path.unlink(missing_ok=True)
        return job.to(Failed(error.billed(_charge(finished, kit))))
    path.unlink(missing_ok=True)
    return job.to(Delivered(video, finished.outcome.seed, _cost(job, finished, kit), kit.clock() - job.accepted_at))


async def _fetched(finished: Finished, path: Path, kit: Kit) -> Video:
    try:
        await kit.provider.download(finished.outcome.video_url, path)
    except BadVideo:
        raise
    except TweenError as error:
        raise NotFetched(str(error)) from error
    return await kit.videos.inspect(path)


def _charge(finished: Finished, kit: Kit) -> Charge:
    """Return what a finished job owes: it was billed, unless the provider says that it billed nothing."""
    return Charge.NONE if finished.outcome.units == 0 else kit.owed(Charge.BILLED)


def _cost(job: Job, finished: Finished, kit: Kit) -> Decimal | None:
    """US dollars billed: by the provider's units where it says, else by the price rule; None where nobody is billed."""
    if not kit.provider.charges:
        return None
    units = finished.outcome.units
    return job.request.price if units is None else job.request.model.price.bill(units)
