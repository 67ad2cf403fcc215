"""The message that brings a video: its text, and its file or what it shows in the place of one."""

import hashlib
from pathlib import Path

from adapters.slack.text import link, who
from bot.domain.job import Job
from bot.ports import Parcel
from bot.wording import chat
from bot.wording.delivery import WATCH, linked


def text_of(job: Job, author: str, parcel: Parcel) -> str:
    """Return what the message says, with a mention of the author, and a link where there is one."""
    first = f"{who(author)} {chat.ready(job)}"
    if parcel.link is None:
        return first
    address = link(parcel.link.url, WATCH)
    return f"{first}\n{linked(parcel.delivery.way, parcel.link.bytes, address, parcel.link.expires_at)}"


def stem_of(job: Job) -> str:
    """Return what a job's video is called, but for its ending."""
    return f"tween-{hashlib.sha256(job.id.encode()).hexdigest()[:12]}"


def file_of(job: Job, parcel: Parcel) -> tuple[str, Path | bytes] | None:
    """Return the name of the message's one file, and the file; None where nothing could be drawn."""
    if parcel.file is not None:
        return f"{stem_of(job)}.mp4", parcel.file
    if parcel.animation is not None:
        return f"{stem_of(job)}.gif", parcel.animation
    if parcel.poster is not None:
        return f"{stem_of(job)}.jpg", parcel.poster
    return None
