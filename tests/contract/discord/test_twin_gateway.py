"""The twin's gateway as discord.py lives with it: cut sockets, resumes, refused tokens and intents, shards."""

import asyncio

import aiohttp
import discord
import pytest

from tests.contract.discord.clients import Client, running
from tests.contract.discord.conftest import Point
from tests.twins.discord import DiscordTwin, File, Message

PNG = File("start.png", b"1")


async def hello(interaction: "discord.Interaction[Client]") -> None:
    """Answer something."""
    await interaction.response.send_message("hello")


async def test_a_resume_replays_what_was_missed(twin: DiscordTwin, client: Client) -> None:
    """What happens while the socket is away waits in the session; its three seconds begin with the delivery."""
    guild, ann = twin.guild("Studio"), twin.user("Ann")
    guild.join(ann)
    room = guild.channel("films")
    client.on = hello
    await (await ann.slash(room, "tween", start=PNG, prompt="x")).response()
    twin.drop_gateway()
    await twin.until(lambda: not twin.hub.live)
    asked = await ann.slash(room, "tween", start=PNG, prompt="missed")
    assert isinstance(await asked.response(), Message)
    assert (twin.hub.identifies, twin.hub.resumes, len(room.messages)) == (1, 1, 2)


async def test_a_refused_resume_leads_to_a_new_session(twin: DiscordTwin, client: Client) -> None:
    """INVALID_SESSION(false): the client identifies again, and what waited in the old session is lost."""
    twin.refuse_resume()
    twin.drop_gateway()
    await twin.until(lambda: twin.hub.identifies == 2)
    assert (twin.hub.resumes, len(twin.hub.sessions)) == (0, 1)


async def test_a_client_that_is_sent_away_comes_back(twin: DiscordTwin, client: Client) -> None:
    """RECONNECT: close, and resume."""
    await twin.hub.ask_to_reconnect()
    await twin.until(lambda: twin.hub.resumes == 1)


async def test_only_a_goodbye_ends_a_session(twin: DiscordTwin) -> None:
    """After close code 1000 there is nothing left to resume; after 4000, with which discord.py goes, there is."""
    for code, left in ((4000, 1), (1000, 1)):
        async with aiohttp.ClientSession() as session, session.ws_connect(twin.gateway_url) as socket:
            await socket.receive_json()
            await socket.send_json({"op": 2, "d": {"token": twin.token, "intents": 1, "properties": {}}})
            await socket.receive_json()
            await socket.close(code=code)
        await twin.until(lambda: not twin.hub.live)
        assert len(twin.hub.sessions) == left


async def test_a_wrong_token_does_not_get_in(twin: DiscordTwin) -> None:
    """401 on REST; 4004 on the gateway."""
    client = Client()
    with pytest.raises(discord.LoginFailure):
        await client.login("wrong")
    await client.close()
    assert len(twin.forgive()) == 1
    async with aiohttp.ClientSession() as session, session.ws_connect(twin.gateway_url) as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 1, "properties": {}}})
        await socket.receive()
        assert socket.close_code == 4004


async def test_a_privileged_intent_has_to_be_enabled(twin: DiscordTwin) -> None:
    """4014, which discord.py raises as PrivilegedIntentsRequired."""
    intents = discord.Intents.default()
    intents.message_content = True
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(twin, intents):
            pass


async def test_messages_are_bare_without_the_message_content_intent(point: Point) -> None:
    """A person's message has no content for the bot, unless it is a direct one or mentions it."""
    for allowed in (0, discord.Intents(message_content=True).value):
        async with DiscordTwin(limits=False, intents=allowed) as twin:
            point(twin)
            guild, ann = twin.guild("Studio"), twin.user("Ann")
            guild.join(ann)
            room = guild.channel("films")
            intents = discord.Intents.default()
            intents.message_content = bool(allowed)
            async with running(twin, intents) as client:
                seen: list[str] = []
                for channel, text in ((room, "a"), (ann.dm, "b"), (room, f"c {twin.bot.mention}")):
                    waiting = asyncio.create_task(client.wait_for("message", timeout=5))
                    await asyncio.sleep(0)
                    await ann.post(channel, text)
                    seen.append((await waiting).content[:1])
            assert seen == ["a" if allowed else "", "b", "c"]


async def test_shards_get_the_guilds_that_are_theirs(point: Point) -> None:
    """A guild's events go to shard (id >> 22) % count, direct messages to shard 0."""
    async with DiscordTwin(limits=False) as twin:
        point(twin)
        guilds = [twin.guild(f"g{number}") for number in range(4)]
        sockets: list[list[str]] = []
        for shard in range(2):
            async with aiohttp.ClientSession() as session, session.ws_connect(twin.gateway_url) as socket:
                await socket.receive_json()
                identify = {"token": twin.token, "intents": 1, "properties": {}, "shard": [shard, 2]}
                await socket.send_json({"op": 2, "d": identify})
                ready = await socket.receive_json()
                sockets.append([guild["id"] for guild in ready["d"]["guilds"]])
        assert sockets == [[str(g.id) for g in guilds if (g.id >> 22) % 2 == shard] for shard in range(2)]
        assert [len(ids) > 0 for ids in sockets] == [True, True]


async def test_a_guild_that_adds_the_bot_appears(twin: DiscordTwin, client: Client) -> None:
    """GUILD_CREATE, and its channels and threads as they are made."""
    waiting = asyncio.create_task(client.wait_for("thread_create", timeout=5))
    await asyncio.sleep(0)
    thread = twin.guild("New").channel("films", age_restricted=True).thread("takes")
    found = await waiting
    assert found.parent is not None
    assert (found.id, found.parent.name, found.is_nsfw()) == (thread.id, "films", True)
