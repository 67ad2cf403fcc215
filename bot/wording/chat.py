"""The words that chat platforms share beside the card's: answers to buttons and commands, recipes, lists of jobs."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from bot.domain.budget import Usage
from bot.domain.card import Action
from bot.domain.job import Accepted, Delivered, Job, Posting, Proposed
from bot.domain.request import Fit
from bot.wording.commands import text
from bot.wording.units import duration, money

FRAMES = "The first and the last frame, as they are cropped"
WATCH = "Go to the video"
NOT_OFFERED = "That is not to be had of this job as it stands now."
STOPPING = "Asked to stop. The card says what came of it."
LOOKING = "Looking for it at the provider once more. The card says what came of it."
SENT_AGAIN = "Sent again, as a job of its own. Its card appears here in a moment."
STARTED = "It is under way already, so its frames stay as they are. The card says how far it is."
DRAWN_ANEW = "Its frames are just being made anew. Look at the card, and press once more."
OVER = "It is over, so there is nothing left to start or to change. Nothing was sent or charged by this press."
DELETED = "Deleted: the card, the video, and what was stored of this job."
NOT_OVER = "It is still under way. Cancel it first."
DELETE_REFUSED = "Its messages could not be deleted: delete them by hand."


def recipe(job: Job) -> tuple[str, str]:
    """Return all that makes a job again: as a list to read, and as a command to copy."""
    request, seed = job.request, _seed(job)
    options = dict(request.options) | ({} if seed is None else {"seed": seed})
    lines = [f"{name}: {_shown(value)}" for name, value in options.items()]
    lines.append(f"{FIT}: {fit_of(request.fit).lower()}")
    defaults = request.model.defaults()
    changed = [f"{name}:{_shown(value)}" for name, value in options.items() if value != defaults.get(name)]
    if request.fit is not Fit.CROP:
        changed.append(f"{FIT}:{fit_of(request.fit)}")
    facts = [f"model: {request.model.endpoint}", *lines]
    if job.request_id is not None:
        facts.append(f"request: {job.request_id}")
    if isinstance(job.state, Delivered):
        facts.append(f"cost: {'nothing' if job.state.cost is None else money(job.state.cost)}")
        facts.append(f"took: {duration(job.state.seconds)}")
    command = " ".join(["/tween", "start: end:", f"prompt:{request.prompt}", *changed])
    return "\n".join([f"prompt: {request.prompt}", *facts]), command


FIT = "fit"
"""What the option is called by those who type it."""


def fit_of(fit: Fit, locale: str | None = None) -> str:
    """Name what is done with an image of another shape than the video's."""
    return text(f"fit.{fit.value}", locale)


def answered(action: Action, before: Job, after: Job) -> str | None:
    """Say why a button of a proposed job has done nothing; None where it has, for its card tells the rest.

    ``before`` and ``after`` are the job as it stood when the button was pressed, and right after it.
    """
    if before.is_final or after.is_final:
        return OVER
    match after.state:
        case Accepted(asks=True):
            changed = isinstance(before.state, Proposed) and action is not Action.GO
            return None if changed else DRAWN_ANEW
        case Proposed():
            # It is about to be stopped, which its card says.
            return None
        case _:
            return None if isinstance(before.state, Proposed) and action is Action.GO else STARTED


def _seed(job: Job) -> object:
    return job.state.seed if isinstance(job.state, Delivered) else job.request.options.get("seed")


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def state_of(job: Job) -> str:
    """Name the state that a job is in."""
    return _STATES[type(job.state).__name__]


_STATES: Mapping[str, str] = {
    "Accepted": "waiting",
    "Proposed": "waits for your Go",
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


def facts_of(job: Job) -> str:
    """Return a job's state, and what is known of a finished one, in a line."""
    facts = [state_of(job)]
    if isinstance(job.state, Delivered):
        facts += [] if job.state.cost is None else [money(job.state.cost)]
        facts += [] if job.state.seed is None else [f"seed {job.state.seed}"]
    return " · ".join(facts)


def ready(job: Job) -> str:
    """Say that the video of a job is there that is just being posted."""
    posting = job.state
    assert isinstance(posting, Posting)
    facts = [] if posting.outcome.seed is None else [f"seed {posting.outcome.seed}"]
    units = posting.outcome.units
    price = job.request.price if units is None else job.request.model.price.bill(units)
    if price > Decimal(0):
        facts.append(money(price))
    told = f" ({', '.join(facts)})" if facts else ""
    return f"Your video is ready{told}."


def whose(author: str, action: str) -> str:
    """Say who may press a button; ``author`` is a mention."""
    return f"Only {author} may press *{action}* here: it is that member's job."


def one_of(places: Iterable[str]) -> str:
    """Name the channels, or the roles, that it may be."""
    return f"It may be: {', '.join(places)}."


def month(usage: Usage, server: str) -> str:
    """Return a month's money of a person, and of the server or workspace, by what it is called."""
    lines = [f"{usage.month} (UTC), renews on {usage.renews:%-d %B %Y}"]
    lines.append(_spent("You", usage.author, usage.allowance.author))
    if usage.allowance.server is not None or usage.server != usage.author:
        lines.append(_spent(server, usage.server, usage.allowance.server))
    return "\n".join(lines)


def _spent(who: str, spent: Decimal, limit: Decimal | None) -> str:
    if limit is None:
        return f"{who}: {money(spent)} spent or reserved, no limit"
    left = max(Decimal(0), limit - spent)
    return f"{who}: {money(spent)} of {money(limit)}, {money(left)} left"
