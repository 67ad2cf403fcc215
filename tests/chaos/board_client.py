"""Calls to the board, and what its failures mean to the core."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.domain.errors import ChannelBusy, ChannelGone, PostUnclear

TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Told:
    """A message as the board describes it."""

    id: str
    nonce: str
    card: Mapping[str, Any] | None


class BoardClient:
    """One bot's connection. Every call raises :class:`ChannelBusy`, :class:`PostUnclear` or :class:`ChannelGone`."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        self._session = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def poll(self, wait: float) -> list[dict[str, Any]]:
        """Wait so many seconds for interactions."""
        found: list[dict[str, Any]] = await self._call("GET", "/interactions", params={"wait": str(wait)})
        return found

    async def acknowledge(self, interaction: str, answer: str, content: str = "") -> None:
        """Acknowledge an interaction; again is fine."""
        body = {"answer": answer, "content": content}
        await self._call("POST", f"/interactions/{interaction}/callback", json=body)

    async def post(self, channel: str, body: Mapping[str, Any], file: Path | None = None) -> Told:
        """Post a message, with a file where there is one; return it, or the one that has its nonce already."""
        path = f"/channels/{channel}/messages"
        if file is None:
            return _told(await self._call("POST", path, json=body))
        with file.open("rb") as video:
            form = aiohttp.FormData()
            form.add_field("payload_json", json.dumps(body), content_type="application/json")
            form.add_field("files[0]", video, filename="tween.mp4", content_type="video/mp4")
            return _told(await self._call("POST", path, data=form))

    async def edit(self, channel: str, message: str, card: Mapping[str, Any]) -> None:
        """Have a message show another card."""
        await self._call("PATCH", f"/channels/{channel}/messages/{message}", json={"card": card})

    async def find(self, channel: str, nonce: str) -> list[Told]:
        """Return the messages of a channel with this nonce."""
        found = await self._call("GET", f"/channels/{channel}/messages", params={"nonce": nonce})
        return [_told(each) for each in found]

    async def link(self, file: str) -> str:
        """Return a link to a file that is good for a while."""
        answer = await self._call("POST", "/files/refresh", json={"ids": [file]})
        return str(answer["urls"][file])

    async def read(self, link: str, limit: int) -> bytes | None:
        """Return a file, or its first ``limit`` + 1 bytes; None where there is none."""
        try:
            async with self._session.get(link) as response:
                if response.status in {403, 404}:
                    return None
                if response.status != 200:
                    raise ChannelBusy(_retry_after(response))
                return await _up_to(limit + 1, response)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ChannelBusy from error

    async def _call(self, method: str, path: str, **how: Any) -> Any:  # noqa: ANN401  # JSON
        headers = {"Authorization": f"Bot {self._token}"}
        try:
            async with self._session.request(method, self._url + path, headers=headers, **how) as response:
                if response.status == 429:
                    raise ChannelBusy(_retry_after(response))
                if response.status >= 500:
                    raise PostUnclear(f"{method}: {response.status}")
                if response.status >= 400:
                    raise ChannelGone(f"{method}: {response.status}")
                return await response.json()
        except aiohttp.ClientConnectorError as error:
            raise ChannelBusy from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise PostUnclear(f"{method}: {type(error).__name__}") from error


def _told(body: Mapping[str, Any]) -> Told:
    return Told(body["id"], body["nonce"], body["card"])


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    given = response.headers.get("Retry-After")
    return None if given is None else float(given)


async def _up_to(limit: int, response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for piece in response.content.iter_chunked(1 << 16):
        data += piece
        if len(data) >= limit:
            break
    return bytes(data[:limit])
