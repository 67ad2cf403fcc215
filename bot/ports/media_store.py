"""Files that are handed out under an address of their own: where a channel does not take a video, it takes a link."""

from collections.abc import Collection
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
        """Keep a copy of a job's MP4; while it is kept, the same job has the same address, and its first file.

        Nobody may write to the file any more: on the same disk the copy is another name of it. Memory does not grow
        with the file. Raises :class:`NotKept`: too large, no room, or a storage that refuses it; and
        :class:`StoreAway`. May be repeated, also after a call that was cancelled.
        """
        ...

    async def fetch(self, id_: str, to: Path) -> bool:
        """Write what is kept under an id to a new file; False where its time is over. Raises :class:`NotKept`.

        Raises :class:`StoreAway`. Memory does not grow with the file.
        """
        ...

    async def drop(self, job_id: str) -> None:
        """Take a job's link back; one of which nothing is kept is fine. Raises :class:`StoreAway`.

        It is not needed where a job is deleted: the job store does it in the same transaction.
        """
        ...


@dataclass(frozen=True)
class Shelved:
    """What the index knows of a kept file. Times in epoch seconds; ``bytes`` is 0 once the file itself is gone."""

    id: str
    job_id: str
    bytes: int
    made_at: float
    expires_at: float


class MediaIndex(Protocol):
    """Which files are kept, for all processes of the same store. Raises :class:`StoreAway`.

    A file whose time is over never comes back to life: whoever finds it so may remove it without asking anybody.
    """

    async def put(self, shelved: Shelved, most: int) -> Shelved | None:
        """Note a file, or return the one of that job whose time is not over, with the later of the two expiries.

        None, and nothing is noted, where all files together would have more than ``most`` bytes.
        """
        ...

    async def get(self, id_: str) -> Shelved | None:
        """Return what is known of a file, by its id."""
        ...

    async def total(self) -> int:
        """Return the bytes of all files that are there, those too whose time is over."""
        ...

    async def end(self, job_id: str) -> None:
        """End the time of a job's file at once; one without a file is fine."""
        ...

    async def expired(self, now: float, limit: int = 100) -> tuple[Shelved, ...]:
        """Return files that are there still, and whose time is over."""
        ...

    async def removed(self, ids: Collection[str], before: float) -> None:
        """Note that these files are gone; forget those whose time was over ``before`` then, and all such others."""
        ...
