"""One call of the Web API at the Slack twin: what came in, whose token it was, and what that token reaches."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.twins.slack_errors import Refused
from tests.twins.slack_state import Json, Message, SlackFile

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin
    from tests.twins.slack_people import User
    from tests.twins.slack_places import Channel, Installation


@dataclass(frozen=True)
class Seen:
    """One request as it came in: ``method`` is the Web API's, or upload, download, response_url, connect, authorize."""

    method: str
    body: Mapping[str, Any]
    token: str
    headers: Mapping[str, str]
    at: float


@dataclass(frozen=True)
class Call:
    """A call that has been let in. ``arguments`` have their types; ``given`` is as they came."""

    twin: "SlackTwin"
    method: str
    arguments: Json
    installation: "Installation"

    def text(self, name: str, missing: str = "invalid_arguments") -> str:
        """Return a required argument."""
        value = self.arguments.get(name)
        if value is None or value == "":
            raise Refused(missing, *([f"missing required field: {name}"] if missing == "invalid_arguments" else []))
        return str(value)

    def channel(self, name: str = "channel") -> "Channel":
        """Return the conversation that an argument names: one that this token can see at all."""
        wanted = self.text(name, missing="channel_not_found")
        for workspace in self.twin.workspaces:
            for channel in workspace.channels:
                homes = [workspace, *channel.shared_with]
                if channel.id == wanted and any(home in self.installation.workspaces for home in homes):
                    if channel.kind == "public" or channel.bot_in:
                        return channel
                    raise Refused("channel_not_found")
        raise Refused("channel_not_found")

    def user(self, name: str = "user") -> "User":
        """Return the person whom an argument names."""
        return self.person(self.text(name, missing="user_not_found"))

    def person(self, wanted: str) -> "User":
        """Return the person with this id: of a workspace that the token reaches, or of one that shares a channel."""
        homes = list(self.installation.workspaces)
        homes += [other for home in homes for channel in home.channels for other in channel.shared_with]
        found = next((user for home in homes for user in home.users if user.id == wanted), None)
        if found is None:
            raise Refused("user_not_found")
        return found

    def file(self, name: str = "file") -> SlackFile:
        """Return the file that an argument names: one that the app may see."""
        file = self.twin.find_file(self.text(name, missing="file_not_found"), self.installation)
        if file is None or not file.visible_to_bot:
            raise Refused("file_not_found")
        if file.deleted:
            raise Refused("file_deleted")
        return file

    def writable(self, channel: "Channel") -> "Channel":
        """Return a conversation where the bot may post, or raise what keeps it from it."""
        if channel.archived:
            raise Refused("is_archived")
        if not channel.bot_in:
            raise Refused("not_in_channel")
        if channel.posting_restricted:
            raise Refused("restricted_action")
        return channel

    def thread(self, channel: "Channel", code: str = "thread_not_found") -> str | None:
        """Return the thread that ``thread_ts`` names.

        A reply's own timestamp is a mistake: Slack shows what is posted to it in the thread and in the channel
        (python-slack-sdk#1116).
        """
        wanted = self.arguments.get("thread_ts")
        if wanted is None:
            return None
        if not re.fullmatch(r"\d+\.\d{6}", str(wanted)):
            raise Refused("invalid_thread_ts", f"{wanted} is not a valid thread_ts")
        first = channel.find(str(wanted))
        if first is None:
            raise Refused(code)
        if first.thread_ts not in {None, first.ts}:
            self.twin.violations.append(f"{self.method}: thread_ts is a reply's timestamp, not its thread's")
        return first.thread_ts or first.ts

    def own_message(self, channel: "Channel", *, code: str) -> Message:
        """Return the bot's message that ``ts`` names; ``code`` where it is someone else's."""
        message = channel.find(self.text("ts", missing="message_not_found"))
        if message is None:
            raise Refused("message_not_found")
        if not message.by_bot:
            raise Refused(code)
        return message


async def read(request: web.Request) -> tuple[Json, str]:
    """Return the arguments and the token of a request, as Slack reads them: query, then form or JSON, then header."""
    arguments: Json = dict(request.query)
    body = await request.read()
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else ""
    match request.content_type if body else "":
        case "":
            pass
        case "application/json":
            try:
                posted = json.loads(body)
            except ValueError as error:
                raise Refused("invalid_json") from error
            if not isinstance(posted, dict):
                raise Refused("json_not_object")
            arguments |= posted
        case "application/x-www-form-urlencoded":
            arguments |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        case "multipart/form-data":
            arguments |= dict(await request.post())
        case _:
            raise Refused("invalid_post_type")
    return arguments, str(arguments.pop("token", None) or token)
