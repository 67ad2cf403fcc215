"""Looks at the bot's application as Discord knows it, over REST alone: it opens no gateway, and puts nothing.

What is looked at: the application (Discord's documentation, "Get Current Application"), its commands, its servers, and
how many connections to the gateway are left ("Get Gateway Bot").
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from functools import partial
from typing import Any

import discord
from discord.http import Route

from adapters.discord.access import NEEDED
from adapters.discord.admin import Admin
from adapters.discord.client import CommandTree, TweenClient
from adapters.discord.commands import Commands
from adapters.discord.connection import API_URL
from adapters.discord.errors import LIBRARY, said
from adapters.discord.recent import Recent
from adapters.discord.sync import digest_of, note_of
from adapters.discord.translate import Translator
from bot.domain.check import Check, Mark
from bot.domain.errors import PlatformAway, TweenError
from bot.domain.model import Model
from bot.ports import Servers
from bot.wording import doctor as words
from bot.wording.refusals import explain

ANSWER_S = 15.0
"""How long somebody who waits for the answer to one question is kept waiting."""
ASKED_FOR = (*NEEDED, "send_messages_in_threads", "embed_links")
"""What an invitation asks for: threads are channels too, and what a card links to is to be seen."""
INVITE = "https://discord.com/oauth2/authorize?client_id={id}&scope=bot+applications.commands&permissions={permissions}"
TO_ACCOUNT = "https://discord.com/oauth2/authorize?client_id={id}&scope=applications.commands&integration_type=1"
GUILD_INSTALL, USER_INSTALL = "0", "1"
"""Keys of ``integration_types_config`` (Discord's documentation, "Application Integration Types")."""
REFUSED = Check(words.TOKEN, Mark.MEND, words.NOT_DISCORDS, words.RIGHT_ONE)
MOST_SERVERS = 200
"""Servers of one answer at most ("Get Current User Guilds")."""


async def checks(token: str, model: Model, servers: Servers | None) -> AsyncIterator[Check]:
    """Look at everything. ``servers`` has the note of the commands that were put; None where the store is unusable."""
    # What the library would warn of is said here, in our words.
    logging.getLogger("discord").setLevel(logging.ERROR)
    if not (token.strip().isascii() and token.strip().isprintable()):
        # It could not stand in a header.
        yield REFUSED
        return
    client = TweenClient()
    try:
        if (problem := await _problem_with(token, client)) is not None:
            yield problem
            return
        assert client.application_id is not None
        yield Check(words.TOKEN, Mark.OK, words.token_of(str(client.user), client.application_id))
        for name, look in (
            (words.COMMANDS_COME, partial(_application, client)),
            (words.COMMANDS, partial(_commands, client, model, servers)),
            (words.SERVERS, partial(_servers, client)),
            (words.SESSIONS, partial(_sessions, client)),
        ):
            for each in await _found(name, look):
                yield each
        yield Check(words.INVITE, Mark.OK, invite_link(client.application_id))
        yield Check(words.USER_LINK, Mark.OK, TO_ACCOUNT.format(id=client.application_id))
    finally:
        await client.close()


def invite_link(application_id: int) -> str:
    """Return the link that brings the bot into a server, with the permissions that it needs and no other."""
    permissions = discord.Permissions(**dict.fromkeys(ASKED_FOR, True))
    return INVITE.format(id=application_id, permissions=permissions.value)


async def _problem_with(token: str, client: TweenClient) -> Check | None:
    """Log in; return what is wrong with that, if anything."""
    try:
        async with asyncio.timeout(ANSWER_S):
            await client.login(token)
    except discord.LoginFailure:
        return REFUSED
    except LIBRARY as error:
        return _not_answered(words.TOKEN, error)
    return None


async def _found(name: str, look: Callable[[], Awaitable[list[Check]]]) -> list[Check]:
    try:
        async with asyncio.timeout(ANSWER_S):
            return await look()
    except (*LIBRARY, TweenError) as error:
        return [_not_answered(name, error)]


def _not_answered(name: str, error: BaseException) -> Check:
    if isinstance(error, TweenError):
        return Check(name, Mark.MEND, words.NOT_ANSWERED, explain(error))
    why = said(error) if isinstance(error, discord.HTTPException) else type(error).__name__
    return Check(name, Mark.MEND, words.NOT_ANSWERED, explain(PlatformAway("Discord", API_URL, why)))


async def _application(client: TweenClient) -> list[Check]:
    """Check whether commands come over the gateway, what the bot hears there, and where it may be installed."""
    about: dict[str, Any] = await client.http.request(Route("GET", "/applications/@me"))
    here = int(about["id"])
    if about.get("interactions_endpoint_url"):
        gateway = Check(words.COMMANDS_COME, Mark.MEND, words.ENDPOINT_SET, words.endpoint_mend(here))
    else:
        gateway = Check(words.COMMANDS_COME, Mark.OK, words.GATEWAY)
    return [gateway, Check(words.INTENTS, Mark.OK, words.ONLY_GUILDS), _installs(about, here)]


def _installs(about: dict[str, Any], application_id: int) -> Check:
    # An application that says nothing of it is older than installs to accounts.
    kinds: Collection[str] = about.get("integration_types_config") or {GUILD_INSTALL}
    if GUILD_INSTALL not in kinds:
        mend = words.installs_mend("Guild Install", application_id)
        return Check(words.INSTALLS, Mark.MEND, words.NO_GUILD_INSTALL, mend)
    if about.get("bot_require_code_grant"):
        return Check(words.INSTALLS, Mark.MEND, words.CODE_GRANT, words.CODE_GRANT_MEND)
    if USER_INSTALL not in kinds:
        mend = words.installs_mend("User Install", application_id)
        return Check(words.INSTALLS, Mark.LOOK, words.NO_USER_INSTALL, mend)
    return Check(words.INSTALLS, Mark.OK, words.BOTH_INSTALLS)


async def _commands(client: TweenClient, model: Model, servers: Servers | None) -> list[Check]:
    """Check whether Discord has the commands as this version would put them at its start."""
    assert client.application_id is not None
    tree = await _own_tree(client, model)
    ours = {_shown(command.to_dict(tree)) for command in tree.get_commands()}
    there = {_shown(command) for command in await client.http.get_global_commands(client.application_id)}
    noted = None if servers is None else await servers.note(note_of(client.application_id))
    if ours == there and (servers is None or noted == await digest_of(tree)):
        return [Check(words.COMMANDS, Mark.OK, words.IN_SYNC)]
    return [Check(words.COMMANDS, Mark.OK, words.will_be_put(sorted(ours - there), sorted(there - ours)))]


async def _own_tree(client: TweenClient, model: Model) -> CommandTree:
    """Return the client's tree as a bot that starts fills it; nothing in it is ever called."""
    nobody: Any = None
    Commands(model, nobody, nobody, nobody, Recent(nobody)).add_to(client.tree)
    client.tree.add_command(Admin(model, nobody).group())
    await client.tree.set_translator(Translator())
    return client.tree


def _shown(command: Any) -> str:  # noqa: ANN401  # a command as Discord writes it
    slash = command.get("type", 1) == discord.AppCommandType.chat_input.value
    return f"/{command['name']}" if slash else str(command["name"])


async def _servers(client: TweenClient) -> list[Check]:
    count = len([each async for each in client.fetch_guilds(limit=MOST_SERVERS, with_counts=False)])
    if count == 0:
        return [Check(words.SERVERS, Mark.LOOK, words.NO_SERVERS, words.NO_SERVERS_MEND)]
    return [Check(words.SERVERS, Mark.OK, words.servers(count, MOST_SERVERS))]


async def _sessions(client: TweenClient) -> list[Check]:
    shards, _, limit = await client.http.get_bot_gateway()
    told = words.sessions(limit["remaining"], limit["total"], shards)
    if limit["remaining"] >= shards:
        return [Check(words.SESSIONS, Mark.OK, told)]
    return [Check(words.SESSIONS, Mark.MEND, told, words.sessions_mend(limit["reset_after"] / 3_600_000))]
