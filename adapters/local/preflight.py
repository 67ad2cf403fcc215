"""How both images will lie in the video, before a job is sent: what is lost of them, and what may be done about it.

On the page the composer is the preflight: what a chat platform tells on the card of a proposed job, it shows while its
reader still chooses. The rules are those of the card.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.domain.card import Action
from bot.domain.errors import Which
from bot.domain.job import Job
from bot.domain.mend import CUT_WORTH_TELLING, SHAPES, cut_away, mended, same_shape
from bot.domain.request import Fit, TweenRequest
from bot.flow.card import warnings
from bot.wording.card import ACTIONS

Size = tuple[int, int]
Sizes = Mapping[Which, Size | None]
"""(width, height) of each image in pixels, None where it is not known."""


def foreseen(request: TweenRequest, sizes: Sizes) -> dict[str, Any]:
    """Return the video's size, which images get borders, whether they fit, the card's warnings, and the mends."""
    size = _video_size(request, sizes["start"])
    known = {which: each for which, each in sizes.items() if each is not None}
    told: dict[str, Any] = {"size": size, "fits": None, "bordered": [], "warnings": [], "mends": []}
    if size is None or not known:
        return told
    # An image that is not known is taken to be as the video: nothing is said of it.
    job = Job(request, 0.0, image_sizes=(sizes["start"] or size, sizes["end"] or size))
    is_blurred = request.fit is Fit.BLUR
    return told | {
        "fits": all(cut_away(each, size) < CUT_WORTH_TELLING for each in known.values()),
        "bordered": [which for which, each in known.items() if is_blurred and not same_shape(each, size)],
        "warnings": warnings(job),
        "mends": [*_shapes(job), _borders(is_on=is_blurred)],
    }


def _video_size(request: TweenRequest, start: Size | None) -> Size | None:
    """Return the video's size; None where that is up to an image that is not known yet."""
    frame = request.model.frame
    if start is None and request.options.get(frame.aspect_ratio) == "auto":
        return None
    return frame.size(request.options, start or (1, 1))


def _shapes(job: Job) -> list[dict[str, Any]]:
    """Return the shapes that the model takes for the same price; one is on that changes nothing."""
    name = job.request.model.frame.aspect_ratio
    changed = {shape: mended(job.request, shape) for shape in SHAPES}
    return [
        _mend(shape, name, SHAPES[shape], is_on=replace(job, request=request).video_size == job.video_size)
        for shape, request in changed.items()
        if request.options.get(name) == SHAPES[shape]
    ]


def _borders(*, is_on: bool) -> dict[str, Any]:
    return _mend(Action.BLUR, "fit", (Fit.CROP if is_on else Fit.BLUR).value, is_on=is_on)


def _mend(action: Action, field: str, value: str, *, is_on: bool) -> dict[str, Any]:
    """Return a mend: the label of its button, whether it is in force, and the field that it sets to a value."""
    return {"label": ACTIONS[action], "on": is_on, "field": field, "value": value}
