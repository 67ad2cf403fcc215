"""Brings files to Slack: an address, the bytes, and then, or never, a place to share them.

slack_sdk's ``files_upload_v2`` reads a file whole into memory and gives it 30 s in all; these are its three steps,
streamed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

SEND_S = 600.0
LIMITS = aiohttp.ClientTimeout(total=SEND_S, sock_connect=30.0)
"""Of an upload: aiohttp's own would be five minutes."""
PIECE = 512 * 1024
LARGEST = 1_000_000_000
"""Bytes of a file (Slack's help center, "Add files to Slack": 1 GB); the smaller of what that may mean."""

Body = AsyncIterator[bytes] | bytes


class Uploader:
    """Uploads with one connection pool."""

    def __init__(self, session: Callable[[], aiohttp.ClientSession]) -> None:
        self._session = session

    async def send(self, client: AsyncWebClient, name: str, path: Path, alt: str) -> str:
        """Upload a file from the disk, piece by piece; return its id. Nobody sees it until it is completed."""
        length = await asyncio.to_thread(lambda: path.stat().st_size)
        with await asyncio.to_thread(path.open, "rb") as file:
            return await self._send(client, name, length, _pieces(file), alt)

    async def put(self, client: AsyncWebClient, name: str, data: bytes, alt: str) -> str:
        """Upload a small file from memory; return its id. Nobody sees it until it is completed."""
        return await self._send(client, name, len(data), data, alt)

    async def send_bytes(self, client: AsyncWebClient, name: str, data: bytes, alt: str) -> str:
        """Upload a small file from memory, and complete it without a place to share it; return its id."""
        id_ = await self.put(client, name, data, alt)
        await client.files_completeUploadExternal(files=[{"id": id_, "title": name}])
        return id_

    async def _send(self, client: AsyncWebClient, name: str, length: int, body: Body, alt: str) -> str:
        answer = await client.files_getUploadURLExternal(filename=name, length=length, alt_txt=alt)
        address = URL(str(answer["upload_url"]), encoded=True)
        headers = {"Content-Length": str(length), "Content-Type": "application/octet-stream"}
        async with self._session().post(
            address, data=body, headers=headers, allow_redirects=False, timeout=LIMITS
        ) as sent:
            if sent.status != 200:
                raise aiohttp.ClientPayloadError(f"the upload was answered {sent.status}")
        return str(answer["file_id"])


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    """Yield a file, in pieces larger than aiohttp's own, for each costs a change of threads; the next is read ahead."""
    reading = asyncio.create_task(asyncio.to_thread(file.read, PIECE))
    try:
        while piece := await reading:
            reading = asyncio.create_task(asyncio.to_thread(file.read, PIECE))
            yield piece
    finally:
        await asyncio.wait((reading,))
