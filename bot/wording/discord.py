"""The words that only Discord's messages need; all others are every platform's."""

from collections.abc import Mapping, Sequence

from bot.domain.card import Action

PUBLISH = "Publish"
REFUSED = "⛔"
SERVER, ONLY_YOU = "This server", "Only you see it."
NEVER_CAME = "the bot was restarted before it had fetched it"
HERE_INSTEAD = "Your video is on its way here."
GONE_ON = "The bot may not post here any more: this job went on in its author's direct messages."
NOT_PUBLISHED = "The video could not be published. Press the button once more, or download it and post it yourself."
NO_JOB = "This job is no longer stored, so there is nothing to do with it. Start a new one with /tween."
NO_FRAMES = "The images of this job hang on its card no more. Attach them anew with /tween."
NO_VIDEO = "The video of this job is no longer here. Attach its last frame with /tween."
TOO_FEW = "That message has no image. Attach two images to one message, or use /tween."
MENU_GONE = "The images of that message can no longer be read. Attach them with /tween."
NO_SUCH_PROMPT = "The prompt of that suggestion is no longer stored, so nothing was taken or charged. Type it anew."
FAULT = "A fault in the bot; nothing was charged. Its operator finds the cause in the log."
BUTTONS: Mapping[Action, str] = {
    Action.CONTINUE: "Continue",
    Action.RERUN: "Again",
}
"""Labels that are shorter here than elsewhere: five buttons share a row."""


def since(when: str) -> str:
    """Say since when a job is under way."""
    return f"started {when}"


def asked(when: str) -> str:
    """Say when a job was asked for that has ended."""
    return f"asked for {when}"


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
