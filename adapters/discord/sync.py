"""Tells Discord of the commands, only when they have changed: it takes 200 new ones a day (documentation)."""

import hashlib
import json
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.ports import Servers

log = structlog.get_logger()


async def sync(tree: app_commands.CommandTree[Any], application_id: int, servers: Servers) -> bool:
    """Put the tree where Discord has another one; return whether that was so."""
    name, digest = note_of(application_id), await digest_of(tree)
    if await servers.note(name) == digest and await _has_all(tree):
        return False
    await tree.sync()
    # After it: a tree that was not taken is put again at the next start.
    await servers.set_note(name, digest)
    log.info("commands_synced", application=application_id)
    return True


def note_of(application_id: int) -> str:
    """Return the name of the note that holds the digest of the commands that were put last."""
    return f"discord commands {application_id}"


async def _has_all(tree: app_commands.CommandTree[Any]) -> bool:
    """Whether Discord still has commands of these names: somebody else may have overwritten them."""
    there = {(command.type, command.name) for command in await tree.fetch_commands()}
    return there == {(_type_of(command), command.name) for command in tree.get_commands()}


def _type_of(
    command: app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu,
) -> discord.AppCommandType:
    return command.type if isinstance(command, app_commands.ContextMenu) else discord.AppCommandType.chat_input


async def digest_of(tree: app_commands.CommandTree[Any]) -> str:
    """Return what tells two trees apart: all that is sent of them, translations included."""
    translator = tree.translator
    commands = [
        command.to_dict(tree) if translator is None else await command.get_translated_payload(tree, translator)
        for command in tree.get_commands()
    ]
    commands.sort(key=lambda each: (each.get("type", 1), each["name"]))
    return hashlib.sha256(json.dumps(commands, sort_keys=True).encode()).hexdigest()
