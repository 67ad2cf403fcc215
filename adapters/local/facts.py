"""A job as JSON, alike for the command line and over HTTP."""

from typing import Any

from bot.domain.job import Cancelled, Delivered, Failed, Job, Unclear


def asked(job: Job) -> dict[str, Any]:
    """Return what was asked for, the options complete, and the provider's id of it."""
    request = job.request
    return {
        "prompt": request.prompt,
        "model": request.model.endpoint,
        "options": dict(request.options),
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
