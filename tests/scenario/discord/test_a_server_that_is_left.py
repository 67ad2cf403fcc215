"""A server that throws the bot out takes its rules back."""

import asyncio

from tests.scenario.discord.studio import Studio, answer
from tests.scenario.tweenbot import PATIENCE


async def test_its_rules_and_budgets_are_dropped(studio: Studio) -> None:
    """Should it come back, it begins without; but a server that is only not reached for a while keeps them."""
    boss = studio.somebody("Max", manages=True)
    hub = studio.discord.hub

    async def rules() -> str:
        return await answer(await boss.slash(studio.room, "tween-admin show"))

    async with studio.bot():
        await answer(await boss.slash(studio.room, "tween-admin channels", channel=studio.room))
        await answer(await boss.slash(studio.room, "tween-admin budget", usd=5.0))
        hub.tell("GUILD_DELETE", {"id": str(studio.guild.id), "unavailable": True}, studio.guild)
        studio.discord.state.appeared(studio.guild)
        for _ in range(3):
            assert f"**Channels:** <#{studio.room.id}>" in await rules()
        studio.guild.remove_bot()
        studio.guild.installed = True
        studio.discord.state.appeared(studio.guild)
        async with asyncio.timeout(PATIENCE):
            # It is dropped beside the commands that are answered meanwhile.
            while "**Channels:** all" not in await rules():
                continue
        assert "**Budgets:** none of its own" in await rules()
