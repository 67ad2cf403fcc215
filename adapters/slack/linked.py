"""Images that a message names by links: fetched at once, and put into Slack, where they are files like those attached.

A card's buttons make new videos of a job's images for as long as the card is there, and a link may lead to another
picture by then, or hold a signature: so what it gave is kept, and the link is not. Nobody sees such a file in Slack; it
goes when its job is deleted.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.attachments import FileRef
from adapters.slack.errors import LIBRARY, code_of
from adapters.slack.files import Uploader
from adapters.slack.take import Seat
from bot.domain.errors import BadImage, BadImages, ImageFault, StoreAway, TweenError, Which
from bot.domain.link import file_name
from bot.domain.request import ImageRef
from bot.ports import Links
from bot.wording.slack import unescaped

log = structlog.get_logger()

_LINK = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>", re.IGNORECASE)
"""A link in a message's text, with the label that Slack may give it (documentation, "Formatting text")."""
_IMAGES: tuple[Which, Which] = ("start", "end")


@dataclass(frozen=True)
class Door:
    """Where links are fetched. ``look`` raises :class:`BadImage` for what is no image; ``limit`` in bytes."""

    links: Links
    look: Callable[[Which, bytes], None]
    limit: int


def links_in(text: str) -> list[str]:
    """Return the links of a message's text, as they are written there."""
    return [match[0] for match in _LINK.finditer(text)]


def without(links: Sequence[str], text: str) -> str:
    """Return a text without these links."""
    for link in links:
        text = text.replace(link, " ", 1)
    return text


def file_id(image: ImageRef) -> str:
    """Return the id of the file that an image is."""
    return FileRef.of(image.locator).id


class LinkedImages:
    """Brings images to Slack."""

    def __init__(self, door: Door, uploader: Uploader) -> None:
        self._door = door
        self._uploader = uploader

    @asynccontextmanager
    async def brought(self, client: AsyncWebClient, seat: Seat, links: Sequence[str]) -> AsyncIterator[list[ImageRef]]:
        """Give the images behind links, for the last places of a job; they are removed where it is then refused.

        Where the store is away nobody knows whether the job is in it, so they stay. Raises :class:`BadImage`, or
        :class:`BadImages` for both.
        """
        images: list[ImageRef] = []
        try:
            for which, name, data in await self._fetched(links):
                images.append(await self._uploaded(client, seat, which, name, data))
            yield images
        except StoreAway:
            raise
        except TweenError:
            await self.drop(client, images)
            raise

    async def _fetched(self, links: Sequence[str]) -> Sequence[tuple[Which, str, bytes]]:
        lacking = _IMAGES[len(_IMAGES) - len(links) :]
        found = await asyncio.gather(*map(self._fetch, lacking, links), return_exceptions=True)
        bad = tuple(each for each in found if isinstance(each, BadImage))
        if bad:
            raise bad[0] if len(bad) == 1 else BadImages(bad)
        for each in found:
            if isinstance(each, BaseException):
                raise each
        return [each for each in found if not isinstance(each, BaseException)]

    async def _fetch(self, which: Which, link: str) -> tuple[Which, str, bytes]:
        match = _LINK.fullmatch(link)
        assert match is not None, "a link of the text"
        url = unescaped(match[1])
        data = await self._door.links.fetch(which, url, self._door.limit)
        self._door.look(which, data)
        return which, file_name(url, which), data

    async def _uploaded(self, client: AsyncWebClient, seat: Seat, which: Which, name: str, data: bytes) -> ImageRef:
        try:
            return ImageRef(name, seat.file(await self._uploader.send_bytes(client, name, data, name)).locator)
        except LIBRARY as error:
            why = code_of(error) or type(error).__name__
            raise BadImage(which, ImageFault.MISSING, f"{name}, Slack says: {why}") from error

    async def drop(self, client: AsyncWebClient, images: Sequence[ImageRef]) -> None:
        """Remove what was brought; what Slack does not remove is seen by nobody."""
        for image in images:
            try:
                await client.files_delete(file=file_id(image))
            except LIBRARY as error:
                log.warning("image_not_removed", error=code_of(error) or type(error).__name__)
