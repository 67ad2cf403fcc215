"""Links that people name: what is fetched from them, and what is posted to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.domain.errors import Which


class Links(Protocol):
    """Fetches images from links that strangers name, at addresses that strangers may have fetched."""

    async def fetch(self, which: Which, link: str, limit: int) -> bytes:
        """Return the whole file, unopened; raise :class:`BadImage`: missing, or more than ``limit`` bytes.

        It ends in time, whatever the other side does, and takes no more memory than ``limit``.
        """
        ...


class Unreached(Exception):  # what happened; the caller knows what it was asked for
    """A link that may not be asked, that was not reached, or whose answer did not come whole and in time.

    ``is_lost``: it broke on the way, so that another attempt may work.
    """

    def __init__(self, said: str, *, is_lost: bool = False) -> None:
        super().__init__(said)
        self.is_lost = is_lost


@dataclass(frozen=True)
class Reply:
    """What an endpoint has answered."""

    status: int
    body: bytes


class Endpoints(Protocol):
    """Posts to programs over HTTP."""

    async def post(self, link: str, body: bytes, headers: Mapping[str, str], limit: int) -> Reply:
        """Return the answer, of ``limit`` bytes at most; raise :class:`Unreached`. No redirect is followed.

        How long the other side may take for it is for the caller to say, by giving up.
        """
        ...
