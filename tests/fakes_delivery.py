"""What the ladder of delivery works with, for tests of the flow alone: copies, links and pictures without a video."""

from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.errors import BadVideo, TweenError
from bot.domain.media import Video
from bot.ports import Copy, Kept

UNTIL = 1_798_243_200.0
"""26 December 2026, UTC."""


@dataclass
class FakeFitter:
    """Makes every copy exactly as heavy as it may be; with an ``error`` none, and half of one is left lying."""

    ssim: float = 0.97
    error: BadVideo | None = None
    asked: list[int] = field(default_factory=list)

    async def fit(self, path: Path, to: Path, limit: int) -> Copy:
        """Write so many bytes."""
        assert path.exists()
        self.asked.append(limit)
        to.write_bytes(b"c" * limit)
        if self.error is not None:
            raise self.error
        return Copy(Video(416, 240, 81, 5.06, limit), self.ssim)


@dataclass
class FakeMedia:
    """Keeps files in memory, by the job's id, which is theirs too."""

    error: TweenError | None = None
    kept: dict[str, bytes] = field(default_factory=dict)

    async def keep(self, job_id: str, path: Path) -> Kept:
        """Keep it, or raise what the script says."""
        if self.error is not None:
            raise self.error
        data = self.kept.setdefault(job_id, path.read_bytes())
        return Kept(job_id, f"https://bot.example/v/{job_id}.mp4", len(data), UNTIL)

    async def fetch(self, id_: str, to: Path) -> bool:
        """Write it."""
        if id_ in self.kept:
            to.write_bytes(self.kept[id_])
        return id_ in self.kept

    async def drop(self, job_id: str) -> None:
        """Forget it."""
        self.kept.pop(job_id, None)


@dataclass
class FakePictures:
    """Draws an animation, or else a poster; each may fail."""

    no_animation: bool = False
    no_poster: bool = False

    async def animation(self, path: Path) -> bytes:
        """Return one, or raise."""
        if self.no_animation:
            raise BadVideo("not drawn within 60 s")
        return b"gif of " + path.read_bytes()

    async def poster(self, path: Path) -> bytes:
        """Return one, or raise."""
        if self.no_poster:
            raise BadVideo("no frame that can be decoded")
        return b"jpg of " + path.read_bytes()

    async def posters(self, path: Path, count: int) -> list[bytes]:
        """Return the poster so many times."""
        return [await self.poster(path)] * count
