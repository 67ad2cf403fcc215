"""What a message's text does: whom it would notify, and what is in it to read and to press."""

import re
from collections.abc import Iterator
from typing import Any

_MENTION = re.compile(r"<(?:@([UW]\w+)|!(channel|here|everyone)|!(subteam\^\w+))(?:\|[^>]*)?>")
_PLAIN = re.compile(r"(?<!\w)@(channel|here|everyone)\b")


def pings(text: str, blocks: list[dict[str, Any]], *, parses: bool = False) -> set[str]:
    """Whom a new message notifies: user ids, ``!channel``, ``!here``, ``!everyone``, ``!subteam^S…``.

    The text counts beside blocks too: it is what a notification shows. ``parses``: link_names or parse=full were asked
    for, with which a bare @channel notifies as well; so it may in a mrkdwn object, of which Slack says that "certain
    mentions will be automatically parsed" where it is not verbatim ("Text object").
    """
    found = set(_in(text, parses=parses))
    for node in walk(blocks):
        if node.get("type") in {"mrkdwn", "markdown"}:
            by_itself = node["type"] == "mrkdwn" and not node.get("verbatim")
            found |= set(_in(str(node.get("text", "")), parses=parses or by_itself))
        if node.get("type") == "user" and "user_id" in node:
            found.add(str(node["user_id"]))
        if node.get("type") == "broadcast":
            found.add(f"!{node['range']}")
        if node.get("type") == "usergroup" and "usergroup_id" in node:
            found.add(f"!subteam^{node['usergroup_id']}")
    return found


def _in(text: str, *, parses: bool) -> Iterator[str]:
    for user, range_, group in _MENTION.findall(text):
        yield user or f"!{range_ or group}"
    if parses:
        yield from (f"!{range_}" for range_ in _PLAIN.findall(text))


def walk(node: object) -> Iterator[dict[str, Any]]:
    """Every object in blocks, outer ones first."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for item in node:
            yield from walk(item)


def texts(blocks: list[dict[str, Any]]) -> list[str]:
    """Everything in blocks that a person reads, in order, as it was sent."""
    found: list[str] = []
    for node in walk(blocks):
        if isinstance(node.get("text"), str):
            found.append(node["text"])
        if node.get("type") == "image":
            found.append(str(node.get("alt_text", "")))
    return found


def buttons(blocks: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The buttons in blocks, each behind its block."""
    return [(block, node) for block in blocks for node in walk(block) if node.get("type") == "button"]
