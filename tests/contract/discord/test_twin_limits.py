"""The twin's rate limits and scripted bad luck, as discord.py takes them."""

import asyncio

import aiohttp
import discord
import pytest

from tests.contract.discord.clients import running
from tests.contract.discord.conftest import Point
from tests.twins.discord import TOKEN, Answer, DiscordTwin, HoldAnswer, RateLimited, Refuse, Usual

HEADERS = {"Content-Type": "application/json"}
WITH_TOKEN = f"Bot {TOKEN}"


async def test_a_client_that_ignores_the_headers_gets_429(point: Point) -> None:
    """The sixth message within five seconds; with what to wait, and for whom, in headers and body."""
    async with DiscordTwin() as twin, aiohttp.ClientSession(headers={"Authorization": f"Bot {twin.token}"}) as session:
        room = twin.guild("Studio").channel("films")
        url = f"{twin.url}/api/v10/channels/{room.id}/messages"
        for left in (4, 3, 2, 1, 0):
            async with session.post(url, json={"content": "x"}) as answer:
                assert (answer.status, answer.headers["X-RateLimit-Remaining"]) == (200, str(left))
                assert answer.headers["Content-Type"] == "application/json"
        async with session.post(url, json={"content": "x"}) as answer:
            body = await answer.json()
            assert (answer.status, answer.headers["Via"], body["global"]) == (429, "1.1 google", False)
            assert 0 < body["retry_after"] <= 5
        twin.pass_time(5)
        async with session.post(url, json={"content": "x"}) as answer:
            assert answer.status == 200
        assert (twin.too_many, len(room.messages)) == (1, 6)


async def test_the_bots_token_has_fifty_requests_a_second(point: Point) -> None:
    """The 51st is told to wait everywhere."""
    async with DiscordTwin() as twin, aiohttp.ClientSession(headers={"Authorization": f"Bot {twin.token}"}) as session:
        statuses = []
        for _ in range(51):
            async with session.get(f"{twin.url}/api/v10/users/@me") as answer:
                statuses.append(answer.status)
                everywhere = answer.headers.get("X-RateLimit-Global")
        assert (statuses[:50], statuses[50:], everywhere) == ([200] * 50, [429], "true")


async def test_messages_of_an_hour_ago_are_edited_rarely(point: Point) -> None:
    """Three times in 20 seconds, then 429/30046."""
    async with DiscordTwin() as twin, aiohttp.ClientSession(headers={"Authorization": f"Bot {twin.token}"}) as session:
        room = twin.guild("Studio").channel("films")
        url = f"{twin.url}/api/v10/channels/{room.id}/messages"
        async with session.post(url, json={"content": "x"}) as answer:
            url += "/" + (await answer.json())["id"]
        twin.pass_time(3601)
        codes = []
        for number in range(4):
            async with session.patch(url, json={"content": str(number)}) as answer:
                codes.append((answer.status, (await answer.json()).get("code")))
        assert codes == [(200, None)] * 3 + [(429, 30046)]


async def test_discord_py_waits_as_it_is_told(point: Point) -> None:
    """A scripted 429 is waited for; one without Via is taken for a ban."""
    async with DiscordTwin(limits=False) as twin:
        point(twin)
        room = twin.guild("Studio").channel("films")
        async with running(twin) as client:
            here = client.get_partial_messageable(room.id)
            twin.script("message_create", RateLimited(0.01), Usual(), Answer(429, via=False))
            await here.send("after a while")
            with pytest.raises(discord.HTTPException):
                await here.send("banned")
        assert (twin.too_many, [m.text for m in room.messages]) == (1, ["after a while"])
        assert [seen.status for seen in twin.requests("message_create")] == [429, 200, 429]


async def test_a_refused_request_does_nothing_and_a_held_one_waits(point: Point) -> None:
    """The connection breaks before anything happens; a held answer comes after what it tells of."""
    async with DiscordTwin(limits=False) as twin:
        point(twin)
        room = twin.guild("Studio").channel("films")
        async with running(twin) as client:
            here = client.get_partial_messageable(room.id)
            held = HoldAnswer(asyncio.Event())
            twin.script("message_create", Refuse(), held)
            with pytest.raises(aiohttp.ClientError):
                await here.send("nothing")
            assert room.messages == []
            sending = asyncio.create_task(here.send("done"))
            await held.reached.wait()
            assert ([m.text for m in room.messages], sending.done()) == (["done"], False)
            held.until.set()
            await sending


@pytest.mark.parametrize(
    ("method", "path", "auth", "body", "status"),
    [
        ("GET", "/api/v10/nothing", WITH_TOKEN, None, 404),
        ("GET", "/api/v9/users/@me", WITH_TOKEN, None, 404),
        ("DELETE", "/api/v10/users/@me", WITH_TOKEN, None, 404),
        ("GET", "/api/v10/users/@me", "", None, 401),
        ("PUT", "/api/v10/applications/{app}/commands", WITH_TOKEN, b"{", 400),
        ("PUT", "/api/v10/applications/{app}/commands", WITH_TOKEN, b'[{"name": "Tween", "description": "x"}]', 400),
        ("PUT", "/api/v10/applications/{app}/commands", WITH_TOKEN, b'[{"name": "tween"}]', 400),
        ("POST", "/api/v10/channels/{room}/messages", WITH_TOKEN, b"[]", 400),
        ("POST", "/api/v10/channels/{room}/messages", WITH_TOKEN, b"{}", 400),
        ("POST", "/api/v10/channels/{room}/messages", WITH_TOKEN, b'{"content": "x", "flags": 64}', 400),
        ("POST", "/api/v10/channels/{room}/messages", WITH_TOKEN, b'{"content": "x", "attachments": 7}', 400),
        ("GET", "/attachments/1/2/x.png", WITH_TOKEN, None, 403),
    ],
)
async def test_what_no_good_bot_sends_is_a_violation(
    method: str, path: str, auth: str, body: bytes | None, status: int
) -> None:
    """Refused with Discord's status, and remembered until the end."""
    twin = DiscordTwin()
    await twin.start()
    room = twin.guild("Studio").channel("films")
    headers = HEADERS | ({"Authorization": auth} if auth else {})
    url = twin.url + path.format(app=twin.bot.id, room=room.id)
    async with aiohttp.ClientSession() as session, session.request(method, url, headers=headers, data=body) as answer:
        assert answer.status == status
    assert twin.violations
    with pytest.raises(AssertionError, match="Discord would not have taken"):
        await twin.__aexit__(None, None, None)
