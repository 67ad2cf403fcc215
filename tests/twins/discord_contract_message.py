"""What Discord asks of a message beyond its shape: the rules between its fields, and between its components.

From the developer documentation ("Message Resource", "Component Reference"), where no other source is named. Shapes
and lengths are checked before (``discord_contract_shapes``): here every field has the type that it should have.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from tests.twins.discord_contract_tree import Json, Kind, Placed, problems_of_all, problems_of_each, walk

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
SUPPRESS_NOTIFICATIONS = 1 << 12
IS_VOICE_MESSAGE = 1 << 13
IS_COMPONENTS_V2 = 1 << 15

_CREATE: Final = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | IS_VOICE_MESSAGE | IS_COMPONENTS_V2
_LEGACY: Final = ("content", "embeds", "sticker_ids", "poll")
_REFERENCE: Final = "attachment://"


class Use(Enum):
    """What a message is sent for; the value holds the flags that may be set with it."""

    POST = _CREATE
    """As a new message in a channel."""
    ANSWER = _CREATE | EPHEMERAL
    """As the answer to an interaction, or as its follow-up."""
    EDIT = SUPPRESS_EMBEDS | IS_COMPONENTS_V2
    """In the place of what the message was."""


def problems_of(message: Json, use: Use, where: str) -> Iterator[str]:
    """Yield what is wrong with a message of the right shape; ``where`` is its place in the body, ending in a dot."""
    placed = list(walk(message.get("components") or (), f"{where}components"))
    yield from _flags(message, use)
    if use is not Use.EDIT:
        yield from _something(message)
    yield from _components(message, placed, use)
    yield from _mentions(message)
    yield from _texts(message)
    yield from _attachments(message, placed)


def problems_of_deferral(data: Json) -> Iterator[str]:
    """Yield what is wrong with the data of a callback that promises an answer: all but its flags is lost."""
    yield from (f"data.{name}: is lost in a deferred answer" for name in data if name not in {"flags", "tts"})
    yield from _flags(data, Use.ANSWER)


def _flags(message: Json, use: Use) -> Iterator[str]:
    if wrong := (message.get("flags") or 0) & ~use.value:
        bits = ", ".join(f"1 << {bit}" for bit in range(wrong.bit_length()) if wrong >> bit & 1)
        yield f"flags: {bits} cannot be set by this request"


def _something(message: Json) -> Iterator[str]:
    names = ("content", "embeds", "sticker_ids", "components", "attachments", "poll", "message_reference")
    if not any(message.get(name) for name in (*names, "shared_client_theme")):
        yield "an empty message"


def _components(message: Json, placed: Sequence[Placed], use: Use) -> Iterator[str]:
    top = message.get("components") or ()
    is_new_kind = any(component["type"] != Kind.ACTION_ROW for component in top)
    has_flag = bool((message.get("flags") or 0) & IS_COMPONENTS_V2)
    if is_new_kind and not has_flag and (use is not Use.EDIT or message.get("flags") is not None):
        yield "flags: components other than action rows need IS_COMPONENTS_V2 (1 << 15)"
    if has_flag or is_new_kind:
        # An edit empties the old fields when it turns a message to Components V2; a new message leaves them out.
        given = [name for name in _LEGACY if (message.get(name) if use is Use.EDIT else message.get(name) is not None)]
        yield from (f"{name}: cannot stand beside Components V2" for name in given)
        if use is not Use.EDIT and not top:
            yield "a message of Components V2 without components"
    elif len(top) > 5:
        yield f"{len(top)} action rows, where 5 are allowed"
    if len(placed) > 40:
        yield f"{len(placed)} components, where 40 are allowed, nested ones counted"
    characters = sum(len(one.json["content"]) for one in placed if one.kind is Kind.TEXT_DISPLAY)
    if characters > 4000:
        yield f"{characters} characters in text displays, where 4000 are allowed in one message"
    yield from problems_of_all(placed)
    yield from problems_of_each(placed)
    yield from (
        f"{one.where}: required cannot be true with min_values 0 (discord-api-docs#7800)"
        for one in placed
        if one.json.get("required") and one.json.get("min_values") == 0
    )


def _mentions(message: Json) -> Iterator[str]:
    allowed = message.get("allowed_mentions") or {}
    for name in ("users", "roles"):
        if name in (allowed.get("parse") or ()) and allowed.get(name):
            yield f"allowed_mentions: parse has {name!r}, and {name} lists some: one or the other"


def _texts(message: Json) -> Iterator[str]:
    if len(message.get("content") or "") > 2000:
        yield "content: over 2000 characters, which only Nitro users may send"
    length = sum(_length(embed) for embed in message.get("embeds") or ())
    if length > 6000:
        yield f"embeds: {length} characters in all, where 6000 are allowed"


def _length(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    texts += [field[name] for field in embed.get("fields") or () for name in ("name", "value")]
    return sum(len(text) for text in texts if text)


def _attachments(message: Json, placed: Sequence[Placed]) -> Iterator[str]:
    attachments = message.get("attachments")
    ids = Counter(str(attachment["id"]) for attachment in attachments or ())
    yield from (f"attachments: the id {given} is there twice" for given, count in ids.items() if count > 1)
    names = {attachment.get("filename") for attachment in attachments or ()}
    for where, url in (*_media(placed), *_pictures(message)):
        scheme, is_reference, name = url.partition(_REFERENCE)
        if not is_reference or scheme:
            if not re.match("https?://", url):
                yield f"{where}: a url that is not http, https or attachment"
        elif not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
            yield f"{where}: {url} names a file in other than ASCII letters, digits, _, - and ."
        elif attachments is not None and name not in names and None not in names:
            # A kept attachment may be told by its id alone: then its name is not known here.
            yield f"{where}: {url} names no file of attachments"


def _media(placed: Sequence[Placed]) -> Iterator[tuple[str, str]]:
    for one in placed:
        match one.kind:
            case Kind.THUMBNAIL:
                yield f"{one.where}.media", one.json["media"]["url"]
            case Kind.FILE:
                yield f"{one.where}.file", one.json["file"]["url"]
            case Kind.MEDIA_GALLERY:
                for index, item in enumerate(one.json["items"]):
                    yield f"{one.where}.items[{index}].media", item["media"]["url"]
            case _:
                pass


def _pictures(message: Json) -> Iterator[tuple[str, str]]:
    for index, embed in enumerate(message.get("embeds") or ()):
        for name, key in (("image", "url"), ("thumbnail", "url"), ("footer", "icon_url"), ("author", "icon_url")):
            if url := (embed.get(name) or {}).get(key):
                yield f"embeds[{index}].{name}.{key}", url
