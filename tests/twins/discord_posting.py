"""How a body with files becomes a message, or changes one: limits, files, flags, components, mentions."""

import mimetypes
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

from tests.twins.discord_components import check_components
from tests.twins.discord_messages import Attachment, Message, safe_name
from tests.twins.discord_pings import pings_of
from tests.twins.discord_state import State
from tests.twins.discord_values import COMPONENTS_V2, EPHEMERAL, SILENT, SUPPRESS_EMBEDS, Json, Refusal, bad_form

_CREATE_FLAGS = SUPPRESS_EMBEDS | SILENT | COMPONENTS_V2
_EDIT_FLAGS = SUPPRESS_EMBEDS | COMPONENTS_V2


@dataclass(frozen=True)
class Upload:
    """A file of a multipart body: ``index`` is the n of its field ``files[n]``."""

    index: int
    name: str
    data: bytes
    content_type: str | None


@dataclass(frozen=True)
class Draft:
    """A body, its files, and how many bytes one file may have here."""

    body: Json
    files: tuple[Upload, ...]
    limit: int
    private_allowed: bool = False
    """Whether the flag EPHEMERAL may be set: only in an answer to an interaction."""


def compose(state: State, draft: Draft, message: Message) -> None:
    """Fill a new message. Raises the refusal of what Discord would not take, and changes nothing else."""
    body = draft.body
    flags = _integer(body.get("flags") or 0, "flags")
    if flags & ~(_CREATE_FLAGS | (EPHEMERAL if draft.private_allowed else 0)):
        raise bad_form("flags", f"{flags} may not be set here")
    message.flags |= flags
    message.attachments = _attachments(state, draft, message, [])
    message.content = _content(body.get("content"))
    message.embeds = _embeds(body.get("embeds"))
    message.components = body.get("components") or []
    _check(message)
    message.pings = pings_of(message, body.get("allowed_mentions"))


def revise(state: State, draft: Draft, message: Message) -> None:
    """Change a message: what the body does not name stays. Nobody is notified, whatever the text mentions.

    ``attachments`` names those that stay; without it, all stay.
    """
    body, before = draft.body, list(message.attachments)
    flags = message.flags
    if body.get("flags") is not None:
        wanted = _integer(body["flags"], "flags")
        if wanted & ~(_EDIT_FLAGS | (message.flags & EPHEMERAL)):
            raise bad_form("flags", f"{wanted} may not be set by an edit")
        if message.is_v2 and not wanted & COMPONENTS_V2:
            raise bad_form("flags", "IS_COMPONENTS_V2 cannot be unset")
        flags = (flags & ~_EDIT_FLAGS) | wanted
    changed = Message(message.id, message.channel, message.author, message.created_at, flags=flags)
    changed.attachments = _attachments(state, draft, message, before)
    changed.content = _content(body["content"]) if "content" in body else message.content
    changed.embeds = _embeds(body["embeds"]) if "embeds" in body else message.embeds
    renewed = "components" in body
    changed.components = (body["components"] or []) if renewed else message.components
    pings_of(changed, body.get("allowed_mentions"))
    _check(changed)
    for attachment in before:
        if attachment not in changed.attachments:
            state.cdn.drop(attachment)
    for name in ("flags", "attachments", "content", "embeds", "components"):
        setattr(message, name, getattr(changed, name))


def check_nonce(body: Json) -> str | None:
    """Return the nonce if it is to hold for one message; raise the refusal of a bad one."""
    nonce = body.get("nonce")
    if nonce is None:
        return None
    if not isinstance(nonce, str | int) or isinstance(nonce, bool) or len(str(nonce)) > 25:
        raise bad_form("nonce", "must be 25 or fewer in length")
    return str(nonce)


def _check(message: Message) -> None:
    if message.is_v2:
        for name in ("content", "embeds"):
            if getattr(message, name):
                raise bad_form(name, "cannot be used beside IS_COMPONENTS_V2")
    names = {attachment.name for attachment in message.attachments}
    message.components = check_components(deepcopy(message.components), names, v2=message.is_v2)
    visible = message.components if message.is_v2 else (message.content or message.embeds or message.attachments)
    if not (visible or message.components):
        raise Refusal(400, 50006, "Cannot send an empty message", broken=True)


def _attachments(state: State, draft: Draft, message: Message, kept: Sequence[Attachment]) -> list[Attachment]:
    for upload in draft.files:
        if len(upload.data) > draft.limit:
            raise Refusal(413, 40005, "Request entity too large")
    described = draft.body.get("attachments")
    notes: dict[int, Json] = {}
    staying = list(kept)
    if described is not None:
        staying = []
        by_id = {str(attachment.id): attachment for attachment in kept}
        indexes = {upload.index for upload in draft.files}
        for number, entry in enumerate(described):
            wanted = str(entry.get("id"))
            if wanted in by_id:
                staying.append(by_id[wanted])
            elif wanted.isdecimal() and int(wanted) in indexes:
                notes[int(wanted)] = entry
            else:
                raise bad_form(f"attachments.{number}.id", "is neither a file of this request nor of this message")
    everything = staying + [_attachment(state, message, u, notes.get(u.index, {})) for u in draft.files]
    if len(everything) > 10:
        raise bad_form("attachments", "must be 10 or fewer in length")
    return everything


def _attachment(state: State, message: Message, upload: Upload, note: Json) -> Attachment:
    title, description = str(note.get("filename") or upload.name), note.get("description")
    if description is not None and len(description) > 1024:
        raise bad_form("attachments.0.description", "must be 1024 or fewer in length")
    id_, name = state.new_id(), safe_name(title)
    folder = "ephemeral-attachments" if message.ephemeral else "attachments"
    path = f"/{folder}/{message.channel.id}/{id_}/{name}"
    kind = mimetypes.guess_type(name)[0] or upload.content_type
    return Attachment(id_, name, upload.data, path, kind, description, title, message.ephemeral)


def _content(content: object) -> str:
    if content is None:
        return ""
    if not isinstance(content, str) or len(content) > 2000:
        raise bad_form("content", "must be 2000 or fewer in length")
    return content


def _embeds(embeds: object) -> list[Json]:
    found: object = [] if embeds is None else embeds
    if not isinstance(found, list) or len(found) > 10:
        raise bad_form("embeds", "must be 10 or fewer in length")
    return found


def _integer(value: object, field: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad_form(field, "is not an integer")
    return value
