"""stage: both images are fetched, made fit to leave the machine, and put where the model can read them."""

import asyncio

from bot.domain.errors import BadImage, BadImages, TweenError, Which
from bot.domain.job import Failed, Job, Staged
from bot.domain.media import Frame
from bot.domain.request import ImageRef
from bot.flow.kit import Kit


async def stage(job: Job, kit: Kit) -> Job:
    """Accepted -> Staged or Failed. Nothing is uploaded before both images are known to be usable."""
    try:
        start, end = await _prepared(job, kit)
        start_url = await kit.provider.upload(start)
        end_url = start_url if end.data == start.data else await kit.provider.upload(end)
    except TweenError as error:
        return job.to(Failed(error))
    return job.to(Staged(start, end, start_url, end_url))


async def _prepared(job: Job, kit: Kit) -> tuple[Frame, Frame]:
    start, end = await asyncio.gather(
        _prepare("start", job.request.start, kit),
        _prepare("end", job.request.end, kit),
        return_exceptions=True,
    )
    bad = tuple(image for image in (start, end) if isinstance(image, BadImage))
    if len(bad) > 1:
        raise BadImages(bad)
    for image in (start, end):
        if isinstance(image, BaseException):
            raise image
    assert isinstance(start, Frame)
    assert isinstance(end, Frame)
    return start, end


async def _prepare(which: Which, image: ImageRef, kit: Kit) -> Frame:
    data = await kit.attachments.fetch(which, image, kit.limits.image_bytes)
    return await kit.frames.prepare(which, data)
