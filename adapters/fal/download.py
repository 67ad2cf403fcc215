"""Downloads: the finished video is streamed to disk, taken up again where the connection broke, and appears when whole.

The URL came from outside, so it is asked for only on hosts that are fal's own, redirects included, and without the key.
Memory stays at one buffer whatever the video's size.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BufferedWriter
from pathlib import Path
from typing import Self

import httpx

from adapters.fal.errors import of_break
from adapters.fal.hosts import Hosts
from adapters.fal.patience import Patience
from adapters.fal.transport import BREAKS
from bot.domain.errors import BadVideo, OurFault, ProtocolBroken, ProviderFailed

_BUFFER = 1 << 20
_REDIRECTS = 5
_ATTEMPTS = 6
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class Download:
    """One video on its way."""

    def __init__(self, http: httpx.AsyncClient, hosts: Hosts, patience: Patience) -> None:
        self._http = http
        self._hosts = hosts
        self._patience = patience
        self._limit = patience.largest_video
        self._version: str | None = None
        self._written = 0

    async def to(self, url: str, path: Path) -> None:
        """Stream the file to ``path``, which appears only when it is whole."""
        part = path.with_name(path.name + ".part")
        try:
            with part.open("wb") as file:
                await self._in_time(url, file)
            part.replace(path)
        except OSError as error:
            raise OurFault(f"the video cannot be written: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)

    async def _in_time(self, url: str, file: BufferedWriter) -> None:
        try:
            async with asyncio.timeout(self._patience.download):
                await self._with_repetitions(url, file)
        except TimeoutError as late:
            raise of_break(late) from None

    async def _with_repetitions(self, url: str, file: BufferedWriter) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await self._take(url, file)
            except _Interrupted as interrupted:
                if attempt == _ATTEMPTS:
                    raise of_break(interrupted.reason) from None
            else:
                return
            await self._patience.sleep(self._patience.pause(attempt))

    async def _take(self, url: str, file: BufferedWriter) -> None:
        """Fetch the rest of the file, or all of it where the server does not continue."""
        async with self._answer(url) as answer:
            if answer.status_code in _PASSING or answer.status_code == 416:
                self._restart(file)
                raise _Interrupted(httpx.ReadError("not now"))
            if not answer.is_success:
                raise ProviderFailed(f"HTTP {answer.status_code}", "The finished video cannot be fetched")
            whole = self._begin(answer, file)
            async with _Writer(file) as writer:
                async for chunk in _chunks(answer):
                    self._written += len(chunk)
                    self._check_size(self._written)
                    await writer.write(chunk)
        if whole is not None and self._written != whole:
            raise _Interrupted(httpx.ReadError("a short answer"))

    def _begin(self, answer: httpx.Response, file: BufferedWriter) -> int | None:
        """Go to where this answer continues, and return the size of the whole file where it is known."""
        continues = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("Content-Range", ""))
        if answer.status_code == 206 and continues and int(continues[1]) == self._written:
            whole: int | None = int(continues[2])
        else:
            self._restart(file)
            length = answer.headers.get("Content-Length", "")
            whole = int(length) if length.isdigit() and answer.status_code == 200 else None
        etag = answer.headers.get("ETag", "")
        self._version = etag if etag.startswith('"') else answer.headers.get("Last-Modified")
        self._check_size(whole or 0)
        return whole

    def _restart(self, file: BufferedWriter) -> None:
        # Not for an empty file: ext4 takes a truncated one for a replaced one and writes it out once it is closed, and
        # then the store's next commit waits for the whole video (auto_da_alloc, in the kernel's docs of ext4).
        if self._written:
            file.seek(0)
            file.truncate()
        self._written = 0

    def _check_size(self, size: int) -> None:
        if size > self._limit:
            raise BadVideo(f"more than {self._limit} bytes")

    @asynccontextmanager
    async def _answer(self, url: str) -> AsyncIterator[httpx.Response]:
        for _ in range(_REDIRECTS):
            if not self._hosts.serves_files(url):
                raise ProtocolBroken("a video that is not on fal's own hosts")
            request = self._request(url)
            try:
                answer = await self._http.send(request, stream=True)
            except BREAKS as broken:
                raise _Interrupted(broken) from None
            try:
                if not answer.has_redirect_location:
                    yield answer
                    return
                url = _joined(answer)
            finally:
                await answer.aclose()
        raise ProtocolBroken("a video behind too many redirects")

    def _request(self, url: str) -> httpx.Request:
        limits = self._patience.timeout(self._patience.silence)
        request = self._http.build_request("GET", url, headers={"Accept-Encoding": "identity"}, timeout=limits)
        del request.headers["Authorization"]
        if self._written and self._version:
            request.headers.update({"Range": f"bytes={self._written}-", "If-Range": self._version})
        return request


def _joined(answer: httpx.Response) -> str:
    try:
        return str(answer.url.join(answer.headers["Location"]))
    except httpx.InvalidURL:
        raise ProtocolBroken("a video behind a redirect to nowhere") from None


class _Writer:
    """Writes one piece to the disk while the next one comes in; leaving it waits for the last."""

    def __init__(self, file: BufferedWriter) -> None:
        self._file = file
        self._writing: asyncio.Task[int] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._writing is not None:
            await self._writing

    async def write(self, piece: bytearray) -> None:
        """Begin to write a piece, once the one before is written; raise what that has met."""
        if self._writing is not None:
            await self._writing
        self._writing = asyncio.create_task(asyncio.to_thread(self._file.write, piece))


class _Interrupted(Exception):
    """The connection broke, or the server is busy: worth another attempt."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__()
        self.reason = reason


async def _chunks(answer: httpx.Response) -> AsyncIterator[bytearray]:
    """Yield the body in pieces worth a thread each; what came before a break is yielded before it is raised."""
    buffer = bytearray()
    broken: BaseException | None = None
    try:
        async for chunk in answer.aiter_raw():
            buffer += chunk
            if len(buffer) >= _BUFFER:
                yield buffer
                buffer = bytearray()
    except BREAKS as error:
        broken = error
    if buffer:
        yield buffer
    if broken is not None:
        raise _Interrupted(broken)
