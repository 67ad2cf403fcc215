"""The Slack twin's chat.* methods."""

from typing import Any

from tests.twins.slack_call import Call
from tests.twins.slack_errors import Refused
from tests.twins.slack_places import Channel
from tests.twins.slack_state import Edit, Json, Message

POST_TEXT = 40_000
"""Characters; the page says that more is truncated, and a truncated answer is a fault as well."""
UPDATE_TEXT = 4_000
"""Characters of a chat.update, beyond which Slack answers msg_too_long (seen by many, 2024)."""


def post_message(call: Call) -> Json:
    """Post into a conversation, or to a person (a user's id stands for their DM)."""
    channel = call.writable(_place(call))
    if channel.kind == "im" and not call.twin.app.messages_tab:
        raise Refused("messages_tab_disabled")
    thread = call.thread(channel)
    message = Message(channel, call.twin.clock.ts(), *content(call, POST_TEXT), thread_ts=thread)
    message.broadcast = bool(call.arguments.get("reply_broadcast"))
    metadata = call.arguments.get("metadata")
    message.metadata = metadata if isinstance(metadata, dict) else None
    parses = bool(call.arguments.get("link_names")) or call.arguments.get("parse") == "full"
    channel.workspace.post(message, parses=parses)
    return {"ok": True, "channel": channel.id, "ts": message.ts, "message": message.described()}


def update(call: Call) -> Json:
    """Change a message of the bot's. Text without blocks takes the blocks away."""
    channel = call.channel()
    message = call.own_message(channel, code="cant_update_message")
    if channel.archived:
        raise Refused("is_archived")
    if "file_ids" in call.arguments:
        call.twin.violations.append("chat.update with file_ids, which Slack carries out or does not (bolt-python#1295)")
    text, blocks = content(call, UPDATE_TEXT)
    message.text, message.blocks = text, blocks
    message.edits.append(Edit(text, blocks, call.twin.clock.now()))
    call.twin.clock.tell()
    call.twin.events.changed(message)
    shown = message.described()
    del shown["ts"]  # Slack's answer has it beside the message, and its types know of no thread in there.
    shown.pop("thread_ts", None)
    return {"ok": True, "channel": channel.id, "ts": message.ts, "text": text, "message": shown}


def delete(call: Call) -> Json:
    """Delete a message of the bot's."""
    channel = call.channel()
    message = call.own_message(channel, code="cant_delete_message")
    message.deleted = True
    call.twin.clock.tell()
    call.twin.events.deleted(message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    """Show one person something, in a conversation that both are in."""
    channel = call.writable(call.channel())
    user = call.user()
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    thread = call.thread(channel)
    message = Message(channel, call.twin.clock.ts(), *content(call, POST_TEXT), thread_ts=thread)
    message.ephemeral_to = user
    channel.workspace.post(message)
    return {"ok": True, "message_ts": message.ts}


def permalink(call: Call) -> Json:
    """Return a message's page."""
    channel = call.channel()
    message = channel.find(call.text("message_ts", missing="message_not_found"))
    if message is None:
        raise Refused("message_not_found")
    link = f"{channel.workspace.url}archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"ok": True, "channel": channel.id, "permalink": link}


def content(call: Call, most: int) -> tuple[str, list[dict[str, Any]]]:
    """Return a message's text and its blocks, block_ids filled in."""
    text, blocks = str(call.arguments.get("text") or ""), call.arguments.get("blocks")
    if isinstance(blocks, str):
        raise Refused("invalid_blocks_format")
    if not text and not blocks and not call.arguments.get("attachments"):
        raise Refused("no_text")
    if len(text) > most:
        raise Refused("msg_too_long")
    return text, call.twin.named(blocks or [])


def _place(call: Call) -> Channel:
    wanted = str(call.arguments.get("channel", ""))
    if wanted.startswith(("U", "W")):
        return call.user("channel").dm
    return call.channel()
