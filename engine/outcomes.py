"""Every way a job can end, as the status and body that fal answers for it.

Model errors are a 4xx (or 500) whose `detail` is a list; errors of the platform have a sentence and an `error_type`
(fal's request-errors page, read 2026-11). Here too are the sentences that a caller reads.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.jobs import Outcome
from engine.model import Detail

CLIENT_CANCELLED = Outcome(
    499,
    {"detail": "The request was cancelled by its client.", "error_type": "client_cancelled"},
    error="The request was cancelled by its client.",
    error_type="client_cancelled",
)


def video(file: str, *, path: str, name: str, size: int, seed: int) -> Outcome:
    """The finished video; `url` is a path here, and is completed with the engine's address when it is answered."""
    described = {"url": path, "content_type": "video/mp4", "file_name": name, "file_size": size}
    return Outcome(200, {"video": described, "seed": seed}, file=file)


def refused(problems: Sequence[Detail]) -> Outcome:
    """An input that breaks the model's rules."""
    first = problems[0]
    place = ".".join(str(step) for step in first["loc"][1:])
    return Outcome(422, {"detail": list(problems)}, error=f"{place}: {first['msg']}", error_type=first["type"])


def image_not_had(field: str, why: str) -> Outcome:
    """An image that could not be fetched."""
    return refused(
        [{"loc": ["body", field], "msg": f"The image could not be read: {why}.", "type": "file_download_error"}]
    )


def bad_image(field: str, refusal: Mapping[str, Any]) -> Outcome:
    """An image that the generator refused."""
    return refused([{"loc": ["body", field], "msg": refusal["message"], "type": refusal["kind"]}])


def model_failed(error_name: str) -> Outcome:
    """The generator itself broke."""
    message = f"The generator failed ({error_name}). The engine's log has the details."
    detail: Detail = {"loc": ["body"], "msg": message, "type": "internal_server_error"}
    return Outcome(500, {"detail": [detail]}, error=message, error_type="internal_server_error")


def runner_disconnected() -> Outcome:
    """The worker's process died in the middle of the job."""
    return _platform(503, "runner_disconnected", "The worker that rendered this request died. Submit it again.")


def runner_unavailable() -> Outcome:
    """No worker can be started."""
    return _platform(
        503,
        "runner_scheduling_failure",
        "No worker could be started. The engine's log says why; mend it and submit again.",
    )


def too_slow(limit_s: float) -> Outcome:
    """The render took longer than the engine allows."""
    return _platform(504, "request_timeout", f"The render took longer than {limit_s:.0f} s and was stopped.")


def start_too_late() -> Outcome:
    """The client's own limit on the wait in the queue passed."""
    return _platform(504, "request_timeout", "No worker became free within the time that the client allowed.")


def _platform(status: int, error_type: str, sentence: str) -> Outcome:
    return Outcome(status, {"detail": sentence, "error_type": error_type}, error=sentence, error_type=error_type)
