"""The words of the links to kept videos: why there is none, and what whoever follows one reads."""

from bot.wording.units import size

DELETED = "its job was deleted meanwhile"


def too_large(most: int) -> str:
    """Say that a file is larger than any that is kept."""
    return f"it is larger than {size(most)}"


def no_room(most: int) -> str:
    """Say that the store is full: what was promised is not removed for it."""
    return f"the {size(most)} for such videos are full"
