"""What an author may change of a job that is proposed, before anything is spent: never its price."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.card import Action
from bot.domain.job import Job
from bot.domain.model import NATIVE_TOLERANCE
from bot.domain.request import Fit, TweenRequest

SHAPES: Mapping[Action, str] = {Action.WIDE: "16:9", Action.TALL: "9:16", Action.SQUARE: "1:1"}
"""The aspect ratios that are a button away."""
FITS: Mapping[Action, Fit] = {Action.BLUR: Fit.BLUR, Action.CROP: Fit.CROP}
MENDS = (Action.EXCHANGE, *SHAPES, *FITS)
CUT_WORTH_TELLING = 0.1
"""The share of an image that may be cropped away before it is said."""


def cut_away(image: tuple[int, int], video: tuple[int, int]) -> float:
    """Return the share (0..1) of an image of (width, height) that a centre crop to the video's shape removes."""
    mine, wanted = image[0] / image[1], video[0] / video[1]
    return 1 - min(mine, wanted) / max(mine, wanted)


def same_shape(image: tuple[int, int], video: tuple[int, int]) -> bool:
    """Whether an image of (width, height) needs no borders in a video: 16:9 counts as 832 x 480."""
    return abs((video[0] / video[1]) / (image[0] / image[1]) - 1) <= NATIVE_TOLERANCE


def enlarged(image: tuple[int, int], video: tuple[int, int], fit: Fit) -> float:
    """Return how many times an image of (width, height) is enlarged for the video; below 1 it is made smaller."""
    sides = (video[0] / image[0], video[1] / image[1])
    return max(sides) if fit is Fit.CROP else min(sides)


def mended(request: TweenRequest, mend: Action) -> TweenRequest:
    """Return the request after a mend; the same one where the mend changes nothing, or the model does not take it."""
    if mend is Action.EXCHANGE:
        return replace(request, swapped=not request.swapped)
    if mend in FITS:
        return replace(request, fit=FITS[mend])
    name = request.model.frame.aspect_ratio
    option = request.model.option(name)
    if mend not in SHAPES or option is None or SHAPES[mend] not in option.choices:
        return request
    changed = replace(request, options={**request.options, name: SHAPES[mend]})
    return changed if changed.price == request.price else request


def mends(job: Job) -> tuple[Action, ...]:
    """Return the mends that make a difference to a proposed job, in the order to show them."""
    shapes = tuple(each for each in SHAPES if _size_after(job, each) != job.video_size)
    if job.request.fit is Fit.BLUR:
        return Action.EXCHANGE, *shapes, Action.CROP
    size = job.video_size
    cut = job.image_sizes and size and any(cut_away(each, size) >= CUT_WORTH_TELLING for each in job.image_sizes)
    return (Action.EXCHANGE, *shapes, Action.BLUR) if cut else (Action.EXCHANGE, *shapes)


def _size_after(job: Job, mend: Action) -> tuple[int, int] | None:
    return replace(job, request=mended(job.request, mend)).video_size
