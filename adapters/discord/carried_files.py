"""What a job's messages carry: their nonces, the frames on the card, the video; and how heavy a file may be."""

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

import discord

from adapters.discord.card import FRAMES
from adapters.discord.text import alt
from bot.domain.errors import ChannelGone, NotHandedOver, TweenError
from bot.domain.job import Job, Posting
from bot.domain.media import Frame

MiB = 1024 * 1024
DEFAULT_LIMIT = 10 * MiB
BOOSTED = {2: 50 * MiB, 3: 100 * MiB}
"""Bytes of a file by a server's boost tier; else :data:`DEFAULT_LIMIT` (Discord's documentation, "Uploading Files")."""


def nonce_of(job_id: str, what: str) -> str:
    """Return the nonce of a job's message: at most 25 characters (Discord's documentation, "Create Message")."""
    return hashlib.sha256(f"{job_id}:{what}".encode()).hexdigest()[:24]


def frame_files(picture: bytes, frames: Iterable[Frame]) -> list[tuple[str, bytes]]:
    """Return what hangs on a card, by name: the picture that it shows, and the frames for later jobs."""
    return [(FRAMES, picture), *((f"{each.which}.{_ending(each)}", each.data) for each in frames)]


def as_files(named: Iterable[tuple[str, bytes]]) -> list[discord.File]:
    """Return files for one request: the library reads each of them once."""
    return [discord.File(io.BytesIO(data), name) for name, data in named]


def video_name(job: Job) -> str:
    """Return what a job's video is called: nothing else is, so it is found by it."""
    return f"tween-{nonce_of(job.id, 'file')[:12]}.mp4"


def video_file(job: Job, path: Path, *, spoiler: bool) -> discord.File:
    """Return the video, from the disk, piece by piece: it is never whole in memory."""
    return discord.File(path, video_name(job), spoiler=spoiler, description=alt(job.request.prompt))


def weight_of(job: Job) -> int:
    """Return the bytes of the video that a job is about to post."""
    posting = job.state
    assert isinstance(posting, Posting)
    return posting.video.bytes


def not_handed_over(problem: TweenError, path: Path) -> TweenError:
    """Return what a problem with the video's message means: where no later attempt can work, the video stays here."""
    return NotHandedOver(str(problem), Path(path.name)) if isinstance(problem, ChannelGone) else problem


def _ending(frame: Frame) -> str:
    return "png" if frame.content_type == "image/png" else "jpg"
