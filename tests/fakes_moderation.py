"""A moderator that plays a script, and a log that keeps what is written: for tests of the flow alone."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.errors import BadVideo, Moderated, TweenError
from bot.domain.job import Job
from bot.domain.media import Frame
from bot.domain.server import Rules
from bot.ports import Deed


@dataclass
class FakeModerator:
    """Finds words as they are written. ``before`` and ``after`` are raised by the next checks, one each."""

    before: list[TweenError] = field(default_factory=list)
    after: list[TweenError] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def check_prompt(self, rules: Rules, prompt: str) -> None:
        """Look for words."""
        self.asked.append("prompt")
        if any(word in prompt for word in rules.words):
            raise Moderated("prompt")

    def has_check(self, rules: Rules) -> bool:
        """There is one."""
        return True

    async def check_frames(self, rules: Rules, job: Job, frames: Sequence[Frame]) -> None:
        """Play the script."""
        self.asked.append(" ".join(["before", *(frame.which for frame in frames)]))
        if self.before:
            raise self.before.pop(0)

    async def check_video(self, rules: Rules, job: Job, posters: Sequence[bytes]) -> None:
        """Play the script."""
        self.asked.append(f"after {len(posters)}")
        if self.after:
            raise self.after.pop(0)


class FakePosters:
    """Draws nothing that anybody could see; ``error`` is raised in its place."""

    error: BadVideo | None = None

    async def poster(self, path: Path) -> bytes:
        """Return a picture."""
        return (await self.posters(path, 1))[0]

    async def posters(self, path: Path, count: int) -> Sequence[bytes]:
        """Return so many pictures of a file that is there."""
        assert path.exists()
        if self.error is not None:
            raise self.error
        return [b"jpeg"] * count


@dataclass
class FakeAudit:
    """Keeps the deeds; ``error`` is raised in the place of writing one."""

    written: list[Deed] = field(default_factory=list)
    error: TweenError | None = None

    async def write(self, deed: Deed) -> None:
        """Keep it."""
        if self.error:
            raise self.error
        self.written.append(deed)

    async def deeds(
        self, platform: str | None = None, server: str | None = None, since: float = 0.0, limit: int = 1000
    ) -> Sequence[Deed]:
        """Return them."""
        return self.written[::-1]

    async def pages(
        self, platform: str | None = None, server: str | None = None, since: float = 0.0, size: int = 500
    ) -> AsyncIterator[Sequence[Deed]]:
        """Yield them."""
        yield self.written[::-1]
