"""Images that hang in Slack, known by their ids: whichever process carries a job asks for an address, and fetches them.

Locators: ``file:<team>:<enterprise>:<file id>``, and ``last:…`` for the last frame of a video. They hold no secret.
"""

import asyncio
import io
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Literal

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from adapters.slack.clients import Clients, NotInstalled
from adapters.slack.errors import LIBRARY, code_of
from bot.domain.errors import BadImage, BadVideo, ImageFault, NotKept, StoreAway, Which
from bot.domain.request import ImageRef
from bot.ports import LastFrames, MediaStore
from bot.wording import slack as words
from bot.wording.delivery import LINK_OVER
from bot.wording.units import size

OWN = frozenset({"files.slack.com"})
"""Slack's own: nothing is fetched from anywhere else, and nobody else is shown a token."""
AT_ONCE = 8
FETCH_S = 60.0
MOST_VIDEO = 1024 * 1024 * 1024
"""Bytes of a video whose last frame is asked for: the largest file that Slack takes."""
Kind = Literal["file", "last", "kept"]


@dataclass(frozen=True)
class FileRef:
    """A file of a workspace; ``last``: the last frame of it, a video; ``kept``: that of one at the media store."""

    kind: Kind
    team: str
    enterprise: str
    id: str

    @property
    def locator(self) -> str:
        """As it is stored."""
        return f"{self.kind}:{self.team}:{self.enterprise}:{self.id}"

    @classmethod
    def of(cls, locator: str) -> "FileRef":
        """Read a locator."""
        kind, team, enterprise, id_ = locator.split(":", 3)
        return cls(_KINDS.get(kind, "file"), team, enterprise, id_)


_KINDS: Mapping[str, Kind] = {"last": "last", "kept": "kept"}


class _TooHeavy(Exception):  # what happened; the caller says which file it is about
    """More bytes than are taken."""


class SlackAttachments:
    """``bot.ports.Attachments`` of Slack."""

    def __init__(
        self,
        clients: Clients,
        session: Callable[[], aiohttp.ClientSession],
        last_frames: LastFrames,
        room: Path,
        media: MediaStore | None = None,
        own_hosts: Collection[str] = (),
    ) -> None:
        self._media = media
        self._clients = clients
        self._session = session
        self._last_frames = last_frames
        self._room = room
        self._own_hosts = frozenset(own_hosts)
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the image; raise :class:`BadImage`."""
        ref = FileRef.of(image.locator)
        try:
            if ref.kind == "kept":
                async with self._turns:
                    return await self._kept_frame(ref.id)
            client = await self._clients.patient(ref.team, ref.enterprise or None)
            file = (await client.files_info(file=ref.id))["file"]
            async with self._turns:
                if ref.kind == "last":
                    return await self._last_frame(file, client)
                return await self._image(which, image, file, limit, client)
        except _TooHeavy as error:
            raise BadImage(which, ImageFault.TOO_HEAVY, f"{image.name}, more than {size(limit)}") from error
        except BadVideo as error:
            raise BadImage(which, ImageFault.DAMAGED, image.name) from error
        except (NotKept, StoreAway) as error:
            raise BadImage(which, ImageFault.MISSING, f"{image.name}, {LINK_OVER}") from error
        except NotInstalled as error:
            raise BadImage(which, ImageFault.MISSING, words.NOT_INSTALLED) from error
        except LIBRARY as error:
            raise BadImage(which, ImageFault.MISSING, f"{image.name}, {_told(error)}") from error

    async def _image(
        self, which: Which, image: ImageRef, file: Mapping[str, Any], limit: int, client: AsyncWebClient
    ) -> bytes:
        if int(file.get("size", 0)) > limit:
            raise BadImage(which, ImageFault.TOO_HEAVY, f"{image.name}, {size(int(file['size']))} of {size(limit)}")
        data = io.BytesIO()
        await self._save(file, data, limit, client)
        return data.getvalue()

    async def _last_frame(self, file: Mapping[str, Any], client: AsyncWebClient) -> bytes:
        with TemporaryDirectory(dir=self._room) as room:
            path = Path(room) / "video.mp4"
            with path.open("wb") as to:
                await self._save(file, to, MOST_VIDEO, client)
            return await self._last_frames.last_frame(path)

    async def _kept_frame(self, id_: str) -> bytes:
        with TemporaryDirectory(dir=self._room) as room:
            path = Path(room) / "video.mp4"
            if self._media is None or not await self._media.fetch(id_, path):
                raise NotKept(LINK_OVER)
            return await self._last_frames.last_frame(path)

    async def _save(self, file: Mapping[str, Any], to: BinaryIO, limit: int, client: AsyncWebClient) -> None:
        url = file.get("url_private_download")
        if not isinstance(url, str):
            # It lies elsewhere, or is older than what a free workspace shows.
            raise aiohttp.ClientPayloadError(words.NOT_HANDED_OUT)
        address = self._address(url)
        headers = {"Authorization": f"Bearer {client.token}"}
        read = 0
        # A redirect would take the token to another host.
        async with (
            asyncio.timeout(FETCH_S),
            self._session().get(address, headers=headers, allow_redirects=False, raise_for_status=True) as answer,
        ):
            if answer.status != 200 or answer.content_type == "text/html":
                # Without a right to the file Slack answers 200, with its login page.
                raise aiohttp.ClientPayloadError("no right to the file")
            async for chunk in answer.content.iter_chunked(64 * 1024):
                read += len(chunk)
                if read > limit:
                    raise _TooHeavy
                to.write(chunk)

    def _address(self, url: str) -> URL:
        """Return where a file is: at Slack's own hosts by https, at that of a moved API as it likes."""
        try:
            address = URL(url)
            is_plain = address.user is None and address.password is None
            origin = address.scheme, address.host, address.port
        except ValueError as error:
            raise aiohttp.InvalidURL("no address") from error
        if is_plain and (origin[1] in self._own_hosts or origin in {("https", host, 443) for host in OWN}):
            return address
        raise aiohttp.InvalidURL(f"not at {address.host}")


def _told(error: BaseException) -> str:
    if code := code_of(error):
        return words.NO_FILE.get(code, f"Slack says: {code}")
    return str(error) if isinstance(error, aiohttp.ClientPayloadError) else type(error).__name__
