"""Builds the card of a job: what a reader sees of it at this moment."""

from decimal import Decimal
from typing import assert_never

from bot.domain.card import Action, Card, Field, Tone
from bot.domain.errors import Charge, TweenError, Which
from bot.domain.job import (
    Accepted,
    Cancelled,
    Delivered,
    Failed,
    Finished,
    Job,
    Posting,
    Proposed,
    Staged,
    State,
    Submitted,
    Submitting,
    Unclear,
)
from bot.domain.progress import Phase, Progress
from bot.ports import CancelAnswer
from bot.wording import card as words
from bot.wording.refusals import explain
from bot.wording.units import money

CROP_WORTH_TELLING = 0.1
"""The share of an image that may be cropped away before it is said."""


REMIXES = (Action.RERUN, Action.EDIT, Action.SWAP)
"""What makes a new job of an old one's frames."""


class CardMaker:
    """Makes the cards of jobs for one provider; ``charges`` says whether a job costs money there."""

    def __init__(self, *, charges: bool) -> None:
        self._charges = charges

    @property
    def charges(self) -> bool:
        """Whether a job costs money."""
        return self._charges

    def card(self, job: Job, progress: Progress, now: float, answer: CancelAnswer | None = None) -> Card:
        """Return the card at ``now`` (seconds of the flow's clock); ``answer`` is the provider's to a cancel."""
        under_way = not job.is_final
        return Card(
            job_id=job.id,
            tone=_tone(job.state, progress),
            title=words.TITLES[_tone(job.state, progress)],
            prompt=job.request.prompt,
            phase=progress.phase if under_way else None,
            status=words.status(progress, now) if under_way else self._ending(job.state),
            fraction=progress.fraction if under_way else 1.0 if isinstance(job.state, Delivered) else None,
            fields=self._fields(job),
            notices=_notices(job, answer),
            actions=_actions(job, progress, answer),
            since=job.accepted_at,
        )

    def _fields(self, job: Job) -> tuple[Field, ...]:
        options = job.request.options
        facts = {
            words.MODEL: words.model(job.request.model.endpoint, charges=self._charges),
            words.SIZE: words.pixels(job.video_size) if job.video_size else None,
            # A stored job's options are those of the version that accepted it.
            words.LENGTH: words.length(options["num_frames"], options["frames_per_second"])
            if {"num_frames", "frames_per_second"} <= options.keys()
            else None,
            words.SEED: self._seed(job),
            words.PRICE: self._price(job),
            words.REQUEST: job.request_id,
        }
        return tuple(Field(name, value) for name, value in facts.items() if value is not None)

    def _seed(self, job: Job) -> str | None:
        seed = job.state.seed if isinstance(job.state, Delivered) else job.request.options.get("seed")
        return None if seed is None else str(seed)

    def _price(self, job: Job) -> str | None:
        match job.state:
            case Failed(error=TweenError(charge=Charge.NONE)) | Cancelled(charge=Charge.NONE):
                return None
            case _ if not self._charges:
                return words.FREE
            case Delivered(cost=Decimal() as cost):
                return money(cost)
            case _:
                return money(job.request.price)

    def _ending(self, state: State) -> str:
        match state:
            case Delivered(video=video, seconds=seconds):
                return words.delivered(video, seconds)
            case Failed(error=error):
                return explain(error)
            case Cancelled(charge=charge):
                return words.CANCELLED[charge]
            case Unclear(charge=charge):
                return words.UNCLEAR_FREE if charge is Charge.NONE else words.UNCLEAR
            case Accepted() | Proposed() | Staged() | Submitting() | Submitted() | Finished() | Posting():
                raise AssertionError(f"{type(state).__name__} is no ending")
            case _:
                assert_never(state)


def _tone(state: State, progress: Progress) -> Tone:
    match state:
        case Delivered():
            return Tone.DONE
        case Failed():
            return Tone.FAILED
        case Cancelled():
            return Tone.CANCELLED
        case Unclear():
            return Tone.UNCLEAR
        case _:
            return Tone.WORKING if progress.phase in (Phase.RENDERING, Phase.DELIVERING) else Tone.WAITING


def _actions(job: Job, progress: Progress, answer: CancelAnswer | None) -> tuple[Action, ...]:
    match job.state:
        case Unclear():
            return (Action.LOOK_AGAIN, Action.SEND_AGAIN)
        case Delivered():
            return (*REMIXES, Action.CONTINUE, Action.RECIPE, Action.DELETE)
        case Failed() | Cancelled():
            # Frames that were never usable make no second job.
            return (*(REMIXES if job.image_sizes else ()), Action.RECIPE, Action.DELETE)
        case Finished() | Posting():
            return ()
        case _:
            # A stop that was answered is not asked for twice.
            return () if answer or progress.phase is Phase.RESUMING else (Action.CANCEL,)


def _notices(job: Job, answer: CancelAnswer | None) -> tuple[str, ...]:
    match job.state:
        case Failed() | Cancelled() | Unclear():
            return ()
        case Delivered():
            return _crops(job)
        case _:
            return (*_crops(job), *([words.CANCEL_TOLD[answer]] if answer else ()))


def _crops(job: Job) -> tuple[str, ...]:
    if job.image_sizes is None or job.video_size is None:
        return ()
    sizes: dict[Which, tuple[int, int]] = {"start": job.image_sizes[0], "end": job.image_sizes[1]}
    shares = {which: _cut_away(size, job.video_size) for which, size in sizes.items()}
    return tuple(
        words.cropped(which, share, job.video_size) for which, share in shares.items() if share >= CROP_WORTH_TELLING
    )


def _cut_away(image: tuple[int, int], video: tuple[int, int]) -> float:
    """Return the share of the image (0..1) that a centre crop to the video's shape removes."""
    mine, wanted = image[0] / image[1], video[0] / video[1]
    return 1 - min(mine, wanted) / max(mine, wanted)
