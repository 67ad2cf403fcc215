"""The words on how a video came to its channel, and on what is beside it."""

from datetime import UTC, datetime

from bot.domain.job import Delivery, Job
from bot.domain.media import Video
from bot.wording.units import size

WATCH = "watch or download it"
LINK_OVER = "the link to it is over"
UNREAD = "it could not be looked into in time"


def too_heavy(bytes_: int, limit: int) -> str:
    """Say that a video does not fit into a channel, however it is made smaller."""
    return f"it weighs {size(bytes_)}, and this channel takes {size(limit) if limit else 'no such file'}"


def day(moment: float) -> str:
    """Return the day (UTC) of a moment in epoch seconds: ``26 December``."""
    return f"{datetime.fromtimestamp(moment, UTC):%-d %B}"


def linked(way: str, bytes_: int, link: str, until: float) -> str:
    """Return the line of a message that leads to the video as it was made; ``way`` is how the message brings it."""
    what = "The original" if way == "copy" else "The video"
    return f"{what}, {size(bytes_)}: {link}, until {day(until)}"


def told(delivery: Delivery | None, video: Video) -> str | None:
    """Return the card's sentence on how the video came; None where it came as it is."""
    match delivery:
        case Delivery(way="copy", until=None):
            return f"Made smaller for this channel: {size(delivery.bytes)} of {size(video.bytes)}."
        case Delivery(way="copy", until=float() as until):
            smaller = f"{size(delivery.bytes)} of {size(video.bytes)}"
            return f"Made smaller for this channel: {smaller}. The original is behind a link until {day(until)}."
        case Delivery(way="link", until=float() as until):
            return (
                f"This channel does not take it as a file ({size(video.bytes)}): it came by a link, until {day(until)}."
            )
        case _:
            return None


def described(job: Job, most: int) -> str:
    """Return what a screen reader says of a job's video, or of its picture, in so many characters at most.

    The prompt gives way first: the images' names are what tells one video from another.
    """
    start, end = job.request.images
    prompt = _line(job.request.prompt).rstrip(".")
    frames = f". From {_short(start.name)} to {_short(end.name)}."
    return f"Video: {_short(prompt, most - len(frames) - len('Video: '))}{frames}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str, most: int = 80) -> str:
    line = _line(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
