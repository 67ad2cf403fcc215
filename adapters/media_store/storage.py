"""Where the files lie: what the store, the server and the sweep need of a disk or a bucket."""

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

SHORTER = "the file is shorter than it was"


class NotStored(Exception):
    """The storage does not take, give or remove a file; ``said`` is why, without a key or a file's name."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def of_disk(error: OSError) -> NotStored:
    """Return what a disk says, without a file's name: ``no space left on device``."""
    return NotStored((error.strerror or type(error).__name__).lower())


def whole(data: bytes, count: int) -> bytes:
    """Return what was read, where it is as much as was asked for; a file never changes, so less is a fault."""
    if len(data) < count:
        raise NotStored(SHORTER)
    return data


class Content(Protocol):
    """A file that is open for reading, of ``size`` bytes."""

    @property
    def size(self) -> int:
        """How many there are."""
        ...

    @property
    def file(self) -> BinaryIO | None:
        """The file on this machine's disk, which the kernel can send by itself."""
        ...

    async def read(self, first: int, count: int) -> bytes:
        """Return that many bytes from an offset on; raises :class:`NotStored`."""
        ...


class Storage(Protocol):
    """Keeps files by their ids, which are letters and digits. Raises :class:`NotStored`."""

    @property
    def name(self) -> str:
        """Which it is, as its operator knows it."""
        ...

    async def write(self, id_: str, path: Path) -> None:
        """Keep a copy of a file. It is there whole, and will be after a power cut, or not at all."""
        ...

    def reading(self, id_: str) -> AbstractAsyncContextManager[Content | None]:
        """Open a file; None where there is none."""
        ...

    async def remove(self, ids: Collection[str]) -> None:
        """Remove files; those that are not there are fine."""
        ...

    async def tidy(self) -> None:
        """Remove what writes that were broken off have left behind."""
        ...
