"""fal's storage over HTTP: both upload flows, with and without parts, and the files themselves.

Python's client asks for a token and posts to `/files/upload`; the npm client (and Python's fallback) asks
`/storage/upload/initiate` for an address and PUTs there. Above some 100 MB both send parts; both flows then share the
same addresses below the file's own, which carry a secret of their own instead of a key.
"""

from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from engine.bodies import BadBody, read_object
from engine.files import StoredFile, UploadGone
from engine.lifecycle import LifecycleError, lifetime
from engine.rooms import ROOMS, Rooms, base_url, refuse
from engine.writing import TooLarge

CHUNK = 2**16
MAX_PARTS = 10_000
DEFAULT_TYPE = "application/octet-stream"
_PARTS = r"/files/{token}/{name}/multipart/{upload_id}"


def routes() -> list[web.AbstractRouteDef]:
    """List the storage's calls."""
    return [
        web.post("/storage/auth/token", token),
        web.post("/storage/upload/initiate", initiate),
        web.post("/storage/upload/initiate-multipart", initiate),
        web.post("/files/upload", upload),
        web.post("/files/upload/multipart", begin),
        web.put(_PARTS + "/whole", put_whole),
        web.put(_PARTS + r"/{number:[0-9]{1,5}}", put_part),
        web.post(_PARTS + "/complete", complete),
        web.get("/files/{token}/{name}", download),
    ]


async def token(request: web.Request) -> web.Response:
    """Give a token for `/files/upload`."""
    mark, expires = request.app[ROOMS].signer.upload_token()
    moment = datetime.fromtimestamp(expires, UTC).isoformat()
    address = base_url(request)
    body = {"token": mark, "token_type": "Bearer", "base_url": address, "expires_at": moment}
    return web.json_response(body)


async def upload(request: web.Request) -> web.Response:
    """Take a whole file in one request."""
    files = request.app[ROOMS].files
    try:
        file = await files.save(
            request.content.iter_chunked(CHUNK),
            name=request.headers.get("X-Fal-File-Name", "upload.bin"),
            content_type=request.headers.get("Content-Type", DEFAULT_TYPE),
            lifetime_s=lifetime(request.headers),
        )
    except TooLarge as error:
        return refuse(413, str(error))
    except LifecycleError as error:
        return refuse(400, str(error))
    return web.json_response({"access_url": base_url(request) + file.path})


async def begin(request: web.Request) -> web.Response:
    """Begin an upload in parts, as Python's client does."""
    name = request.headers.get("X-Fal-File-Name", "upload.bin")
    content_type = request.headers.get("Content-Type", DEFAULT_TYPE)
    try:
        file = await request.app[ROOMS].files.reserve(name, content_type, lifetime(request.headers))
    except LifecycleError as error:
        return refuse(400, str(error))
    return web.json_response({"access_url": base_url(request) + file.path, "uploadId": file.upload_id})


async def initiate(request: web.Request) -> web.Response:
    """Give the address to put a file to (or its parts, for `initiate-multipart`), and the one it will have."""
    given = await _json_object(request)
    if given is None:
        return refuse(422, "The body must be a JSON object with file_name and content_type.")
    name, content_type = given.get("file_name") or "upload.bin", given.get("content_type") or DEFAULT_TYPE
    if not (isinstance(name, str) and isinstance(content_type, str)):
        return refuse(422, "file_name and content_type must be strings.")
    try:
        file = await request.app[ROOMS].files.reserve(name, content_type, lifetime(request.headers))
    except LifecycleError as error:
        return refuse(400, str(error))
    address = base_url(request) + file.path
    where = f"{address}/multipart/{file.upload_id}"
    if not request.path.endswith("multipart"):
        where += "/whole"
    return web.json_response({"upload_url": where, "file_url": address})


async def put_whole(request: web.Request) -> web.Response:
    """Take the bytes of a promised file."""
    rooms = request.app[ROOMS]
    file = await _promised(request, rooms)
    if file is None:
        return _no_upload()
    try:
        await rooms.files.fill(file, request.content.iter_chunked(CHUNK))
    except TooLarge as error:
        return refuse(413, str(error))
    except UploadGone:
        return _no_upload()
    return web.json_response({})


async def put_part(request: web.Request) -> web.Response:
    """Take one part of a promised file; parts may come in any order, and again."""
    rooms = request.app[ROOMS]
    file = await _promised(request, rooms)
    number = int(request.match_info["number"])
    if file is None or not 0 < number <= MAX_PARTS:
        return _no_upload()
    try:
        await rooms.files.save_part(file, number, request.content.iter_chunked(CHUNK))
    except TooLarge as error:
        return refuse(413, str(error))
    etag = f'"{number}"'
    return web.json_response({"partNumber": number, "etag": etag}, headers={"ETag": etag})


async def complete(request: web.Request) -> web.Response:
    """Put the parts together."""
    rooms = request.app[ROOMS]
    file = await _promised(request, rooms)
    if file is None:
        return _no_upload()
    given = await _json_object(request)
    try:
        numbers = [int(part["partNumber"]) for part in given["parts"]] if given else []
        if not numbers:
            return refuse(422, "The body must list the parts that were sent.")
        await rooms.files.join(file, numbers)
    except (KeyError, TypeError, ValueError, OverflowError, FileNotFoundError):
        return refuse(422, "The list names a part that was never sent. Send it, then complete again.")
    except UploadGone:
        return _no_upload()
    return web.json_response({"access_url": base_url(request) + file.path})


async def download(request: web.Request) -> web.StreamResponse:
    """Give a file; ranges and conditional requests work."""
    rooms = request.app[ROOMS]
    file = await rooms.files.find(request.match_info["token"])
    if file is None or file.size is None or file.name != request.match_info["name"]:
        return refuse(404, "No such file. It may have been removed after its days were over.")
    headers = {
        "Content-Type": file.content_type,
        "X-Content-Type-Options": "nosniff",
        # Whatever somebody uploaded: opened in a browser it runs no script.
        "Content-Security-Policy": "sandbox",
        "Access-Control-Allow-Origin": "*",
    }
    return web.FileResponse(rooms.files.location(file.token), headers=headers)


async def _promised(request: web.Request, rooms: Rooms) -> StoredFile | None:
    file = await rooms.files.find(request.match_info["token"])
    return file if file is not None and file.upload_id == request.match_info["upload_id"] else None


async def _json_object(request: web.Request) -> dict[str, Any] | None:
    try:
        return await read_object(request)
    except BadBody:
        return None


def _no_upload() -> web.Response:
    return refuse(404, "No such upload. It may be complete already, or its hour is over; begin again.")
