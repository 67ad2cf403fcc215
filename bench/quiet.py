"""An outside that costs nothing, for the benchmark of what durability costs."""

from collections.abc import Mapping

from adapters.fal.provider import FalProvider
from bot.domain.card import Card
from bot.domain.job import Job
from bot.domain.media import Frame
from bot.ports import Attachments, Parcel
from tests.fakes import FakeFiles


class QuietChannel:
    """Takes everything, and keeps nothing."""

    pace = 1.0
    place: Mapping[str, str] = {"card": "1"}  # never changed

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:
        """Do nothing."""

    async def show(self, card: Card) -> None:
        """Do nothing."""

    async def limit(self) -> None:
        """There is none."""

    async def bring(self, job: Job, parcel: Parcel) -> None:
        """Do nothing: nobody looks."""

    async def post(self, job: Job, parcel: Parcel) -> None:
        """Do nothing."""

    async def posted(self, job: Job) -> bool:  # noqa: ARG002
        """Say no."""
        return False


class QuietPlatform:
    """A platform of quiet channels."""

    name = "bench"
    attachments = FakeFiles()

    def channel(self, job: Job) -> QuietChannel:  # noqa: ARG002
        """Open one."""
        return QuietChannel()


class NoStagedFiles:
    """Keeps nothing."""

    def around(self, job: Job, attachments: Attachments) -> Attachments:  # noqa: ARG002
        """Return them as they are."""
        return attachments

    async def drop(self, job_id: str) -> None:
        """Do nothing."""


class OneUpload(FalProvider):
    """fal's provider, with one image for all jobs: uploads are measured elsewhere."""

    async def upload(self, frame: Frame) -> str:
        """Return an address like a real one."""
        return f"https://v3.fal.media/files/{frame.which}.png"
