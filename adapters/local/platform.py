"""The local channel of a running bot, as a platform: images in the inbox, cards on the board, videos in a folder."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog

from adapters.local.board import Board
from adapters.local.errors import of_disk
from adapters.local.folders import Folders, Load
from bot.domain.card import Card
from bot.domain.errors import BadImage, ImageFault, TweenError, Which
from bot.domain.job import Job
from bot.domain.media import Frame
from bot.domain.request import ImageRef
from bot.ports import Parcel
from bot.wording.units import size

log = structlog.get_logger()

NAME = "local"


class InboxAttachments:
    """``bot.ports.Attachments`` over the inbox: a locator is the bare name of a file in it."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the whole file; raise :class:`BadImage` where there is none, or more than ``limit`` bytes."""
        path = self._folders.image(image.locator)
        if path is None:
            raise BadImage(which, ImageFault.MISSING, image.name)
        return await asyncio.to_thread(_read, which, image.name, path, limit)


def _read(which: Which, name: str, path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise BadImage(which, ImageFault.MISSING, name) from error
    if len(data) > limit:
        raise BadImage(which, ImageFault.TOO_HEAVY, f"{name}, more than {size(limit)}")
    return data


class LocalPlatform:
    """``bot.ports.Platform`` of this machine. ``load`` is the store's."""

    name = NAME

    def __init__(self, folders: Folders, board: Board, load: Load) -> None:
        self._folders = folders
        self._board = board
        self._load = load
        self.attachments = InboxAttachments(folders)

    def channel(self, job: Job) -> "BoardChannel":
        """Open the channel of a job."""
        return BoardChannel(job, self._folders, self._board, self._load)


class BoardChannel:
    """``bot.ports.Channel`` of one job: its card on the board, its frames and its video in their folders.

    No card can be lost.
    """

    pace = 0.2

    def __init__(self, job: Job, folders: Folders, board: Board, load: Load) -> None:
        self._job_id = job.id
        self._place = dict(job.place)
        self._folders = folders
        self._board = board
        self._load = load

    @property
    def place(self) -> Mapping[str, str]:
        """The name of the video's file, once it is there."""
        return dict(self._place)

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:  # noqa: ARG002  # kept uncropped
        """Keep both frames: other videos may be made of them, until the job is deleted."""
        try:
            for frame in (start, end):
                await asyncio.to_thread(self._folders.keep_picture, self._job_id, frame.which, frame.data)
        except OSError as error:
            # The job is worth more than the next one that could be made of it.
            log.warning("frames_not_kept", job_id=self._job_id, error=error.strerror)

    async def show(self, card: Card) -> None:
        """Put the card up; the images go with the last one, unless an unclear job may be sent again."""
        self._board.put(card)
        if card.phase is not None:
            return
        try:
            await self._folders.release(card.job_id, self._load)
        except (TweenError, OSError) as error:
            # They are tidied away later.
            log.warning("images_not_removed", job_id=card.job_id, error=str(error))

    async def limit(self) -> None:
        """There is none."""

    async def bring(self, job: Job, parcel: Parcel) -> None:
        """Do nothing: it is on this machine already."""

    async def post(self, job: Job, parcel: Parcel) -> None:
        """Move the video to its place; raise :class:`NotHandedOver` where the disk does not take it."""
        assert parcel.file is not None, "a channel without a limit"
        try:
            self._place["video"] = await asyncio.to_thread(self._folders.take_video, job.id, parcel.file)
        except OSError as error:
            raise of_disk(error, parcel.file) from error

    async def posted(self, job: Job) -> bool:
        """Whether the video is in its place."""
        path = self._folders.video(job.id)
        if not path.is_file():
            return False
        self._place["video"] = path.name
        return True
