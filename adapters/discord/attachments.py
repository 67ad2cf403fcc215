"""Images that were attached to a command: fetched at once, for their links expire, and kept in the store's inbox.

An image reference's locator is ``inbox:<job id>``. Whichever process carries the job takes the image out of the inbox;
one that is not there yet is waited for a while, for the process that took the command may still be fetching it.
"""

import asyncio
import io
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import BinaryIO

import aiohttp
import discord
from yarl import URL

from bot.domain.errors import BadImage, ImageFault, StoreAway, Which
from bot.domain.request import ImageRef
from bot.ports import Inbox
from bot.wording import discord as words
from bot.wording.units import size

HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
"""Discord's own: nothing is fetched from anywhere else."""
AT_ONCE = 8
"""Images that are fetched at the same time: so many are in memory."""
FETCH_S = 60.0
ARRIVAL_S = 90.0
"""How long after its command an image may still arrive."""
PAUSES = (0.1, 0.2, 0.5, 1.0)
SCHEME = "inbox:"


@dataclass(frozen=True)
class Picture:
    """A file as Discord describes it: its name, its signed link, and its weight in bytes."""

    name: str
    url: str
    bytes: int


class TooHeavy(Exception):  # what happened; the callers say which file it is about
    """A file of more than the bytes that are taken."""


UNFETCHED = (aiohttp.ClientError, TimeoutError, OSError)
"""What fetching may raise."""


class Fetcher:
    """Fetches files from Discord's hosts, and from the host of a moved API."""

    def __init__(self, session: Callable[[], aiohttp.ClientSession], own_hosts: Collection[str] = ()) -> None:
        self._session = session
        self._own_hosts = frozenset(own_hosts)
        self._room = asyncio.Semaphore(AT_ONCE)

    async def image(self, which: Which, picture: Picture, limit: int) -> bytes:
        """Return the whole file; raise :class:`BadImage` where it is too heavy or cannot be fetched."""
        if picture.bytes > limit:
            raise BadImage(which, ImageFault.TOO_HEAVY, f"{picture.name}, {size(picture.bytes)} of {size(limit)}")
        data = io.BytesIO()
        try:
            async with self._room:
                await self.save(picture, data, limit)
        except TooHeavy as error:
            raise BadImage(which, ImageFault.TOO_HEAVY, f"{picture.name}, more than {size(limit)}") from error
        except UNFETCHED as error:
            raise BadImage(which, ImageFault.MISSING, f"{picture.name}, {type(error).__name__}") from error
        return data.getvalue()

    async def save(self, picture: Picture, to: BinaryIO, limit: int) -> None:
        """Stream a file; raise :class:`TooHeavy`, or what is in :data:`UNFETCHED`."""
        address = self._address(picture.url)
        read = 0
        # A redirect would lead to a host that nobody has looked at.
        async with (
            asyncio.timeout(FETCH_S),
            self._session().get(address, allow_redirects=False, raise_for_status=True) as answer,
        ):
            if answer.status != 200:
                raise aiohttp.ClientPayloadError(f"status {answer.status}")
            async for chunk in answer.content.iter_chunked(64 * 1024):
                read += len(chunk)
                if read > limit:
                    raise TooHeavy
                to.write(chunk)

    def _address(self, url: str) -> URL:
        """Return where a file is: at Discord's own hosts by https, at that of a moved API as it likes."""
        try:
            address = URL(url)
            is_plain = address.user is None and address.password is None
            origin = address.scheme, address.host, address.port
        except ValueError as error:
            raise aiohttp.InvalidURL("no address") from error
        if is_plain and (origin[1] in self._own_hosts or origin in {("https", host, 443) for host in HOSTS}):
            return address
        raise aiohttp.InvalidURL(f"not at {address.host}")


class InboxAttachments:
    """``bot.ports.Attachments`` over the inbox. ``clock`` gives epoch seconds, as the ids of interactions do."""

    def __init__(self, inbox: Inbox, clock: Callable[[], float] = time.time) -> None:
        self._inbox = inbox
        self._clock = clock

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the image, waiting for it as long as it may still come; raise :class:`BadImage`."""
        job_id = image.locator.removeprefix(SCHEME)
        ends = given_at(job_id) + ARRIVAL_S
        looks = 0
        while (data := await self._look(job_id, which)) is None:
            if self._clock() > ends:
                raise BadImage(which, ImageFault.MISSING, words.NEVER_CAME)
            await asyncio.sleep(PAUSES[min(looks, len(PAUSES) - 1)])
            looks += 1
        if len(data) > limit:
            raise BadImage(which, ImageFault.TOO_HEAVY, f"{image.name}, more than {size(limit)}")
        return data

    async def _look(self, job_id: str, which: Which) -> bytes | None:
        try:
            return await self._inbox.get(job_id, which)
        except StoreAway:
            return None


def given_at(job_id: str) -> float:
    """Return when a command was given (epoch seconds), which its interaction's id tells."""
    return discord.utils.snowflake_time(int(job_id.rpartition(":")[2].rstrip("+"))).timestamp()
