"""A stand-in for S3, strict: every request is signed, every part has its size, and nothing is there before it is whole.

It knows what the bot uses: objects put whole or in parts, read whole or in one range, asked about, removed one by one
or together. Paths name the bucket, as with a storage of one's own.
"""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import TypeAlias
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from aiohttp import web

from tests.twins.s3_signature import fault_of

SMALLEST_PART = 5 * 1024 * 1024
_XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
Parts: TypeAlias = dict[int, bytes]


class _Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass
class S3Twin:
    """One endpoint. ``buckets`` holds objects by key; ``says`` is a refusal, such as SlowDown, for whatever comes.

    ``held`` are the keys of objects that are not removed together with others.
    """

    keys: dict[str, str] = field(default_factory=lambda: {"twin-key-id": "twin-secret"})
    buckets: dict[str, dict[str, bytes]] = field(default_factory=lambda: {"bucket": {}})
    uploads: dict[str, Parts] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    says: tuple[int, str] | None = None
    held: set[str] = field(default_factory=set)
    url: str = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["S3Twin"]:
        """Listen on a free port of loopback."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{bucket}{key:/?.*}", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        query = "&".join(sorted(request.query))
        self.requests.append(f"{request.method} {query}".rstrip())
        try:
            objects = self._opened(request, body)
            key = request.match_info["key"].removeprefix("/")
            in_parts = {"uploads", "uploadId"} & request.query.keys()
            return (self._in_parts if in_parts else self._whole)(request, objects, key, body)
        except _Refused as refused:
            # An answer to HEAD has no body, so no code.
            text = "" if request.method == "HEAD" else f"<Error><Code>{refused.code}</Code></Error>"
            return web.Response(status=refused.status, text=text, content_type="application/xml")

    def _opened(self, request: web.Request, body: bytes) -> dict[str, bytes]:
        """Return the objects of the bucket that is named, to whoever has a key."""
        if self.says:
            raise _Refused(*self.says)
        if fault := fault_of(request.method, request.raw_path, request.headers, body, self.keys):
            raise _Refused(403, fault)
        try:
            return self.buckets[request.match_info["bucket"]]
        except KeyError:
            raise _Refused(404, "NoSuchBucket") from None

    def _in_parts(self, request: web.Request, objects: dict[str, bytes], key: str, body: bytes) -> web.Response:
        if request.method == "POST" and "uploads" in request.query:
            upload = token_hex(8)
            self.uploads[upload] = {}
            self.types[key] = request.content_type
            return _xml("InitiateMultipartUploadResult", f"<Key>{escape(key)}</Key><UploadId>{upload}</UploadId>")
        upload = request.query.get("uploadId", "")
        if upload not in self.uploads:
            raise _Refused(404, "NoSuchUpload")
        match request.method:
            case "PUT":
                self.uploads[upload][int(request.query["partNumber"])] = body
                return web.Response(headers={"ETag": _etag(body)})
            case "POST":
                objects[key] = _joined(self.uploads[upload], body)
                del self.uploads[upload]
                etag = escape(_etag(objects[key]))
                return _xml("CompleteMultipartUploadResult", f"<Key>{escape(key)}</Key><ETag>{etag}</ETag>")
            case "DELETE":
                del self.uploads[upload]
                return web.Response(status=204)
            case _:
                raise _Refused(405, "MethodNotAllowed")

    def _whole(self, request: web.Request, objects: dict[str, bytes], key: str, body: bytes) -> web.Response:
        match request.method:
            case "PUT":
                objects[key] = body
                self.types[key] = request.content_type
                return web.Response(headers={"ETag": _etag(body)})
            case "POST" if "delete" in request.query:
                return _deleted(objects, body, self.held)
            case "DELETE":
                objects.pop(key, None)
                return web.Response(status=204)
            case "GET" if "list-type" in request.query:
                return _listed(objects, request.query.get("prefix", ""))
            case "GET" | "HEAD":
                return _read(request, objects, key)
            case _:
                raise _Refused(405, "MethodNotAllowed")


def _joined(parts: Parts, body: bytes) -> bytes:
    """Return the object that a list of parts makes: in order, as they were put, none too small but the last."""
    # With a namespace or without: S3 takes both.
    listed = [(int(part.findtext("{*}PartNumber") or 0), part.findtext("{*}ETag")) for part in ET.fromstring(body)]
    numbers = [number for number, _ in listed]
    if numbers != sorted(set(numbers)):
        raise _Refused(400, "InvalidPartOrder")
    if any(
        number not in parts or (etag or "").strip('"') != _etag(parts[number]).strip('"') for number, etag in listed
    ):
        raise _Refused(400, "InvalidPart")
    if any(len(parts[number]) < SMALLEST_PART for number in numbers[:-1]):
        raise _Refused(400, "EntityTooSmall")
    return b"".join(parts[number] for number in numbers)


def _deleted(objects: dict[str, bytes], body: bytes, held: set[str]) -> web.Response:
    keys = [each.findtext("{*}Key") or "" for each in ET.fromstring(body).findall("{*}Object")]
    if not 0 < len(keys) <= 1000:
        raise _Refused(400, "MalformedXML")
    gone = [key for key in keys if key not in held]
    for key in gone:
        objects.pop(key, None)
    told = [f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in gone]
    told += [
        f"<Error><Key>{escape(key)}</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        for key in keys
        if key in held
    ]
    return _xml("DeleteResult", "".join(told))


def _listed(objects: dict[str, bytes], prefix: str) -> web.Response:
    found = "".join(
        f"<Contents><Key>{escape(key)}</Key><Size>{len(data)}</Size><ETag>{escape(_etag(data))}</ETag>"
        "<LastModified>2026-09-21T14:13:20.000Z</LastModified></Contents>"
        for key, data in sorted(objects.items())
        if key.startswith(prefix)
    )
    return _xml("ListBucketResult", f"<IsTruncated>false</IsTruncated>{found}")


def _read(request: web.Request, objects: dict[str, bytes], key: str) -> web.Response:
    if key not in objects:
        raise _Refused(404, "NoSuchKey")
    data, status = objects[key], 200
    headers = {"ETag": _etag(data), "Last-Modified": "Mon, 21 Sep 2026 14:13:20 GMT"}
    if asked := _RANGE.fullmatch(request.headers.get("Range", "")):
        first, last = int(asked[1]), min(int(asked[2] or len(data)), len(data) - 1)
        if first >= len(data):
            raise _Refused(416, "InvalidRange")
        status, headers["Content-Range"] = 206, f"bytes {first}-{last}/{len(data)}"
        data = data[first : last + 1]
    return web.Response(status=status, body=data, headers=headers, content_type="video/mp4")


def _etag(data: bytes) -> str:
    # Opaque by the protocol; all of a large object would be looked through for every piece that is read of it.
    ends = data[:4096] + data[-4096:] + str(len(data)).encode()
    return f'"{hashlib.md5(ends, usedforsecurity=False).hexdigest()}"'


def _xml(name: str, inside: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="{_XMLNS}">{inside}</{name}>'
    return web.Response(text=text, content_type="application/xml")
