"""The fal twin's files: both ways to upload, and the videos to fetch, in parts where that is asked for."""

import asyncio
import io
import json
import re
import uuid
from typing import TYPE_CHECKING, BinaryIO

from aiohttp import web

from tests.twins.fal_replies import Reply
from tests.twins.fal_wire import hang_up
from tests.twins.replies import CutFile

if TYPE_CHECKING:
    from tests.twins.fal import FalTwin

_ETAG = '"twin"'
_PIECE = 1 << 18


async def store(fal: "FalTwin", request: web.Request, kind: str) -> web.Response:
    """Answer a step of an upload."""
    match kind:
        case "token":
            return _token(fal)
        case "upload":
            return await _upload(fal, request)
        case "initiate":
            name = f"{uuid.uuid4().hex}_{json.loads(await request.read())['file_name']}"
            urls = {"upload_url": f"{fal.url}/uploads/{uuid.uuid4()}?signature=twin", "file_url": _put(fal, name, b"")}
            return web.json_response(urls)
        case _:
            _put(fal, next(reversed(fal.uploads)), await request.read())
            return web.Response()


def _token(fal: "FalTwin") -> web.Response:
    token = uuid.uuid4().hex
    fal.tokens.add(token)
    answer = {"token": token, "token_type": "Bearer", "base_url": fal.url, "expires_at": "2126-01-01T00:00:00+00:00"}
    return web.json_response(answer)


async def _upload(fal: "FalTwin", request: web.Request) -> web.Response:
    name = request.headers.get("X-Fal-File-Name", "")
    if not re.fullmatch(r"[\w.-]{1,100}", name):
        return fal.refuse(400, "an upload without a file name")
    if not request.content_type.startswith("image/"):
        return fal.refuse(400, f"an upload as {request.content_type}")
    lifecycle = json.loads(request.headers.get("X-Fal-Object-Lifecycle", "{}"))
    if not isinstance(lifecycle.get("expiration_duration_seconds"), int):
        return fal.refuse(400, "an upload that never expires")
    return web.json_response({"access_url": _put(fal, f"{uuid.uuid4().hex}_{name}", await request.read())})


def _put(fal: "FalTwin", name: str, data: bytes) -> str:
    fal.uploads[name] = data
    return f"{fal.url}/files/{name}"


async def file(fal: "FalTwin", request: web.Request, reply: Reply) -> web.StreamResponse:
    """Send an upload or the video, from where the range begins when the file is still the same."""
    data = fal.uploads.get(request.path.rpartition("/")[2])
    if data is not None or fal.video_file is None:
        return await _sent(fal, request, reply, io.BytesIO(fal.video if data is None else data))
    if "Range" not in request.headers and not isinstance(reply, CutFile) and fal.tells_length and not fal.drips:
        # A large one, as it is: by the kernel, so that what is measured is not the twin.
        return web.FileResponse(fal.video_file, headers={"Content-Type": "video/mp4"})
    with fal.video_file.open("rb") as body:
        return await _sent(fal, request, reply, body)


def weight(fal: "FalTwin") -> int:
    """Return the bytes of the file of a finished job."""
    return len(fal.video) if fal.video_file is None else fal.video_file.stat().st_size


async def _sent(fal: "FalTwin", request: web.Request, reply: Reply, body: BinaryIO) -> web.StreamResponse:
    length = body.seek(0, io.SEEK_END)
    asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
    start = int(asked[1]) if asked and request.headers.get("If-Range", _ETAG) == _ETAG else 0
    response = web.StreamResponse(status=206 if start else 200, headers={"ETag": _ETAG, "Content-Type": "video/mp4"})
    if start:
        response.headers["Content-Range"] = f"bytes {start}-{length - 1}/{length}"
    if fal.tells_length:
        response.content_length = length - start
    else:
        response.enable_chunked_encoding()
    await response.prepare(request)
    end = min(start + reply.bytes, length) if isinstance(reply, CutFile) else length
    size = 1 if fal.drips else _PIECE
    body.seek(start)
    for piece in range(start, end, size):
        await response.write(body.read(min(size, end - piece)))
        await asyncio.sleep(0.01 if fal.drips else 0)
    if isinstance(reply, CutFile):
        hang_up(request, gently=True)
    return response
