"""The words of the links to kept videos: why there is none, and what whoever follows one reads."""

from bot.wording.units import size

DELETED = "its job was deleted meanwhile"
NO_VIDEO = "There is no video here. Its link may be cut off, or its author has deleted it."
OVER = "This video was here, and its time is over."
BUSY = "This video cannot be shown at the moment. Try it again in a minute."


def too_large(most: int) -> str:
    """Say that a file is larger than any that is kept."""
    return f"it is larger than {size(most)}"


def no_room(most: int) -> str:
    """Say that the store is full: what was promised is not removed for it."""
    return f"the {size(most)} for such videos are full"


def page(sentence: str) -> str:
    """Return the page that says so to whoever follows a link, in any browser."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Tweenbot</title>'
        f"<p>{sentence}</p></html>\n"
    )
