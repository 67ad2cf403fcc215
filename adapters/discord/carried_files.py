"""What a job's messages carry: their nonces, the frames on the card; and how heavy a file may be."""

import hashlib
import io
from collections.abc import Iterable

import discord

from adapters.discord.card import FRAMES
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


def digest_of(named: Iterable[tuple[str, bytes]]) -> str:
    """Return what tells the files of a card from others."""
    return hashlib.sha256(b"".join(hashlib.sha256(data).digest() for _, data in named)).hexdigest()[:16]


def as_files(named: Iterable[tuple[str, bytes]]) -> list[discord.File]:
    """Return files for one request: the library reads each of them once."""
    return [discord.File(io.BytesIO(data), name) for name, data in named]


def _ending(frame: Frame) -> str:
    return "png" if frame.content_type == "image/png" else "jpg"
