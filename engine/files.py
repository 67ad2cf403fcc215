"""The files that clients upload and that jobs make, on disk under unguessable names.

Like fal's CDN, a file needs no key to be read: its name is the secret. Bytes are streamed to a `.part` file and
renamed when whole, so that a file is either complete or not there. Every file has a day on which it goes.
"""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterable, Callable, Container, Iterable
from dataclasses import astuple, dataclass
from pathlib import Path
from urllib.parse import quote

from engine.table import Table
from engine.writing import TooLarge, concatenate, size_of, write_file

PENDING_S = 3600
_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; ?[\w.=\"-]+)*")
_TOKEN = re.compile(r"[\w-]{32}")
_UNSAFE = re.compile(r"[^\w.()+-]+")


class UploadGone(Exception):
    """The promise of a file is over: its hour has passed, or its bytes have come already."""


@dataclass(frozen=True)
class StoredFile:
    """A file's record: `size` is None until its upload is complete; `expires` is in seconds since the epoch."""

    token: str
    name: str
    content_type: str
    size: int | None
    created: float
    expires: float
    lifetime_s: float
    upload_id: str | None

    @property
    def path(self) -> str:
        """Its path below the engine's address."""
        return f"/files/{self.token}/{quote(self.name)}"


class FileStore:
    """Files in one folder, their records in the table."""

    def __init__(self, folder: Path, table: Table, *, max_bytes: int, keep_s: float) -> None:
        self._folder = folder
        self._table = table
        self._keep_s = keep_s
        self._publishing = asyncio.Lock()
        self.max_bytes = max_bytes
        folder.mkdir(parents=True, exist_ok=True)

    def location(self, token: str) -> Path:
        """Where a file's bytes lie."""
        return self._folder / token

    def new_token(self) -> str:
        """Draw a name that nobody can guess (192 bits)."""
        return secrets.token_urlsafe(24)

    async def reserve(self, name: str, content_type: str, lifetime_s: float | None) -> StoredFile:
        """Promise a name for bytes that come later; the promise ends after an hour."""
        return await self._record(
            self.new_token(), (name, content_type), lifetime_s, upload_id=secrets.token_urlsafe(16)
        )

    async def save(
        self, chunks: AsyncIterable[bytes], *, name: str | None, content_type: str, lifetime_s: float | None = None
    ) -> StoredFile:
        """Stream a new file to disk. Raises TooLarge; then nothing is left.

        Without a name it is for one job alone: no address leads to it.
        """
        token = self.new_token()
        size = await write_file(self.location(token), chunks, self.max_bytes)
        try:
            return await self._record(token, (name, content_type), lifetime_s, size=size)
        except BaseException:
            self._unlink(token)
            raise

    async def adopt(self, token: str, *, name: str, content_type: str, lifetime_s: float | None) -> StoredFile:
        """Record a file that somebody else has already written to its location."""
        size = self.location(token).stat().st_size
        return await self._record(token, (name, content_type), lifetime_s, size=size)

    async def fill(self, file: StoredFile, chunks: AsyncIterable[bytes]) -> int:
        """Stream the bytes of a reserved file, and complete it; return its size. Raises TooLarge, UploadGone."""
        whole = self._folder / f"{file.token}.{secrets.token_hex(8)}.part"
        try:
            size = await write_file(whole, chunks, self.max_bytes)
            async with self._publishing:
                await self._publish(file, whole, size)
        finally:
            whole.unlink(missing_ok=True)
        return size

    async def save_part(self, file: StoredFile, number: int, chunks: AsyncIterable[bytes]) -> None:
        """Stream one part of a reserved file; a part that comes again replaces the first.

        Raises TooLarge when all parts together would be larger than a file may be.
        """
        part = self._part(file, number)
        try:
            await write_file(part, chunks, self.max_bytes - self._beside(file, part))
        except TooLarge as error:
            raise TooLarge(self.max_bytes) from error
        # Others may have come in at the same time.
        if size_of(part) + self._beside(file, part) > self.max_bytes:
            part.unlink(missing_ok=True)
            raise TooLarge(self.max_bytes)

    async def join(self, file: StoredFile, numbers: Iterable[int]) -> int:
        """Put the parts of a reserved file together; raise FileNotFoundError when one never came, or UploadGone."""
        parts = [self._part(file, number) for number in sorted(set(numbers))]
        whole = self._folder / f"{file.token}.{secrets.token_hex(8)}.part"
        async with self._publishing:
            try:
                size = await asyncio.to_thread(concatenate, parts, whole)
                await self._publish(file, whole, size)
            except FileNotFoundError:
                # Another call may have completed it a moment ago.
                await self._still_promised(file)
                raise
            finally:
                whole.unlink(missing_ok=True)
        for part in parts:
            part.unlink(missing_ok=True)
        return size

    async def find(self, token: str, *, late: bool = False) -> StoredFile | None:
        """Find a file, complete or reserved, that has not expired; `late` also one that a job kept from going."""
        now = 0.0 if late else time.time()
        row = await self._table.row("SELECT * FROM files WHERE token = ? AND expires > ?", token, now)
        return None if row is None else StoredFile(**row)

    async def tidy(self) -> None:
        """Drop what a killed engine left half written or never recorded. Call it before anything is written.

        What has no name of our making is left alone: the folder may be one that somebody had before.
        """
        known = {row["token"] for row in await self._table.rows("SELECT token FROM files")}
        for path in self._folder.iterdir():
            token, _, rest = path.name.partition(".")
            ours = _TOKEN.fullmatch(token) is not None and not path.is_dir()
            if ours and (token not in known or rest.endswith("part")):
                path.unlink()

    async def drop_nameless(self, in_use: Container[str]) -> None:
        """Drop the files of jobs that have ended: a kill may have come before they were dropped with their job."""
        for row in await self._table.rows("SELECT token FROM files WHERE name = ''"):
            if row["token"] not in in_use:
                await self.remove(row["token"])

    async def remove(self, token: str) -> None:
        """Drop a file and its record, if they are there."""
        async with self._table.write() as connection:
            await connection.execute("DELETE FROM files WHERE token = ?", (token,))
        await asyncio.to_thread(self._unlink, token)

    async def sweep(self, keep_bytes: int, in_use: Callable[[], Container[str]]) -> None:
        """Drop what has expired, then the oldest files until the rest fits; never one that a job still needs."""
        rows = list(await self._table.rows("SELECT * FROM files ORDER BY created"))
        total = sum(row["size"] or 0 for row in rows)
        for row in rows:
            # A promised file has no bytes to give back; a job may have come while the rows before were dropped.
            too_much = total > keep_bytes and row["size"] is not None
            if (row["expires"] <= time.time() or too_much) and row["token"] not in in_use():
                await self.remove(row["token"])
                total -= row["size"] or 0

    async def _record(
        self,
        token: str,
        described: tuple[str | None, str],
        lifetime_s: float | None,
        *,
        size: int | None = None,
        upload_id: str | None = None,
    ) -> StoredFile:
        name, content_type = described
        now = time.time()
        life = self._keep_s if lifetime_s is None else lifetime_s
        file = StoredFile(
            token=token,
            name="" if name is None else _safe_name(name),
            content_type=content_type if _CONTENT_TYPE.fullmatch(content_type) else "application/octet-stream",
            size=size,
            created=now,
            expires=now + (life if upload_id is None else PENDING_S),
            lifetime_s=life,
            upload_id=upload_id,
        )
        async with self._table.write() as connection:
            await connection.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(file))
        return file

    async def _still_promised(self, file: StoredFile) -> None:
        now = await self.find(file.token)
        if now is None or now.upload_id != file.upload_id:
            raise UploadGone

    async def _publish(self, file: StoredFile, whole: Path, size: int) -> None:
        """Give a promised file its bytes, unless somebody else did meanwhile. Hold `_publishing` around it."""
        await self._still_promised(file)
        await asyncio.to_thread(whole.replace, self.location(file.token))
        async with self._table.write() as connection:
            await connection.execute(
                "UPDATE files SET size = ?, expires = ?, upload_id = NULL WHERE token = ?",
                (size, time.time() + file.lifetime_s, file.token),
            )

    def _part(self, file: StoredFile, number: int) -> Path:
        return self._folder / f"{file.token}.{number}"

    def _beside(self, file: StoredFile, part: Path) -> int:
        """Bytes on disk for a reserved file, without those of one part."""
        mine = f"{part.name}."
        others = (path for path in self._folder.glob(f"{file.token}.*") if not f"{path.name}.".startswith(mine))
        return sum(size_of(path) for path in others)

    def _unlink(self, token: str) -> None:
        for path in [self.location(token), *self._folder.glob(f"{token}.*")]:
            path.unlink(missing_ok=True)


def _safe_name(name: str) -> str:
    """Keep a client's file name readable, without anything that a path or a header could trip over."""
    cleaned = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip("._")
    return cleaned[-100:] or "file"
