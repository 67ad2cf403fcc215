"""The words that only Discord's messages need; all others are every platform's."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from bot.domain.budget import Usage
from bot.domain.card import Action
from bot.domain.job import Delivered, Job, Posting
from bot.ports import Entry
from bot.wording.chat import state_of
from bot.wording.units import money, size

FRAMES = "The first and the last frame, as they are cropped"
WATCH = "Go to the video"
PUBLISH = "Publish"
REFUSED = "⛔"
NEVER_CAME = "the bot was restarted before it had fetched it"
HERE_INSTEAD = "Your video is on its way here."
GONE_ON = "The bot may not post here any more: this job went on in its author's direct messages."
NOT_PUBLISHED = "The video could not be published. Press the button once more, or download it and post it yourself."
NO_JOB = "This job is no longer stored, so there is nothing to do with it. Start a new one with /tween."
NO_FRAMES = "The images of this job hang on its card no more. Attach them anew with /tween."
NO_VIDEO = "The video of this job is no longer here. Attach its last frame with /tween."
NOT_OFFERED = "That is not to be had of this job as it stands now."
TOO_FEW = "That message has no image. Attach two images to one message, or use /tween."
MENU_GONE = "The images of that message can no longer be read. Attach them with /tween."
STOPPING = "Asked to stop. The card says what came of it."
LOOKING = "Looking for it at the provider once more. The card says what came of it."
SENT_AGAIN = "Sent again, as a job of its own. Its card appears here in a moment."
DELETED = "Deleted: the card, the video, and what was stored of this job."
NOT_OVER = "It is still under way. Cancel it first."
DELETE_REFUSED = "Its messages could not be deleted: delete them by hand."
FAULT = "A fault in the bot; nothing was charged. Its operator finds the cause in the log."
BUTTONS: Mapping[Action, str] = {Action.CONTINUE: "Continue", Action.RERUN: "Again"}
"""Labels that are shorter here than elsewhere: five buttons share a row."""


def since(when: str) -> str:
    """Say since when a job is under way."""
    return f"started {when}"


def asked(when: str) -> str:
    """Say when a job was asked for that has ended."""
    return f"asked for {when}"


def one_of(places: Iterable[str]) -> str:
    """Name the channels, or the roles, that it may be."""
    return f"It may be: {', '.join(places)}."


def in_direct_messages(link: str, missing: Sequence[str]) -> str:
    """Say, before anything is spent, that a job goes on elsewhere, and why."""
    why = f"lacks {', '.join(missing)} in this channel" if missing else "is no member here"
    return (
        f"The bot {why}, so it could not keep its card up to date or post the video here. "
        f"Both come [in your direct messages]({link}); cancel it there if you would rather not."
    )


def shared(author: str) -> str:
    """Say whose video it is that was published."""
    return f"A video by <@{author}>"


def ready(job: Job, author: str) -> str:
    """Say that the video is there, to its author."""
    return f"<@{author}> {_ready(job)}"


def ready_privately(job: Job) -> str:
    """Say that the video is there, where nobody else reads it."""
    return f"{_ready(job)} Only you see it."


def _ready(job: Job) -> str:
    posting = job.state
    assert isinstance(posting, Posting)
    facts = [f"seed {posting.outcome.seed}"] if posting.outcome.seed is not None else []
    price = job.request.price if posting.outcome.units is None else job.request.model.price.bill(posting.outcome.units)
    if price > Decimal(0):
        facts.append(money(price))
    told = f" ({', '.join(facts)})" if facts else ""
    return f"Your video is ready{told}."


def too_heavy(bytes_: int, limit: int) -> str:
    """Say that a video does not fit into a channel, however it is made smaller."""
    return f"it weighs {size(bytes_)}, and this channel takes {size(limit)}"


def whose(author: str, action: str) -> str:
    """Say who may press a button."""
    return f"Only <@{author}> may press *{action}* here: it is that member's job."


def seed_of(seed: int, prompt: str) -> str:
    """Name a seed by the prompt that it was used for."""
    return f"{seed} · {prompt}"


OTHER_OPTIONS = "Other options"
OTHER_OPTIONS_HELP = "One a line, such as num_frames = 100"
YOUR_WORDS = "What you had typed:"
RECENT, RUNNING, NO_JOBS = "Recent", "Under way", "You have no jobs yet. Start one with /tween."
FORGET = "Delete my data"
FORGET_SURE = "Delete all that is stored of your jobs? Their messages stay where they are."
FORGET_YES = "Yes, delete it"
CARD, VIDEO = "card", "video"


def job_line(entry: Entry, links: Mapping[str, str]) -> str:
    """Return a job in a line of the list; ``links`` lead to its messages by what they hold."""
    job = entry.job
    state = state_of(job)
    cost = money(job.state.cost) if isinstance(job.state, Delivered) and job.state.cost is not None else None
    told = [state, cost, f"seed {job.state.seed}" if isinstance(job.state, Delivered) and job.state.seed else None]
    addresses = [f"[{name}]({address})" for name, address in links.items()]
    return " · ".join(each for each in (*told, *addresses) if each)


def month(usage: Usage) -> str:
    """Return a month's money in the words of a budget."""
    lines = [
        f"**{usage.month}** (UTC), renews on {usage.renews:%-d %B %Y}",
        _spent("You", usage.author, usage.allowance.author),
    ]
    if usage.allowance.server is not None or usage.server != usage.author:
        lines.append(_spent("This server", usage.server, usage.allowance.server))
    return "\n".join(lines)


def _spent(who: str, spent: Decimal, limit: Decimal | None) -> str:
    if limit is None:
        return f"{who}: {money(spent)} spent or reserved, no limit"
    left = max(Decimal(0), limit - spent)
    share = 1.0 if not limit else min(1.0, float(spent / limit))
    bar = "█" * round(share * 16) + "░" * (16 - round(share * 16))
    return f"{who}: {money(spent)} of {money(limit)}, {money(left)} left\n`{bar}`"
