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
from bot.domain.mend import CUT_WORTH_TELLING, cut_away, enlarged, mends
from bot.domain.progress import Phase, Progress
from bot.domain.request import Fit
from bot.ports import CancelAnswer
from bot.wording import card as words
from bot.wording.delivery import told
from bot.wording.refusals import explain
from bot.wording.units import money

ENLARGED_WORTH_TELLING = 1.5
"""How many times an image may be enlarged before it is said."""

REMIXES = (Action.RERUN, Action.EDIT, Action.SWAP)
"""What makes a new job of an old one's frames."""


class CardMaker:
    """Makes the cards of jobs for one provider; ``charges`` says whether a job costs money there.

    ``foretells``: whether earlier jobs are known, and hence what there is to be said of the time that a job takes.
    """

    def __init__(self, *, charges: bool, foretells: bool = False) -> None:
        self._charges = charges
        self._foretells = foretells

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
            title=words.PROPOSED if isinstance(job.state, Proposed) else words.TITLES[_tone(job.state, progress)],
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
            words.LEFT: self._left(job),
            words.EXPECTED: self._expected(job),
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

    def _left(self, job: Job) -> str | None:
        match job.state:
            case Proposed(left=Decimal() as left) if self._charges:
                return money(left)
            case _:
                return None

    def _expected(self, job: Job) -> str | None:
        """Say how long it may take, from when that is known until it ends."""
        is_known = self._foretells and job.image_sizes is not None and not job.is_final
        return words.expected(job.expected) if is_known else None

    def _ending(self, state: State) -> str:
        match state:
            case Delivered(video=video, seconds=seconds):
                return words.delivered(video, seconds)
            case Failed(error=error):
                return explain(error)
            case Cancelled(charge=charge, unanswered=unanswered):
                return words.UNANSWERED if unanswered else words.CANCELLED[charge]
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
        case Proposed():
            return (Action.GO, *mends(job), Action.CANCEL)
        case _:
            # A stop that was answered is not asked for twice.
            return () if answer or progress.phase is Phase.RESUMING else (Action.CANCEL,)


def _notices(job: Job, answer: CancelAnswer | None) -> tuple[str, ...]:
    match job.state:
        case Failed() | Cancelled() | Unclear():
            return ()
        case Delivered(delivery=delivery, video=video):
            came = told(delivery, video)
            return (*_crops(job), *([came] if came else ()))
        case _:
            return (*warnings(job), *([words.CANCEL_TOLD[answer]] if answer else ()))


def warnings(job: Job) -> tuple[str, ...]:
    """Return what its author should know of the images before they are sent, once their sizes are known."""
    return (*_crops(job), *_enlargements(job))


def _crops(job: Job) -> tuple[str, ...]:
    video = job.video_size
    if video is None or job.request.fit is not Fit.CROP:
        return ()
    shares = {which: cut_away(size, video) for which, size in _sizes(job).items()}
    return tuple(words.cropped(which, share, video) for which, share in shares.items() if share >= CUT_WORTH_TELLING)


def _enlargements(job: Job) -> tuple[str, ...]:
    video = job.video_size
    if video is None:
        return ()
    times = {which: enlarged(size, video, job.request.fit) for which, size in _sizes(job).items()}
    sizes = _sizes(job)
    return tuple(
        words.enlarged(which, sizes[which], each) for which, each in times.items() if each >= ENLARGED_WORTH_TELLING
    )


def _sizes(job: Job) -> dict[Which, tuple[int, int]]:
    return {} if job.image_sizes is None else {"start": job.image_sizes[0], "end": job.image_sizes[1]}
