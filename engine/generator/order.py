"""What the generator is asked for, what it answers and how it refuses: plain values that cross a process border."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Order:
    """One video to render.

    `start` and `end` are encoded image files as they were received. `num_frames` is at least 2, `resolution` is
    "480p" or "720p", `aspect_ratio` "auto", "16:9", "9:16" or "1:1". The MP4 is written beside `output` under the
    name `output` + ".part" and renamed once it is whole.
    """

    start: bytes
    end: bytes
    prompt: str
    num_frames: int
    frames_per_second: int
    resolution: str
    aspect_ratio: str
    seed: int
    output: Path

    @property
    def part(self) -> Path:
        """Where the unfinished file lies."""
        return self.output.with_name(self.output.name + ".part")


@dataclass(frozen=True)
class Rendered:
    """The finished video: its size in pixels, its frames and its length in seconds."""

    width: int
    height: int
    num_frames: int
    seconds: float


class BadImage(Exception):
    """An input image cannot be used.

    `which` is "start" or "end", `kind` the error's type in fal's vocabulary, `message` a sentence that says what is
    wrong and what to do.
    """

    def __init__(self, which: str, kind: str, message: str) -> None:
        super().__init__(which, kind, message)
        self.which = which
        self.kind = kind
        self.message = message

    def __str__(self) -> str:
        return self.message


class Cancelled(Exception):
    """The order was cancelled while it was rendered; nothing of it is left on disk."""
