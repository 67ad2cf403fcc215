"""The words that chat platforms share beside the card's: answers to buttons and commands, recipes, lists of jobs."""

from collections.abc import Mapping

from bot.domain.job import Delivered, Job
from bot.wording.units import duration, money


def recipe(job: Job) -> tuple[str, str]:
    """Return all that makes a job again: as a list to read, and as a command to copy."""
    request, seed = job.request, _seed(job)
    options = dict(request.options) | ({} if seed is None else {"seed": seed})
    lines = [f"{name}: {_shown(value)}" for name, value in options.items()]
    defaults = request.model.defaults()
    changed = [f"{name}:{_shown(value)}" for name, value in options.items() if value != defaults.get(name)]
    facts = [f"model: {request.model.endpoint}", *lines]
    if job.request_id is not None:
        facts.append(f"request: {job.request_id}")
    if isinstance(job.state, Delivered):
        facts.append(f"cost: {'nothing' if job.state.cost is None else money(job.state.cost)}")
        facts.append(f"took: {duration(job.state.seconds)}")
    command = " ".join(["/tween", "start: end:", f"prompt:{request.prompt}", *changed])
    return "\n".join([f"prompt: {request.prompt}", *facts]), command


def _seed(job: Job) -> object:
    return job.state.seed if isinstance(job.state, Delivered) else job.request.options.get("seed")


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def state_of(job: Job) -> str:
    """Name the state that a job is in."""
    return _STATES[type(job.state).__name__]


_STATES: Mapping[str, str] = {
    "Accepted": "waiting",
    "Staged": "preparing",
    "Submitting": "being sent",
    "Submitted": "rendering",
    "Finished": "made",
    "Posting": "being posted",
    "Delivered": "done",
    "Failed": "no video",
    "Cancelled": "cancelled",
    "Unclear": "unclear",
}
