"""deliver: the video is streamed here, checked to be one, and handed to the channel that asked for it, once.

What was paid for is never thrown away: the file stays in the workroom until it is known that its author has the video,
through a crash, an answer that was lost, a copy that failed and a disk that is full; and where it could not be handed
over at all, it stays there for the bot's operator.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from bot.domain.errors import (
    BadVideo,
    ChannelBusy,
    Charge,
    CheckAway,
    NotFetched,
    NotHandedOver,
    PostUnclear,
    StoreAway,
    TweenError,
)
from bot.domain.job import Delivered, Failed, Finished, Job, Outcome, Posting, Submitted
from bot.domain.media import Video
from bot.domain.progress import Phase, Progress
from bot.flow.kit import Kit
from bot.flow.patience import Turns
from bot.flow.run import Run
from bot.ports import NotTaken, Parcel
from bot.wording.delivery import UNREAD
from bot.wording.moderation import UNCHECKED, UNDRAWN


async def deliver(job: Job, run: Run) -> Job:
    """Finished -> Delivered, or Failed with a bill: then the video still lies at the provider, under its request id."""
    finished, kit = job.state, run.kit
    assert isinstance(finished, Finished)
    run.tell(job, Progress(Phase.DELIVERING), None)
    path = _path(job, kit)
    try:
        video = await _fetched(finished, path, kit)
        await _let_through(job, path, kit)
    except NotHandedOver as error:
        return job.to(Failed(_kept(error, path, kit).billed(_charge(finished.outcome, kit))))
    except TweenError as error:
        # What is no video, or must not be seen, is of no use to anybody.
        path.unlink(missing_ok=True)
        return job.to(Failed(error.billed(_charge(finished.outcome, kit))))
    posting = job.to(Posting(finished.ticket, finished.outcome, video, finished.since))
    return await _handed_over(posting, path, run)


async def look_for_post(job: Job, run: Run) -> Job:
    """Posting, after a restart -> Delivered where the video is there, or what was fetched before can be posted now.

    Else Submitted: it is fetched once more.
    """
    posting, path = job.state, _path(job, run.kit)
    assert isinstance(posting, Posting)
    run.tell(job, Progress(Phase.DELIVERING), None)
    if await _is_posted(job, run):
        return job.to(_delivered(job, run))
    if await _is_here(posting.video, path, run.kit):
        return await _handed_over(job, path, run)
    return job.to(Submitted(posting.ticket, posting.since))


def put_away(job: Job, kit: Kit) -> None:
    """Remove the file of a job whose author has the video, once that is stored; any other job's file stays."""
    if isinstance(job.state, Delivered) and job.request_id is not None:
        _path(job, kit).unlink(missing_ok=True)


def _path(job: Job, kit: Kit) -> Path:
    return kit.workroom / f"{job.request_id}.mp4"


async def _fetched(finished: Finished, path: Path, kit: Kit) -> Video:
    """Return the facts of the video once it is here: fetched now, or by a process before this one."""
    if await asyncio.to_thread(path.is_file):
        try:
            return await _looked_into(path, kit)
        except BadVideo:
            # A loss of power may have left it in pieces.
            await asyncio.to_thread(path.unlink, missing_ok=True)
    try:
        await kit.provider.download(finished.outcome.video_url, path)
    except BadVideo:
        raise
    except TweenError as error:
        raise NotFetched(str(error)) from error
    return await _looked_into(path, kit)


async def _looked_into(path: Path, kit: Kit) -> Video:
    try:
        return await kit.videos.inspect(path)
    except BadVideo as error:
        if error.is_late:
            # The machine may be to blame, and the video be one.
            raise NotHandedOver(UNREAD, path) from error
        raise


async def _let_through(job: Job, path: Path, kit: Kit) -> None:
    """Have the video judged before anything of it is shown: what nobody could judge in time stays here."""
    if kit.judge is None:
        return
    turns = Turns(kit)
    while True:
        try:
            await kit.judge.video(job, path)
        except BadVideo as error:
            # It was looked into, and plays: that nobody can draw it is no reason to throw it away.
            raise NotHandedOver(UNDRAWN, path) from error
        except (CheckAway, StoreAway) as error:
            if not await turns.another(error):
                raise NotHandedOver(UNCHECKED, path) from error
        else:
            return


async def _is_here(video: Video, path: Path, kit: Kit) -> bool:
    if not await asyncio.to_thread(path.is_file):
        return False
    try:
        return await kit.videos.inspect(path) == video
    except BadVideo:
        return False


async def _handed_over(posting: Job, path: Path, run: Run) -> Job:
    """Posting -> Delivered, or Failed with the video still at ``path``."""
    try:
        posting = await _down_the_ladder(posting, path, run)
    except TweenError as error:
        state = posting.state
        assert isinstance(state, Posting)
        return posting.to(Failed(_kept(error, path, run.kit).billed(_charge(state.outcome, run.kit))))
    return posting.to(_delivered(posting, run))


async def _down_the_ladder(posting: Job, path: Path, run: Run) -> Job:
    """Post the video in the best way that the channel takes; return the job with the way that it took."""
    before, refused = dict(run.channel.place), None
    limit = await run.channel.limit()
    while True:
        try:
            async with run.kit.ladder.rung(posting, path, limit) as parcel:
                posting = _by(parcel, posting)
                # The intent, recorded before anything is brought.
                await run.hold.save(posting)
                await _post(posting, parcel, run, before)
                return posting
        except NotTaken as refusal:
            if parcel.file is None:
                raise NotHandedOver(refusal.said, path) from refusal
            refused = refusal
            # Whatever it says, what is tried next is lighter.
            limit = refusal.limit if refusal.limit < parcel.delivery.bytes else 0
        except NotHandedOver as error:
            if refused is None or limit:
                raise
            raise NotHandedOver(refused.said, path) from error


def _by(parcel: Parcel, posting: Job) -> Job:
    state = posting.state
    assert isinstance(state, Posting)
    return replace(posting, state=replace(state, delivery=parcel.delivery))


async def _post(posting: Job, parcel: Parcel, run: Run, before: Mapping[str, str]) -> None:
    """Post the parcel; what the platform did not take for the moment is posted again until the patience is over.

    ``before`` is the place before any of it was tried: an attempt that failed may have moved the job elsewhere.
    """
    turns = Turns(run.kit)
    while True:
        try:
            # A restart looks for what was brought, and does not bring it a second time.
            async with run.remembering(before):
                await run.channel.bring(posting, parcel)
            async with run.exit.not_in_the_middle():
                await run.hold.check()
                await run.channel.post(posting, parcel)
        except (ChannelBusy, PostUnclear) as error:
            is_left = await turns.another(error)
            if isinstance(error, PostUnclear) and await _is_posted(posting, run):
                return
            if not is_left:
                raise
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


def _kept(error: TweenError, path: Path, kit: Kit) -> NotHandedOver:
    """Return why the video is not there, and where it lies: to whoever sits at this machine, its path."""
    said, lies = (error.said, error.kept) if isinstance(error, NotHandedOver) else (str(error), path)
    return NotHandedOver(said, lies if kit.at_hand else Path(lies.name))


def _delivered(job: Job, run: Run) -> Delivered:
    posting, kit = job.state, run.kit
    assert isinstance(posting, Posting)
    seconds = max(0.0, kit.clock() - job.accepted_at)
    cost = _cost(job, posting.outcome, kit)
    return Delivered(posting.video, posting.outcome.seed, cost, seconds, posting.delivery)


def _charge(outcome: Outcome, kit: Kit) -> Charge:
    """Return what a finished job owes: it was billed, unless the provider says that it billed nothing."""
    return Charge.NONE if outcome.units == 0 else kit.owed(Charge.BILLED)


def _cost(job: Job, outcome: Outcome, kit: Kit) -> Decimal | None:
    """US dollars billed: by the provider's units where it says, else by the price rule; None where nobody is billed."""
    if not kit.provider.charges:
        return None
    return job.request.price if outcome.units is None else job.request.model.price.bill(outcome.units)
