"""The words on a job's card."""

from collections.abc import Mapping
from typing import assert_never

from bot.domain.card import Action, Tone
from bot.domain.errors import Charge, Which
from bot.domain.job import Expected
from bot.domain.media import Video
from bot.domain.model import Value
from bot.domain.progress import Phase, Progress
from bot.ports import CancelAnswer
from bot.wording.units import IMAGE, duration, size, span

TITLES: Mapping[Tone, str] = {
    Tone.WAITING: "Waiting",
    Tone.WORKING: "Rendering",
    Tone.DONE: "Done",
    Tone.FAILED: "No video",
    Tone.CANCELLED: "Cancelled",
    Tone.UNCLEAR: "Unclear",
}

PROPOSED = "Make this video?"
MODEL, SIZE, LENGTH, SEED, PRICE, REQUEST = "Model", "Size", "Length", "Seed", "Price", "Request"
LEFT, EXPECTED = "Budget left", "Expected"
WEIGHED = (PRICE, LEFT, EXPECTED)
"""What a *Go* is weighed by: an author who is asked sees these facts before all others."""
FREE = "free"
UNCLEAR = (
    "This may have been charged. It was not sent again, and will not be unless you do: "
    "look at the provider's dashboard first."
)
ACTIONS: Mapping[Action, str] = {
    Action.GO: "Go",
    Action.EXCHANGE: "Swap",
    Action.WIDE: "16:9",
    Action.TALL: "9:16",
    Action.SQUARE: "1:1",
    Action.BLUR: "Blurred borders",
    Action.CROP: "Crop instead",
    Action.CANCEL: "Cancel",
    Action.LOOK_AGAIN: "Look again",
    Action.SEND_AGAIN: "Send again (may charge twice)",
    Action.RERUN: "Again, new seed",
    Action.EDIT: "Edit",
    Action.SWAP: "Swap",
    Action.CONTINUE: "Continue from last frame",
    Action.RECIPE: "Recipe",
    Action.DELETE: "Delete",
}
UNCLEAR_FREE = "The engine's answer was lost, so it may be rendering this for nothing. Send it again when you like."

UNANSWERED = "Nobody has pressed Go within an hour. Nothing was charged."
CANCELLED: Mapping[Charge, str] = {
    Charge.NONE: "Nothing was charged.",
    Charge.POSSIBLE: "It may have been running already, so it may have been charged.",
    Charge.BILLED: "It was already running, and was charged.",
}

CANCEL_TOLD: Mapping[CancelAnswer, str] = {
    CancelAnswer.REQUESTED: "Asked to stop; waiting for the provider's answer.",
    CancelAnswer.TOO_LATE: "Too late to stop it: it is finished, and the video comes anyway.",
    CancelAnswer.NOT_FOUND: "The provider no longer knows this job.",
    CancelAnswer.NOT_HEARD: "The provider could not be asked to stop, so the job goes on.",
}


def status(progress: Progress, now: float) -> str:  # noqa: PLR0911  # one line a phase
    """Return one line about a job that is under way: ``Step 12/30 · 40 % · about 8 s left``."""
    match progress.phase:
        case Phase.WAITING:
            return "Waiting for its turn"
        case Phase.STAGING:
            return "Preparing the images"
        case Phase.ASKING:
            return "Nothing is sent before you press Go; without it, this is dropped after an hour."
        case Phase.SUBMITTING:
            return "Sending the request"
        case Phase.RECONCILING:
            return "The answer was lost: asking the provider whether it took the request"
        case Phase.QUEUED:
            return _queued(progress.position)
        case Phase.RENDERING:
            return _rendering(progress, now)
        case Phase.DELIVERING:
            return "Fetching the video"
        case Phase.RESUMING:
            return "The bot restarts; this job resumes by itself"
        case _:
            assert_never(progress.phase)


def _queued(position: int | None) -> str:
    if position is None:
        return "In the queue"
    return "Next in the queue" if position == 0 else f"In the queue · {position} before it"


def _rendering(progress: Progress, now: float) -> str:
    if progress.step is None or progress.fraction is None:
        return "Rendering"
    parts = [f"Step {progress.step}/{progress.steps}", f"{progress.fraction:.0%}".replace("%", " %")]
    left = progress.seconds_left(now)
    if left is not None and progress.fraction < 1:
        parts.append(f"about {duration(max(1, left))} left")
    return " · ".join(parts)


def cropped(which: Which, share: float, target: tuple[int, int]) -> str:
    """Tell that an image loses a good part of itself to the video's shape."""
    return (
        f"The {IMAGE[which]} has another shape than the video ({target[0]} x {target[1]}): "
        f"{share:.0%} of it is cropped away.".replace("%", " %")
    )


FEW = 10
"""So many earlier jobs are said to be few."""


def expected(expected: Expected | None) -> str:
    """``1 min 40 s to 3 min, judging by the last 37 videos``."""
    if expected is None:
        return "no history yet"
    between, videos = span(expected.low, expected.high), "video" if expected.jobs == 1 else "videos"
    how = "from only" if expected.jobs < FEW else "judging by the last"
    return f"{between}, {how} {expected.jobs} {videos}"


def enlarged(which: Which, image: tuple[int, int], times: float) -> str:
    """Tell that an image is much smaller than the video."""
    return f"The {IMAGE[which]} is small ({pixels(image)}): it is enlarged {times:.1f} times, and will look soft."


def model(endpoint: str, *, charges: bool) -> str:
    """Name what renders; the embedded engine stands in for the model, and must not be taken for it."""
    return endpoint if charges else f"embedded engine, in place of {endpoint}"


def pixels(size: tuple[int, int]) -> str:
    """``832 x 480``."""
    return f"{size[0]} x {size[1]}"


def length(frames: Value, per_second: Value) -> str:
    """``5.1 s (81 frames, 16 a second)``."""
    return f"{float(frames) / float(per_second):.1f} s ({frames} frames, {per_second} a second)"


def delivered(video: Video, seconds: float) -> str:
    """``Made in 14 s · 1.2 MB``."""
    return f"Made in {duration(seconds)} · {size(video.bytes)}"
