"""The Slack twin's files: the three calls of an upload, the upload's host, and downloads that need the right token."""

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from tests.twins.replies import CutFile
from tests.twins.slack_call import Call
from tests.twins.slack_errors import Refused
from tests.twins.slack_places import Channel
from tests.twins.slack_replies import Reply
from tests.twins.slack_state import File, Json, Message, SlackFile, Upload

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin
    from tests.twins.slack_places import Installation

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to Slack</body></html>"
_PIECE = 64 * 1024
_IMAGES = {"image/png", "image/jpeg", "image/gif"}


def get_upload_url(call: Call) -> Json:
    """Say where a file of this name and length may be sent."""
    length = call.arguments.get("length")
    if not isinstance(length, int) or length <= 0:
        raise Refused("invalid_arguments", "length must be a number above 0 [json-pointer:/length]")
    name = call.text("filename")
    file = call.installation.home.keep(File(name, b""), None)
    file.declared, file.ready = length, False
    file.alt_text = str(call.arguments.get("alt_txt") or "")
    return {"ok": True, "upload_url": f"{call.twin.url}/upload/v1/{file.id}", "file_id": file.id}


async def receive(twin: "SlackTwin", request: web.Request) -> web.Response:
    """Take an upload piece by piece; its length must be said, and be the one that was declared."""
    file = twin.find_file(request.path.rpartition("/")[2], None)
    if file is None or not file.declared:
        return twin.turn_away(404, f"{request.path}: no such upload")
    if request.content_length is None:
        return twin.turn_away(411, f"an upload of {file.name} without Content-Length")
    pieces, largest = [], 0
    async for piece in request.content.iter_any():
        pieces.append(piece)
        largest = max(largest, len(piece))
    data = b"".join(pieces)
    if len(data) != file.declared:
        return twin.turn_away(400, f"an upload of {len(data)} bytes where {file.declared} were declared")
    file.data, file.upload = data, Upload(request.content_length, largest)
    twin.clock.tell()
    return web.Response(text=f"OK - {len(data)}")


def complete_upload(call: Call) -> Json:
    """Finish an upload, and share it where a conversation is named; the message comes a moment later."""
    wanted = call.arguments.get("files")
    if not isinstance(wanted, list) or not wanted:
        raise Refused("invalid_arguments", "files must be a list [json-pointer:/files]")
    files = [_uploaded(call, entry) for entry in wanted]
    channels = _channels(call)
    thread = call.thread(channels[0], code="invalid_thread_ts") if channels else None
    blocks = call.arguments.get("blocks")
    comment = str(call.arguments.get("initial_comment") or "")
    messages = [Message(channel, "", comment, call.twin.named([] if comment else blocks or [])) for channel in channels]
    for message in messages:
        message.files, message.thread_ts = files, thread
    call.twin.shares.add(files, messages)
    return {"ok": True, "files": [file.described() for file in files]}


def info(call: Call) -> Json:
    """Describe a file."""
    file = call.file()
    return {"ok": True, "file": file.described(), "comments": [], "response_metadata": {"next_cursor": ""}}


def delete(call: Call) -> Json:
    """Delete a file of the bot's; a message that was nothing else goes with it."""
    file = call.file()
    if file.owner is not None:
        raise Refused("cant_delete_file")
    file.deleted = True
    for message in file.shares:
        message.files = [other for other in message.files if other is not file]
        message.deleted = message.deleted or not (message.files or message.text or message.blocks)
    call.twin.clock.tell()
    return {"ok": True}


async def send(twin: "SlackTwin", request: web.Request, reply: Reply) -> web.StreamResponse:
    """Send a file to whoever shows the token of an installation that may see it; to others Slack's login page."""
    _, _, where = request.path.partition("/files-pri/")
    team, _, file_id = where.partition("/")[0].partition("-")
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    installation = twin.installed_with(token)
    file = twin.find_file(file_id, installation) if installation else None
    may = installation is not None and "files:read" in installation.scopes and file is not None and file.visible_to_bot
    if not may or file is None or file.workspace.id != team:
        return web.Response(text=LOGIN_PAGE, content_type="text/html", charset="utf-8")
    if file.deleted:
        return web.Response(status=404, text="File not found", content_type="text/html")
    response = web.StreamResponse(headers={"Content-Type": file.mimetype})
    response.content_length = len(file.data)
    await response.prepare(request)
    end = reply.bytes if isinstance(reply, CutFile) else len(file.data)
    for start in range(0, end, _PIECE):
        await response.write(file.data[start : min(start + _PIECE, end)])
        await asyncio.sleep(0)
    if isinstance(reply, CutFile) and request.transport is not None:
        request.transport.close()
    return response


def sees(installation: "Installation", wanted: Json) -> bool:
    """Return whether a block may show this slack_file: an image that the app sees and Slack has processed."""
    for file in (file for place in installation.workspaces for file in place.files):
        if wanted.get("id") == file.id or wanted.get("url") in {file.url_private, file.permalink}:
            return file.mimetype in _IMAGES and file.visible_to_bot and file.ready and not file.deleted
    return False


def _uploaded(call: Call, entry: object) -> SlackFile:
    if not isinstance(entry, dict):
        raise Refused("invalid_arguments", "files must be a list of objects [json-pointer:/files]")
    file = call.twin.find_file(str(entry.get("id")), call.installation)
    if file is None or file.owner is not None or file.upload is None or file.deleted:
        raise Refused("file_not_found")
    file.title = str(entry.get("title") or file.title)
    return file


def _channels(call: Call) -> list[Channel]:
    wanted = str(call.arguments.get("channels") or call.arguments.get("channel_id") or "")
    names = [name for name in wanted.split(",") if name]
    found = []
    for name in names:
        if not name.startswith(("C", "G", "D")):
            raise Refused("channel_not_found")
        one = Call(call.twin, call.method, {"channel_id": name}, call.installation)
        found.append(one.writable(one.channel("channel_id")))
    return found
