"""The words that only Slack's messages need; all others are every platform's. Markup: Slack's mrkdwn."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from bot.domain.budget import Usage
from bot.domain.card import Action
from bot.domain.job import Delivered, Job, Posting
from bot.ports import Entry
from bot.wording.chat import state_of
from bot.wording.units import money

NAME = "Tweenbot"
ABOUT = "Two images and a sentence become the video in between."
COMMAND, COMMAND_HINT = "Make a video from two images", "[what happens in between | jobs | usage | admin | help]"
SHORTCUT, SHORTCUT_ABOUT = "Tween these images", "Make a video from the first two images of this message"
FRAMES = "The first and the last frame, as they are cropped"
LAST_FRAME = "the last frame of the video"
WATCH = "Go to the video"
CLOSE, SAVE, NO = "Close", "Save", "No"
TICKED: Mapping[str, str] = {"true": "Yes", "false": "No"}
"""What a field says that is on or off."""
NOT_INSTALLED = "the bot is not installed in that workspace any more"
NO_FILE: Mapping[str, str] = {"file_deleted": "deleted at Slack", "file_not_found": "not there for the bot"}
"""By Slack's own name of the error."""
NO_JOB = "This job is no longer stored, so there is nothing to do with it. Start a new one with `/tween`."
NOT_OFFERED = "That is not to be had of this job as it stands now."
STOPPING = "Asked to stop. The card says what came of it."
LOOKING = "Looking for it at the provider once more. The card says what came of it."
SENT_AGAIN = "Sent again, as a job of its own. Its card appears here in a moment."
DELETED = "Deleted: the card, the video, and what was stored of this job."
NOT_OVER = "It is still under way. Cancel it first."
DELETE_REFUSED = "Its messages could not be deleted: delete them by hand."
TOO_FEW = "That message has no image. Attach two images to one message, or use `/tween`."
ONE_IMAGE = "That is one image, and it takes two: the first and the last. Attach both to one message, or use `/tween`."
LISTED = "Your jobs and your budget"
RUNNING, RECENT, BUDGET = "Under way", "Recent", "Budget"
NO_JOBS = "You have no jobs yet. Start one with `/tween`."
HOME_TITLE = "Two images and a sentence become a video"
NEW, REFRESH, FORGET = "New video", "Refresh", "Delete my data"
HELP = (
    "• `/tween` opens a form: a first image, a last image, and what happens in between.\n"
    "• *Tween these images* in a message's menu takes the first two images of that message.\n"
    "• Mention me with two images and a sentence, in a channel or a thread, or send them to me here.\n"
    "• `/tween jobs` lists your jobs, `/tween usage` shows your budget.\n"
    "• Admins set the workspace's rules with `/tween admin`."
)
NOT_FOR_YOU = "Only admins of this workspace can do that."
ADMIN_TITLE = "Rules for videos"
ADMIN: Mapping[str, str] = {
    "channels": "Channels where videos may be made; none: all",
    "running": "Jobs of this workspace at the same time",
    "running_per_author": "Jobs of one member at the same time",
    "waiting_per_author": "Jobs of one member that may wait",
    "budget_server": "Budget of the workspace, US dollars a month",
    "budget_everyone": "Budget of each member, US dollars a month",
    "defaults": "Defaults of options",
}
LINES = "One a line, such as num_frames = 100"
NO_SUM = "That is no sum of money: give one, such as 20."
BUTTONS: Mapping[Action, str] = {Action.CONTINUE: "Continue", Action.RERUN: "Again", Action.SEND_AGAIN: "Send again"}
"""Labels that are shorter here than elsewhere; what they may cost is said where Slack asks once more."""
SURE: Mapping[Action, str] = {
    Action.DELETE: "The card, the video, and what is stored of this job are deleted.",
    Action.SEND_AGAIN: "The first request may have been taken and charged, so this may be charged twice.",
}
FORGET_SURE = "All that is stored of your jobs is deleted. Their messages stay where they are."

INSTALL_TITLE = "Install Tweenbot in Slack"
INSTALL = "Tweenbot makes a video from two images and a sentence. Slack shows you what it may do before you allow it."
INSTALL_LINK, INSTALL_AGAIN = "Continue to Slack", "Begin again"
INSTALLED_TITLE = "Tweenbot is installed"
NOT_INSTALLED_TITLE = "Tweenbot was not installed"
NOT_INSTALLED_WHY: Mapping[str, str] = {
    "access_denied": "You did not allow it, so nothing was changed.",
    "invalid_browser": "This page was opened in another browser than the first one, or its cookie is gone.",
    "invalid_state": "This link was used before, or is older than ten minutes.",
    "missing_code": "Slack sent no code along.",
    "invalid_code": "Slack did not accept the code that it sent along.",
    "storage_error": "The bot's database does not answer. Give it a minute.",
}
NOT_INSTALLED_ANYHOW = "Slack did not go on with it."
REINSTALL = (
    "I am not installed in this workspace any more, so nothing was taken or charged. Ask an admin to install me."
)


def installed(name: str | None) -> str:
    """Say that the bot is in a workspace, or in an organization, and what to do there."""
    where = f"in {name}" if name else "there"
    return f"It is {where} now: close this page, and type /tween in Slack."


def since(when: str) -> str:
    """Say since when a job is under way."""
    return f"started at {when}"


def asked(when: str) -> str:
    """Say when a job was asked for that has ended."""
    return f"asked for at {when}"


def one_of(channels: Iterable[str]) -> str:
    """Name the channels that it may be."""
    return f"It may be: {', '.join(channels)}."


def invite(channel: str) -> str:
    """Say, before anything is filled in or spent, how the bot gets into a channel."""
    return (
        f"I am not in <#{channel}>, so I could not post your video there. Type `/invite @Tweenbot` in it, and then "
        "`/tween` once more; or write to me directly."
    )


def label(name: str) -> str:
    """Name the field of an option that no language has a name for."""
    words = name.replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}"


def hint(help_: str) -> str:
    """Explain an option's field: at most 2,000 characters."""
    return help_[:2000]


def ready(job: Job, author: str) -> str:
    """Say that the video is there, to its author."""
    posting = job.state
    assert isinstance(posting, Posting)
    facts = [f"seed {posting.outcome.seed}"] if posting.outcome.seed is not None else []
    price = job.request.price if posting.outcome.units is None else job.request.model.price.bill(posting.outcome.units)
    if price > Decimal(0):
        facts.append(money(price))
    told = f" ({', '.join(facts)})" if facts else ""
    return f"{author} Your video is ready{told}."


def shared(permalink: str) -> str:
    """Lead to a video from the channel."""
    return f"A new video: {permalink}"


def whose(author: str, action: str) -> str:
    """Say who may press a button."""
    return f"Only {author} may press *{action}* here: it is that member's job."


def job_line(entry: Entry) -> str:
    """Return a job's state and facts in a line."""
    job = entry.job
    facts = [state_of(job)]
    if isinstance(job.state, Delivered):
        facts += [money(job.state.cost)] if job.state.cost is not None else []
        facts += [f"seed {job.state.seed}"] if job.state.seed is not None else []
    return " · ".join(facts)


def month(usage: Usage) -> str:
    """Return a month's money in the words of a budget."""
    lines = [f"{usage.month} (UTC), renews on {usage.renews:%-d %B %Y}"]
    lines.append(_spent("You", usage.author, usage.allowance.author))
    if usage.allowance.server is not None or usage.server != usage.author:
        lines.append(_spent("This workspace", usage.server, usage.allowance.server))
    return "\n".join(lines)


def _spent(who: str, spent: Decimal, limit: Decimal | None) -> str:
    if limit is None:
        return f"{who}: {money(spent)} spent or reserved, no limit"
    left = max(Decimal(0), limit - spent)
    return f"{who}: {money(spent)} of {money(limit)}, {money(left)} left"


def unescaped(text: str) -> str:
    """Return what a person wrote, without the escapes that Slack puts in."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
