"""The words of the local channel's interface, for whoever writes or runs a program against it."""

from bot.wording.units import size

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
TOO_OFTEN = "This job was sent again too often: send it anew."
DEFECT = "A fault in the bot. Its operator finds the cause in the log."


def heavy_form(limit: int) -> str:
    """Refuse a body that no two images of this many bytes make."""
    return f"Send no image of more than {size(limit)}."


def heavy_field(limit: int) -> str:
    """Refuse a text of more than this many bytes."""
    return f"A field holds more than {size(limit)}."


def bad_limit(most: int) -> str:
    """Refuse a length of the history."""
    return f"limit is a number from 1 to {most}."
