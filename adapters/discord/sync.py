"""Tells Discord of the commands, only when they have changed: it takes 200 new ones a day (documentation)."""

import hashlib
import json
from typing import Any

import structlog
from discord import app_commands

from bot.ports import Servers

log = structlog.get_logger()


async def sync(tree: app_commands.CommandTree[Any], application_id: int, servers: Servers) -> bool:
    """Put the tree where Discord has another one; return whether that was so."""
    name = f"discord commands {application_id}"
    digest = await digest_of(tree)
    if await servers.note(name) == digest:
        return False
    await tree.sync()
    # After it: a tree that was not taken is put again at the next start.
    await servers.set_note(name, digest)
    log.info("commands_synced", application=application_id)
    return True


async def digest_of(tree: app_commands.CommandTree[Any]) -> str:
    """Return what tells two trees apart: all that is sent of them, translations included."""
    translator = tree.translator
    commands = [
        command.to_dict(tree) if translator is None else await command.get_translated_payload(tree, translator)
        for command in tree.get_commands()
    ]
    commands.sort(key=lambda each: (each.get("type", 1), each["name"]))
    return hashlib.sha256(json.dumps(commands, sort_keys=True).encode()).hexdigest()
