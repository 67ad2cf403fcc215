"""The message that brings a video: its text, and its file or what it shows in the place of one; and how it is found."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import discord

from adapters.discord.carried_files import nonce_of
from adapters.discord.text import ALT_TEXT
from bot.domain.job import Job
from bot.ports import Parcel
from bot.wording.delivery import described, linked


def text_of(first: str, parcel: Parcel, *, spoiler: bool) -> str:
    """Return the message's first line, and the one with the link where there is one."""
    if parcel.link is None:
        return first
    # Between these brackets Discord shows no preview of the address: the message has its own.
    address = f"<{parcel.link.url}>"
    shown = f"||{address}||" if spoiler else address
    return f"{first}\n{linked(parcel.delivery.way, parcel.link.bytes, shown, parcel.link.expires_at)}"


def beside(text: str) -> str:
    """Return what a message says below its first line."""
    return text.partition("\n")[2]


def files_of(job: Job, parcel: Parcel, *, spoiler: bool) -> list[discord.File]:
    """Return the one file of the message; none where nothing could be drawn.

    A video is read from the disk, piece by piece: it is never whole in memory.
    """
    stem, alt = stem_of(job), described(job, ALT_TEXT)
    if parcel.file is not None:
        return [discord.File(parcel.file, f"{stem}.mp4", spoiler=spoiler, description=alt)]
    if parcel.animation is not None:
        return [discord.File(io.BytesIO(parcel.animation), f"{stem}.gif", spoiler=spoiler, description=alt)]
    if parcel.poster is not None:
        return [discord.File(io.BytesIO(parcel.poster), f"{stem}.jpg", spoiler=spoiler, description=alt)]
    return []


def stem_of(job: Job) -> str:
    """Return what a job's video is called, but for its ending: nothing else is, so its message is found by it."""
    return f"tween-{nonce_of(job.id, 'file')[:12]}"


def is_of(message: discord.Message, job: Job, card: int) -> bool:
    """Whether a message of the bot's brings a job's video: its file is called so, or it replies to the job's card."""
    if any(Path(each.filename).stem.endswith(stem_of(job)) for each in message.attachments):
        return True
    return message.reference is not None and message.reference.message_id == card


def reply_to(place: Mapping[str, str]) -> discord.MessageReference:
    """Return what makes the message a reply to the job's card, where there is one, by the job's place."""
    if "message" not in place:
        # The library's own word for none, which its types do not allow.
        return cast("discord.MessageReference", None)
    return discord.MessageReference(
        message_id=int(place["message"]),
        channel_id=int(place["channel"]),
        guild_id=int(place["guild"]) if "guild" in place else None,
        fail_if_not_exists=False,
    )
