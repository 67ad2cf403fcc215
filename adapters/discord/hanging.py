"""The files that hang on messages: a card's frames, a message's images, a job's video. Their links are always fresh."""

import discord

from adapters.discord.attachments import Picture
from adapters.discord.errors import LIBRARY
from bot.domain.job import Job

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")


def picture_of(attachment: discord.Attachment) -> Picture:
    """Return a file as Discord describes it."""
    return Picture(attachment.filename, attachment.url, attachment.size)


def image_files(message: discord.Message) -> list[Picture]:
    """Return a message's files that claim to be images; what they really are, their bytes tell later."""
    return [
        picture_of(each)
        for each in message.attachments
        if (each.content_type or "").startswith("image/") or each.filename.lower().endswith(IMAGE_ENDINGS)
    ]


def frames_of(message: discord.Message | None) -> tuple[Picture, Picture] | None:
    """Return the two frames that hang on a card; None where they do not."""
    files = {} if message is None else {each.filename.partition(".")[0]: each for each in message.attachments}
    if "start" not in files or "end" not in files:
        return None
    return picture_of(files["start"]), picture_of(files["end"])


async def video_of(client: discord.Client, job: Job) -> Picture | None:
    """Return a job's video where the bot can read its message."""
    if "video" not in job.place or "private" in job.place:
        return None
    channel = client.get_partial_messageable(int(job.place["channel"]))
    try:
        message = await channel.fetch_message(int(job.place["video"]))
    except LIBRARY:
        return None
    return next((picture_of(each) for each in message.attachments if each.filename.endswith(".mp4")), None)
