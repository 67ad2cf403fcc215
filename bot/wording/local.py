"""The words of the local channel's interface, for whoever writes or runs a program against it."""

from bot.domain.errors import Which
from bot.wording.units import IMAGE, size

NO_NAME = "This server does not go by that name."
NOT_LOCAL = "The local channel serves this machine alone, and no proxy."
CROSS_SITE = "The local channel serves no page of another site."
MEDIA_TYPE = "Send application/json or multipart/form-data."
NO_FORM = "Send the job as multipart/form-data, with the images in the fields start and end."
SLOW_FORM = "The form did not come in whole in time."
BROKEN_FORM = "The form is broken, or broke off."
MANY_FIELDS = "The form has more fields than any job needs."
UNNAMED_PART = "Every part of the form needs a name, and none may hold others."
FIELD_TWICE = "A field comes twice."
BAD_KEY = "An Idempotency-Key is 1 to 255 characters of plain ASCII."
NO_JOB = "There is no such job."
NO_VIDEO = "There is no video of this job here."
NO_PICTURE = "There is no such picture of this job here."
NOT_KEPT = "that picture is not kept any more"
NOT_OVER = "This job is not over: cancel it, or wait for its end."
NO_JSON = "Send a JSON object."
BAD_OPTIONS = "options is an object: a value for each option's name."
BAD_MOMENT = "before is a moment in seconds since 1970, such as a job's accepted_at."
BAD_PLATFORM = "platform is a platform's name, such as local."
LOG_IN, TOKEN, TOKEN_HELP = "Log in", "Token", "What TWEENBOT_LOCAL_TOKEN holds where the bot runs."
NO_TOKEN = "Send the token of this bot's TWEENBOT_LOCAL_TOKEN: as a bearer, or log in."  # noqa: S105  # a sentence
WRONG_TOKEN = "That is not the token. It is what TWEENBOT_LOCAL_TOKEN holds where the bot runs."  # noqa: S105  # a sentence
MANY_TRIES = "Too many wrong tokens. Wait a minute."
TOO_OFTEN = "This job was sent again too often: send it anew."
DEFECT = "A fault in the bot. Its operator finds the cause in the log."


def heavy_form(limit: int) -> str:
    """Refuse a body that no two images of this many bytes make."""
    return f"Send no image of more than {size(limit)}."


def heavy_field(limit: int) -> str:
    """Refuse a text of more than this many bytes."""
    return f"A field holds more than {size(limit)}."


def long_search(most: int) -> str:
    """Refuse words to look for."""
    return f"q is at most {most} characters."


def bad_size(which: Which) -> str:
    """Refuse what is no size of an image."""
    return f"{which} is the {IMAGE[which]}'s width and height in pixels, such as [1280, 720], or null."


def waits_for_go(platform: str) -> str:
    """Say of a job of a chat platform that its author has not let it go yet."""
    return f"Waits for its author's Go on {platform.title()}."


def bad_limit(most: int) -> str:
    """Refuse a length of the history."""
    return f"limit is a number from 1 to {most}."
