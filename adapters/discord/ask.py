"""What somebody asks for, whichever way in they took, and where its two images come from."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.discord.attachments import UNFETCHED, Fetcher, Picture, TooHeavy
from bot.domain.errors import BadImage, BadVideo, ImageFault, NotKept, StoreAway, Which
from bot.domain.request import Fit
from bot.ports import LastFrames, MediaStore
from bot.wording import delivery as words

MOST_VIDEO = 100 * 1024 * 1024
"""Bytes of a video whose last frame is asked for: the largest file that a server takes."""


@dataclass(frozen=True)
class Linked:
    """A video that came by a link: its ``id`` at the media store."""

    id: str
    name: str = "the video"


@dataclass(frozen=True)
class LastFrame:
    """The last frame of a video, as an image to begin with."""

    video: Picture | Linked

    @property
    def name(self) -> str:
        """What the image is called in refusals."""
        return f"the last frame of {self.video.name}"


Source = Picture | LastFrame


@dataclass(frozen=True)
class Ask:
    """What somebody asks for. ``private``: for its author's eyes alone; ``spoiler``: the video is hidden at first.

    ``asks``: its author wants to see the frames before anything is spent.
    """

    start: Source
    end: Source
    prompt: str
    options: Mapping[str, object] = field(default_factory=dict)
    private: bool = False
    spoiler: bool = False
    fit: Fit = Fit.CROP
    asks: bool = False


class Files:
    """Reads the images; ``limit`` is the bytes of one at most. ``media`` has the videos that came by a link."""

    def __init__(
        self, fetcher: Fetcher, last_frames: LastFrames, room: Path, limit: int, media: MediaStore | None
    ) -> None:
        self._media = media
        self._fetcher = fetcher
        self._last_frames = last_frames
        self._room = room
        self._limit = limit

    async def read(self, which: Which, source: Source) -> bytes:
        """Return an image's file; raise :class:`BadImage`."""
        if isinstance(source, Picture):
            return await self._fetcher.image(which, source, self._limit)
        try:
            async with self.video(source.video) as path:
                return await self._last_frames.last_frame(path)
        except (TooHeavy, NotKept, StoreAway, *UNFETCHED) as error:
            raise BadImage(which, ImageFault.MISSING, source.name) from error
        except BadVideo as error:
            raise BadImage(which, ImageFault.DAMAGED, source.name) from error

    @asynccontextmanager
    async def video(self, video: Picture | Linked) -> AsyncIterator[Path]:
        """Give a video as a file, which goes afterwards.

        Raises what is in :data:`UNFETCHED`, :class:`TooHeavy`, :class:`NotKept` or :class:`StoreAway`.
        """
        with TemporaryDirectory(dir=self._room) as room:
            path = Path(room) / "video.mp4"
            if isinstance(video, Picture):
                with path.open("wb") as file:
                    await self._fetcher.save(video, file, MOST_VIDEO)
            elif self._media is None or not await self._media.fetch(video.id, path):
                raise NotKept(words.LINK_OVER)
            yield path
