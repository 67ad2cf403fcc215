"""stage: both images are fetched, made fit to leave the machine, and put where the model can read them."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import structlog

from bot.domain.errors import BadImage, BadImages, Charge, StoreAway, TweenError, Which
from bot.domain.job import Accepted, Cancelled, Expected, Failed, Job, Proposed, Staged
from bot.domain.media import Frame
from bot.domain.progress import Phase, Progress
from bot.domain.request import Fit, ImageRef
from bot.flow.kit import Kit
from bot.flow.patience import Stopped, patiently
from bot.flow.run import Run

log = structlog.get_logger()


async def stage(job: Job, run: Run) -> Job:
    """Accepted -> Staged, or Proposed where its author is to be asked; Failed; or Cancelled, at once, by its author."""
    run.tell(job, Progress(Phase.STAGING), None)
    staging = asyncio.create_task(_staged(job, run), name=f"stage {job.id}")
    stopped = asyncio.create_task(_until_stopped(run), name=f"stop {job.id}")
    try:
        await asyncio.wait((staging, stopped), return_when=asyncio.FIRST_COMPLETED)
        return job.to(Cancelled(Charge.NONE)) if run.signals.stopped else await staging
    finally:
        for task in (staging, stopped):
            task.cancel()
        await asyncio.gather(staging, stopped, return_exceptions=True)


async def _until_stopped(run: Run) -> None:
    while not run.signals.stopped:
        await run.signals.news()


async def _staged(job: Job, run: Run) -> Job:
    try:
        return await patiently(lambda: _stage(job, run), run.kit, run.signals)
    except Stopped:
        return job.to(Cancelled(Charge.NONE))
    except TweenError as error:
        return job.to(Failed(error))


async def _stage(job: Job, run: Run) -> Job:
    """Nothing is uploaded before both images are known to be usable, let through, and seen by their author."""
    kit = run.kit
    start, end = await _prepared(job, kit)
    job = replace(job, image_sizes=(start.size, end.size), expected=await _expected(job, kit))
    size = job.video_size
    assert size is not None
    if job.request.fit is Fit.BLUR:
        start, end = await kit.frames.bordered(start, size), await kit.frames.bordered(end, size)
    if kit.judge is not None:
        await kit.judge.frames(job, start, end)
    await _show(start, end, job, run)
    if isinstance(job.state, Accepted) and job.state.asks:
        return job.to(Proposed(kit.clock(), await _left(job, kit)))
    start_url = await kit.provider.upload(start)
    end_url = start_url if end.data == start.data else await kit.provider.upload(end)
    return job.to(Staged(start, end, start_url, end_url))


async def _expected(job: Job, kit: Kit) -> Expected | None:
    try:
        return None if kit.outlook is None else await kit.outlook.expected(job, kit.clock())
    except StoreAway:
        return None


async def _left(job: Job, kit: Kit) -> Decimal | None:
    try:
        return None if kit.outlook is None else await kit.outlook.left(job.request.author)
    except StoreAway:
        return None


async def _show(start: Frame, end: Frame, job: Job, run: Run) -> None:
    size = job.video_size
    assert size is not None
    try:
        async with run.remembering():
            await run.channel.frames(start, end, size)
    except TweenError as error:
        # The job is worth more than its picture.
        log.warning("frames_not_shown", job_id=job.id, error=str(error))


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
    return (replace(end, which="start"), replace(start, which="end")) if job.request.swapped else (start, end)


async def _prepare(which: Which, image: ImageRef, kit: Kit) -> Frame:
    data = await kit.attachments.fetch(which, image, kit.limits.image_bytes)
    return await kit.frames.prepare(which, data)
