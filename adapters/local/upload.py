"""Hands the video over on this disk: the MP4 where it was asked for, and its contact sheet beside it."""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from adapters.local.errors import of_disk
from bot.domain.card import Card
from bot.domain.errors import BadVideo
from bot.domain.job import Job, Posting
from bot.domain.media import Frame
from bot.domain.model import Value
from bot.ports import ContactSheets, Parcel
from bot.wording.card import length, pixels


class CardView(Protocol):
    """A way to show a card here; ``pace`` in seconds between two changes."""

    pace: float

    def show(self, card: Card) -> None:
        """Show this card from now on."""
        ...


def contact_sheet_of(output: Path) -> Path:
    """Return where the contact sheet of a video lies: ``out.mp4`` has ``out.sheet.png``."""
    return output.with_suffix(".sheet.png")


class Output:
    """Where a video goes, and its contact sheet beside it."""

    def __init__(self, path: Path, contact_sheets: ContactSheets) -> None:
        self._path = path
        self._contact_sheets = contact_sheets
        self.no_sheet: str | None = None
        """Why there is no contact sheet beside the video, once it is there; None where there is one."""

    @property
    def contact_sheet(self) -> Path:
        """Where the contact sheet lies once the video is there."""
        return contact_sheet_of(self._path)

    @property
    def is_there(self) -> bool:
        """Whether the video is in its place."""
        return self._path.exists()

    async def put(self, video: Path, prompt: str, facts: str) -> None:
        """Put the video in its place, whole or not at all; then draw its contact sheet, if that can be done.

        Raises :class:`NotHandedOver`; the video then still lies where it was.
        """
        try:
            await asyncio.to_thread(_copied, video, self._path.resolve())
        except OSError as error:
            raise of_disk(error, video) from error
        try:
            await self._contact_sheets.draw(video, self.contact_sheet, prompt, facts)
        except BadVideo as error:
            self.no_sheet = error.what
        except OSError as error:
            self.no_sheet = of_disk(error, video).said


def facts_of(size: tuple[int, int], frames: int, per_second: Value) -> str:
    """Return the line below a contact sheet."""
    return f"{pixels(size)} · {length(frames, per_second)}"


class LocalChannel:
    """``bot.ports.Channel`` on this machine: the card in a view, the video in its place."""

    def __init__(self, view: CardView, output: Output) -> None:
        self._view = view
        self._output = output

    @property
    def pace(self) -> float:
        """Seconds between two changes of the card."""
        return self._view.pace

    @property
    def place(self) -> Mapping[str, str]:
        """Nothing: the channel ends with the process."""
        return {}

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:
        """Do nothing: a terminal shows no pictures."""

    async def show(self, card: Card) -> None:
        """Show the card."""
        self._view.show(card)

    async def limit(self) -> None:
        """There is none."""

    async def bring(self, job: Job, parcel: Parcel) -> None:
        """Do nothing: it is on this machine already."""

    async def post(self, job: Job, parcel: Parcel) -> None:
        """Put the video in its place, and its contact sheet beside it."""
        posting, options = job.state, job.request.options
        assert isinstance(posting, Posting)
        assert parcel.file is not None, "a channel without a limit"
        video = posting.video
        facts = facts_of((video.width, video.height), video.frames, options["frames_per_second"])
        await self._output.put(parcel.file, job.request.prompt, facts)

    async def posted(self, job: Job) -> bool:  # noqa: ARG002  # one channel, one job
        """Whether the video is in its place."""
        return self._output.is_there


def _copied(path: Path, to: Path) -> None:
    part = to.with_name(f".{path.stem}.part")
    try:
        shutil.copyfile(path, part)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
