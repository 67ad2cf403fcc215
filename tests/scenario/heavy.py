"""Heavy videos for the scenarios: real ones, made once a session, and what a reader does with a link to one."""

import hashlib
import io
import re
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import av
import psutil

from tests.heavy_videos import MB, write_heavy

PATIENCE = 180.0
"""Seconds that a heavy video may take to its author, on a machine that does other things too."""
MAKING_S = 60.0
"""Seconds within which a video is made, whatever else the machine does."""


class Shelf:
    """Makes each video once, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, megabytes: int) -> Path:
        """Return where it lies."""
        path = self._folder / f"{megabytes}.mp4"
        if not path.exists():
            began = time.monotonic()
            write_heavy(path, megabytes * MB)
            assert time.monotonic() - began < MAKING_S
        return path


def open_(source: Path | bytes) -> io.BytesIO | io.BufferedReader:
    """Open a file, or bytes as if they were one."""
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def digest(source: Path | bytes) -> str:
    """Return the SHA-256 of a file."""
    with open_(source) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def frames(video: bytes | Path) -> int:
    """Return how many frames of a video can be decoded: all that are in it, or this fails."""
    with open_(video) as file, av.open(file, "r", format="mp4") as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert sum(1 for packet in container.demux(stream) if packet.size) == stream.frames
        container.seek(0)
        next(container.decode(stream))
        return stream.frames


def animated(picture: bytes) -> int:
    """Return how many frames an animated GIF has."""
    with av.open(io.BytesIO(picture), "r", format="gif") as container:
        return sum(1 for _ in container.decode(video=0))


def alt(prompt: str, start: str = "IMG_0001.jpg", end: str = "IMG_0002.png") -> str:
    """Return what a video of this prompt, between these images, is called for those who do not see it."""
    return f"Video: {prompt}. From {start} to {end}."


def link_in(text: str) -> str:
    """Return the one link in a message."""
    (found,) = re.findall(r"http://127\.0\.0\.1:\d+/[\w/.-]+", text)
    return str(found)


@dataclass(frozen=True)
class Answered:
    """What a link gives: its bytes as a digest, how many, and the answer's status and kind."""

    status: int
    kind: str
    bytes: int
    sha256: str


async def opened(link: str, part: str | None = None) -> Answered:
    """Follow a link, as a browser does; ``part`` is a range of bytes: ``10-19``."""
    headers = {} if part is None else {"Range": f"bytes={part}"}
    seen, count = hashlib.sha256(), 0
    async with aiohttp.ClientSession() as http, http.get(link, headers=headers) as answer:
        async for piece in answer.content.iter_chunked(1 << 20):
            seen.update(piece)
            count += len(piece)
        return Answered(answer.status, answer.content_type, count, seen.hexdigest())


async def check_link(link: str, original: Path | bytes) -> None:
    """Make sure that a link leads to these very bytes, and that a player may ask for a part of them."""
    weight = len(original) if isinstance(original, bytes) else original.stat().st_size
    assert await opened(link) == Answered(200, "video/mp4", weight, digest(original))
    middle = weight // 2
    part = digest(part_of(original, middle, 1000))
    assert await opened(link, f"{middle}-{middle + 999}") == Answered(206, "video/mp4", 1000, part)


def part_of(original: Path | bytes, first: int, count: int) -> bytes:
    """Return some bytes of a file."""
    with open_(original) as file:
        file.seek(first)
        return file.read(count)


def peak_of(process: psutil.Process) -> int:
    """Return the most memory (bytes) that a process has ever had; its children's is their own."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    (line,) = (each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def the_bot() -> psutil.Process:
    """Return the one bot that this test runs; other files' servers may be children of the same process."""
    (bot,) = (each for each in psutil.Process().children() if each.cmdline()[1:3] == ["-m", "bot"])
    return bot
