"""Files that are handed out under an address of their own: where a channel does not take a video, it takes a link."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Kept:
    """A file under its address, which nobody can guess; it is gone at ``expires_at`` (epoch seconds)."""

    id: str
    url: str
    bytes: int
    expires_at: float


class MediaStore(Protocol):
    """Keeps finished videos for a while, for whoever has their address."""

    async def keep(self, job_id: str, path: Path) -> Kept:
        """Keep a copy of a job's MP4; while it is kept, the same job has the same address.

        Memory does not grow with the file. Raises :class:`NotKept`: too large, no room, or a storage that refuses it.
        """
        ...

    async def drop(self, job_id: str) -> None:
        """Remove what is kept of a job; one of which nothing is kept is fine."""
        ...


@dataclass(frozen=True)
class Shelved:
    """What the index knows of a kept file. Times in epoch seconds."""

    id: str
    job_id: str
    bytes: int
    made_at: float
    expires_at: float


class MediaIndex(Protocol):
    """Which files are kept, for all processes of the same store. Raises :class:`StoreAway`."""

    async def put(self, shelved: Shelved) -> Shelved:
        """Note a file, or return the one of that job that is there already, with the later of the two expiries."""
        ...

    async def get(self, id_: str) -> Shelved | None:
        """Return what is known of a file, by its id."""
        ...

    async def of_job(self, job_id: str) -> Shelved | None:
        """Return what is known of a job's file."""
        ...

    async def total(self) -> int:
        """Return the bytes of all files that are kept."""
        ...

    async def remove(self, id_: str) -> None:
        """Forget a file."""
        ...

    async def expired(self, now: float, limit: int = 100) -> tuple[Shelved, ...]:
        """Return files whose time is over."""
        ...
