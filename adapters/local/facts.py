"""A job as JSON, alike for the command line and over HTTP."""

from collections.abc import Iterator
from typing import Any

from bot.domain.errors import TweenError, UserFixable
from bot.domain.job import Cancelled, Delivered, Failed, Job, Unclear

ASKED = ("prompt", "model", "options", "fit", "request_id")
"""The names of what :func:`asked` tells, and below, of what :func:`ending` may."""
ENDING = ("width", "height", "frames", "video_seconds", "bytes", "seed", "cost_usd", "seconds", "charge")


def asked(job: Job) -> dict[str, Any]:
    """Return what was asked for, the options complete, and the provider's id of it."""
    request = job.request
    return {
        "prompt": request.prompt,
        "model": request.model.endpoint,
        "options": dict(request.options),
        "fit": request.fit.value,
        "request_id": job.request_id,
    }


def ending(job: Job) -> dict[str, Any]:
    """Return what came of it: the video's facts (pixels, seconds, bytes), seed and bill, or what is known of a charge.

    Empty while it is under way. Why there is no video is told by whoever asks, in the form that is usual there.
    """
    match job.state:
        case Delivered(video=video, seed=seed, cost=cost, seconds=seconds):
            return {
                "width": video.width,
                "height": video.height,
                "frames": video.frames,
                "video_seconds": round(video.seconds, 3),
                "bytes": video.bytes,
                "seed": seed,
                "cost_usd": None if cost is None else str(cost),
                "seconds": round(seconds, 3),
            }
        case Failed(error=error):
            return {"charge": error.charge.value}
        case Cancelled(charge=charge) | Unclear(charge=charge):
            return {"charge": charge.value}
        case _:
            return {}


def code_of(kind: type[TweenError]) -> str:
    """Return what a kind of error is called: ``budget_spent``."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).lstrip("_")


def is_mendable(code: str) -> bool:
    """Whether whoever sent the job can mend an error that is called so."""
    return any(code_of(kind) == code for kind in _kinds(UserFixable))


def _kinds(of: type[TweenError]) -> Iterator[type[TweenError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from _kinds(kind)
