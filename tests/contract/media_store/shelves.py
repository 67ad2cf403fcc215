"""A store of kept videos over one of its storages, with a clock that the tests turn."""

from abc import abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import obstore

from adapters.media_store.s3 import BucketStorage
from adapters.media_store.shelf import PIECE, MediaShelf, Room
from adapters.media_store.storage import Storage
from adapters.media_store.sweep import sweep
from adapters.store.media_index import StoredMediaIndex
from tests.twins.cable import Cable

DAYS_30 = 30 * 86_400.0


@dataclass
class Place:
    """An index and a storage, and what a test does to them."""

    index: StoredMediaIndex
    storage: Storage
    files_of: Path
    now: float = 1_790_000_000.0
    all_room: Room = field(default_factory=lambda: Room(DAYS_30, 2 * 1024**3, 20 * 1024**3))

    @property
    def shelf(self) -> MediaShelf:
        """The store, as the room now is."""
        return MediaShelf(self.index, self.storage, "https://bot.example/", self.all_room, lambda: self.now)

    def room(self, bytes_: int = 20 * 1024**3, file_bytes: int = 2 * 1024**3) -> None:
        """Make the room smaller."""
        self.all_room = Room(DAYS_30, file_bytes, bytes_)

    def video(self, size: int) -> Path:
        """Return a file of that size, the same bytes for the same size."""
        path = self.files_of / f"{size}.mp4"
        if not path.exists():
            path.write_bytes(Random(size).randbytes(size))
        return path

    async def read(self, id_: str) -> bytes | None:
        """Return what is kept under an id, read as a server would."""
        async with self.storage.reading(id_) as content:
            if content is None:
                return None
            starts = range(0, content.size, PIECE)
            pieces = [await content.read(at, min(PIECE, content.size - at)) for at in starts]
            return b"".join(pieces)

    async def swept(self) -> int:
        """Sweep."""
        return await sweep(self.index, self.storage, self.now)

    @abstractmethod
    async def files(self) -> Collection[str]:
        """Return the ids of all files that lie in the storage."""

    @abstractmethod
    async def break_storage(self) -> None:
        """Have the storage refuse whatever is asked."""

    @abstractmethod
    async def hide_storage(self) -> None:
        """Have the storage, with all that is in it, be away."""

    @abstractmethod
    async def mend_storage(self) -> None:
        """Have it work again."""


class OnDisk(Place):
    """A folder."""

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return Path(self.storage.name)

    async def files(self) -> Collection[str]:
        """Return the names, without their endings."""
        return sorted(path.stem for path in self.folder.glob("*"))

    async def break_storage(self) -> None:
        """Put a file where the folder should be."""
        self.folder.write_bytes(b"")

    async def hide_storage(self) -> None:
        """Move the folder away, and put a file in its place."""
        self.folder.rename(self._aside)
        self.folder.write_bytes(b"")

    async def mend_storage(self) -> None:
        """Put everything back."""
        self.folder.unlink()
        if self._aside.exists():
            self._aside.rename(self.folder)

    @property
    def _aside(self) -> Path:
        return self.folder.with_name("aside")


class InBucket(Place):
    """A bucket, at the end of a cable."""

    def __init__(self, index: StoredMediaIndex, storage: Storage, files_of: Path, cable: Cable) -> None:
        super().__init__(index, storage, files_of)
        self._cable = cable

    async def files(self) -> Collection[str]:
        """Return the keys, without their endings."""
        assert isinstance(self.storage, BucketStorage)
        listed = await obstore.list(self.storage._store).collect_async()
        return sorted(Path(each["path"]).stem for each in listed)

    async def break_storage(self) -> None:
        """Pull the cable."""
        await self._cable.pull_out()

    async def hide_storage(self) -> None:
        """Pull the cable."""
        await self._cable.pull_out()

    async def mend_storage(self) -> None:
        """Plug it in."""
        await self._cable.plug_in()
