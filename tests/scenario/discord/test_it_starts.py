"""How the bot begins where Discord does not let it in, is away, or is not wanted."""

from dataclasses import replace

from tests.scenario.at_fal import at
from tests.scenario.bot import free_port, running
from tests.scenario.discord.studio import Studio
from tests.scenario.tweenbot import ended, started
from tests.twins import discord_contract
from tests.twins.discord import DiscordTwin

HERE = {"TWEENBOT_HTTP_PORT": "0"}
WRONG = "bm9i.not-a-token.0123456789"
START_IT_AGAIN = 75
"""The exit status by which whatever watches over a process starts it again."""


async def test_a_wrong_token(studio: Studio) -> None:
    """One line names the setting, without its value; the process ends."""
    run = await ended(studio.folder, "run", env=studio.env | HERE | {"DISCORD_TOKEN": WRONG})
    assert studio.discord.forgive()
    assert run.status == 1
    assert "Check DISCORD_TOKEN" in run.err
    assert WRONG not in run.err + run.out
    assert "Traceback" not in run.err


async def test_discord_is_away(studio: Studio) -> None:
    """It is waited for, and then all goes its way."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    away = {
        "TWEENBOT_DISCORD_API_URL": f"http://{address}/api/v10",
        "TWEENBOT_DISCORD_GATEWAY_URL": f"ws://{address}/gateway",
    }
    discord = DiscordTwin()
    discord.contract = discord_contract.problems
    async with started(studio.folder, "run", env=studio.env | HERE | away) as bot:
        await bot.error("discord_away")
        await discord.start(port)
        await bot.until("tweenbot ready on ")
        await discord.until_online()
        await discord.close()
    assert discord.violations == []


async def test_without_a_token_there_is_no_discord(studio: Studio) -> None:
    """The local channel is there all the same, and Discord hears nothing of it."""
    async with running(studio.folder, at(studio.fal)) as bot:
        assert (await bot.health())["status"] == "ok"
    assert studio.discord.seen == []


async def test_a_token_that_is_taken_back(studio: Studio) -> None:
    """The gateway turns the bot out for good: the process ends, to be started again by whatever watches over it."""
    doorway = studio.discord.hub.doorway
    assert doorway is not None
    async with studio.bot() as bot:
        studio.discord.hub.doorway = replace(doorway, token="another")
        studio.discord.drop_gateway()
        end = await bot.process.end()
    assert end.status == START_IT_AGAIN
    assert studio.discord.token not in end.err
