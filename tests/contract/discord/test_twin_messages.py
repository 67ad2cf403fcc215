"""What Discord takes as a message, and from whom: sizes, nonces, mentions, permissions, addresses."""

import asyncio

import aiohttp
import discord
import pytest

from tests.contract.discord.clients import Client, of_bytes
from tests.twins.discord import Channel, DiscordTwin, LoseAnswer, Person

MIB = 1024 * 1024


async def test_a_file_over_the_limit_is_refused(twin: DiscordTwin, client: Client) -> None:
    """413/40005: over 10 MiB, at boost tier 2 over 50 MiB; exactly the limit is taken."""
    for tier, limit in ((0, 10 * MIB), (2, 50 * MIB)):
        room = twin.guild("Boosted", boost_tier=tier).channel("films")
        assert room.guild is not None
        await client.wait_for("guild_channel_create", timeout=5)
        here = client.get_channel(room.id)
        assert isinstance(here, discord.TextChannel)
        assert here.guild.filesize_limit == limit
        await here.send(file=of_bytes(limit))
        with pytest.raises(discord.HTTPException, match="40005"):
            await here.send(file=of_bytes(limit + 1))
        assert [m.attachment.size for m in room.messages] == [limit]


async def test_the_same_nonce_is_the_same_message(
    twin: DiscordTwin, room: Channel, here: discord.PartialMessageable
) -> None:
    """For a few minutes; also where the first answer was lost."""
    twin.script("message_create", LoseAnswer())
    with pytest.raises(aiohttp.ClientError):
        await here.send("once", nonce="job-17")
    again = await here.send("once", nonce="job-17")
    assert [message.id for message in room.messages] == [again.id]
    twin.pass_time(301)
    await here.send("later", nonce="job-17")
    assert len(room.messages) == 2
    with pytest.raises(discord.HTTPException, match="50035"):
        await here.send("x", nonce="n" * 26)
    twin.forgive()


async def test_only_those_who_are_allowed_are_notified(
    twin: DiscordTwin, room: Channel, here: discord.PartialMessageable
) -> None:
    """A mention in the text pings nobody with AllowedMentions.none(); everyone needs a permission of its own."""
    assert room.guild is not None
    ann, bob = twin.user("Ann"), twin.user("Bob")
    crew = room.guild.role("crew", mentionable=True)
    for person in (ann, bob):
        room.guild.join(person)
    text = f"{ann.mention} {bob.mention} {crew.mention} @everyone"
    none, only_ann = discord.AllowedMentions.none(), discord.AllowedMentions(users=[discord.Object(ann.id)])
    only_ann.everyone = only_ann.roles = False
    pings = []
    for allowed in (none, only_ann, discord.AllowedMentions.all()):
        await here.send(text, allowed_mentions=allowed)
        pings.append((await room.next_message()).pings)
    assert pings == [[], [ann], [ann, bob, crew]]
    await here.send(text, silent=True)
    assert (await room.next_message()).pings == []


async def test_permissions_are_those_of_the_channel(
    client: Client, room: Channel, here: discord.PartialMessageable
) -> None:
    """Without View Channel 50001, without Send Messages or Attach Files 50013; a thread has its own permission."""
    ordinary = discord.Permissions(room.bot_permissions)
    thread = client.get_partial_messageable(room.thread("takes").id)
    for lacking, target, code in (
        ("view_channel", here, "50001"),
        ("send_messages", here, "50013"),
        ("attach_files", here, "50013"),
        ("send_messages_in_threads", thread, "50013"),
        ("view_channel", thread, "50001"),
    ):
        fewer = discord.Permissions(ordinary.value)
        fewer.update(**{lacking: False})
        room.bot_permissions = fewer.value
        with pytest.raises(discord.Forbidden, match=code):
            await target.send("x", file=of_bytes(1))
    room.bot_permissions = ordinary.value
    await thread.send("x", file=of_bytes(1))


async def test_an_address_expires(twin: DiscordTwin, room: Channel, here: discord.PartialMessageable) -> None:
    """After a day, or with another signature, 404; a message that is read again has a fresh one."""
    sent = await here.send(file=of_bytes(5))
    stale = sent.attachments[0]
    twin.pass_time(86_401)
    with pytest.raises(discord.NotFound):
        await stale.read()
    fresh = (await here.fetch_message(sent.id)).attachments[0]
    assert await fresh.read() == bytes(5)
    async with aiohttp.ClientSession() as session:
        for url in (fresh.url.replace("hm=", "hm=0"), fresh.url.partition("?")[0]):
            async with session.get(url) as answer:
                assert answer.status == 404


async def test_messages_are_listed_newest_first(
    twin: DiscordTwin, room: Channel, here: discord.PartialMessageable
) -> None:
    """With limit, before and after."""
    sent = [await here.send(str(number)) for number in range(5)]
    assert [m.content async for m in here.history(limit=2)] == ["4", "3"]
    assert [m.content async for m in here.history(limit=2, before=sent[2])] == ["1", "0"]
    assert [m.content async for m in here.history(limit=2, after=sent[2])] == ["3", "4"]
    await sent[0].delete()
    with pytest.raises(discord.NotFound, match="10008"):
        await here.fetch_message(sent[0].id)


async def test_somebody_elses_message_cannot_be_edited(
    twin: DiscordTwin, room: Channel, here: discord.PartialMessageable
) -> None:
    """403/50005."""
    ann: Person = twin.user("Ann")
    assert room.guild is not None
    room.guild.join(ann)
    posted = await ann.post(room, "mine")
    with pytest.raises(discord.Forbidden, match="50005"):
        await here.get_partial_message(posted.id).edit(content="yours")


async def test_an_upload_that_breaks_off_is_no_message(twin: DiscordTwin, client: Client, room: Channel) -> None:
    """A process that dies half way through an upload leaves nothing behind, and is no violation."""
    _, writer = await asyncio.open_connection("127.0.0.1", int(twin.url.rpartition(":")[2]))
    head = f"POST /api/v10/channels/{room.id}/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bot {twin.token}\r\n"
    kind = "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n"
    part = '--b\r\nContent-Disposition: form-data; name="files[0]"; filename="v.mp4"\r\n\r\nhalf of it'
    writer.write((head + kind + part).encode())
    await twin.until(lambda: twin.requests("message_create"))
    assert writer.transport is not None
    writer.transport.abort()
    await client.get_partial_messageable(room.id).send("next")
    assert [message.text for message in room.messages] == ["next"]
    assert twin.violations == []
