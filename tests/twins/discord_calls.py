"""One request to the twin's REST, read: JSON, or multipart with ``payload_json`` and ``files[n]``."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from tests.twins.discord_posting import Draft, Upload
from tests.twins.discord_values import Json, bad_form

BASE = "/api/v10"


@dataclass(frozen=True)
class SeenFile:
    """A file that came in. ``sha256`` in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass
class Seen:
    """One request as it came in, and the status that it got. ``path`` starts after ``/api/v10``.

    ``auth``: "bot", "none" (a token in the path counts as none), or "wrong".
    """

    kind: str
    method: str
    path: str
    query: Mapping[str, str]
    auth: str
    body: object = None
    files: tuple[SeenFile, ...] = ()
    status: int = 0


@dataclass(frozen=True)
class Call:
    """A request on its way to what answers it. ``params`` come from the path."""

    kind: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: object
    files: tuple[Upload, ...] = ()

    @property
    def json(self) -> Json:
        """The body, which has to be an object."""
        if not isinstance(self.body, dict):
            raise bad_form("_", "the body is not a JSON object")
        return self.body

    def draft(self, limit: int, *, private_allowed: bool = False, body: Json | None = None) -> Draft:
        """Return the body as that of a message."""
        return Draft(self.json if body is None else body, self.files, limit, private_allowed)


@dataclass
class _Parts:
    body: object = None
    files: list[Upload] = field(default_factory=list)


async def read(request: web.Request) -> tuple[object, tuple[Upload, ...]]:
    """Return a request's JSON (None without a body) and its files; raise the refusal of what cannot be read."""
    if not request.can_read_body:
        return None, ()
    if request.content_type == "multipart/form-data":
        parts = await _multipart(request)
        return parts.body, tuple(parts.files)
    raw = await request.read()
    if not raw:
        return None, ()
    if request.content_type != "application/json":
        raise bad_form("_", f"a body of type {request.content_type}")
    return _parsed(raw), ()


async def _multipart(request: web.Request) -> _Parts:
    parts = _Parts()
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read(decode=False))
        index = re.fullmatch(r"files\[(\d+)\]", part.name or "")
        if part.name == "payload_json":
            parts.body = _parsed(data)
        elif index and part.filename:
            parts.files.append(Upload(int(index[1]), part.filename, data, part.headers.get("Content-Type")))
        else:
            raise bad_form("_", f"a part with the name {part.name!r}")
    if len({upload.index for upload in parts.files}) != len(parts.files):
        raise bad_form("_", "two files with the same index")
    return parts


def _parsed(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except ValueError:
        raise bad_form("_", "the body is not JSON") from None


def seen_files(files: tuple[Upload, ...]) -> tuple[SeenFile, ...]:
    """Return what to remember of files."""
    return tuple(SeenFile(f.name, len(f.data), hashlib.sha256(f.data).hexdigest()) for f in files)
