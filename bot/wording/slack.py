"""The words that only Slack's messages need; all others are every platform's. Markup: Slack's mrkdwn."""

from collections.abc import Mapping

from bot.domain.card import Action

NAME = "Tweenbot"
ABOUT = "Two images and a sentence become the video in between."
COMMAND, COMMAND_HINT = "Make a video from two images", "[what happens in between | jobs | usage | admin | help]"
SHORTCUT, SHORTCUT_ABOUT = "Tween these images", "Make a video from the first two images of this message"
LAST_FRAME = "the last frame of the video"
CLOSE, SAVE, NO = "Close", "Save", "No"
TICKED: Mapping[str, str] = {"true": "Yes", "false": "No"}
"""What a field says that is on or off."""
NOT_INSTALLED = "the bot is not installed in that workspace any more"
NOT_HANDED_OUT = "Slack does not hand it out"
NO_FILE: Mapping[str, str] = {"file_deleted": "deleted at Slack", "file_not_found": "not there for the bot"}
"""By Slack's own name of the error."""
NOT_TAKEN: Mapping[str, str] = {
    "file_type_not_allowed": "this workspace takes no files of that kind",
    "file_upload_size_restricted": "this workspace takes no files of that size",
    "file_uploads_disabled": "this workspace takes no files",
    "file_uploads_except_images_disabled": "this workspace takes no files but images",
    "storage_limit_reached": "this workspace has no room left for files",
}
"""Why a video was not taken as a file, by Slack's own name of the error."""
NO_JOB = "This job is no longer stored, so there is nothing to do with it. Start a new one with `/tween`."
TOO_FEW = "That message has no image. Attach two images to one message, or use `/tween`."
ONE_IMAGE = "That is one image, and it takes two: the first and the last. Attach both to one message, or use `/tween`."
LISTED = "Your jobs and your budget"
RUNNING, RECENT, BUDGET = "Under way", "Recent", "Budget"
CARD = "Go to the card"
NO_JOBS = "You have no jobs yet. Start one with `/tween`."
HOME_TITLE = "Two images and a sentence become a video"
NEW, REFRESH, FORGET = "New video", "Refresh", "Delete my data"
HELP = (
    "• `/tween` opens a form: a first image, a last image, and what happens in between.\n"
    "• *Tween these images* in a message's menu takes the first two images of that message.\n"
    "• Mention me with two images, or their links, and a sentence, in a channel or a thread, or write it to me here.\n"
    "• `/tween jobs` lists your jobs, `/tween usage` shows your budget.\n"
    "• Admins set the workspace's rules with `/tween admin`; `/tween admin log` shows what they decided."
)
WORKSPACE = "This workspace"
NOT_FOR_YOU = "Only admins of this workspace can do that."
ADMIN_UNKNOWN = "Slack does not say whether you are an admin, so nothing was done. Try it once more in a moment."
NOT_OPENED = "The form did not open, so nothing was taken or charged. Try it once more."
ADMIN_TITLE = "Rules for videos"
ADMIN: Mapping[str, str] = {
    "channels": "Channels where videos may be made; none: all",
    "running": "Jobs of this workspace at the same time",
    "running_per_author": "Jobs of one member at the same time",
    "waiting_per_author": "Jobs of one member that may wait",
    "budget_server": "Budget of the workspace, US dollars a month",
    "budget_everyone": "Budget of each member, US dollars a month",
    "ask_over": "US dollars above which a job asks first",
    "defaults": "Defaults of options",
    "words": "Forbidden words",
    "patterns": "Forbidden patterns",
    "check_url": "Address of the check",
}
ADMIN_HINTS: Mapping[str, str] = {
    "ask_over": "A job that costs more waits for its author's Go. 0: every job; empty: as the bot's operator has it.",
    "defaults": "One a line, such as num_frames = 100",
    "words": "One a line. A prompt with one of them in it, in capitals or not, is refused.",
    "patterns": "One regular expression (RE2) a line. A prompt that one of them matches is refused.",
    "check_url": "An https address that is asked about every job before it is sent, and about its video.",
}
LOG_SENT = "All of it is in a file that I sent you directly."
LOG_NOT_SENT = "The file with all of it could not be sent to you."
BUTTONS: Mapping[Action, str] = {
    Action.CONTINUE: "Continue",
    Action.RERUN: "Again",
    Action.SEND_AGAIN: "Send again",
}
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


def invite(channel: str) -> str:
    """Say, before anything is filled in or spent, how the bot gets into a channel, and that it gets into no ``D…``."""
    if channel.startswith("D"):
        return (
            "This is a direct message between others, to which nobody can invite me, so I could not post your video "
            "here. Type `/tween` in a channel; or write to me directly."
        )
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


def shared(permalink: str) -> str:
    """Lead to a video from the channel."""
    return f"A new video: {permalink}"


def unescaped(text: str) -> str:
    """Return what a person wrote, without the escapes that Slack puts in."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
