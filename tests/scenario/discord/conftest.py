"""The studio that every situation on Discord begins with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenario.discord.studio import Studio
from tests.twins import discord_contract
from tests.twins.discord import DiscordTwin
from tests.twins.fal import FalTwin


@pytest.fixture
async def discord() -> AsyncIterator[DiscordTwin]:
    """A Discord that holds every request against the official document."""
    if not discord_contract.is_available():
        pytest.skip(discord_contract.WHY_SKIPPED)
    async with DiscordTwin() as twin:
        twin.contract = discord_contract.problems
        yield twin


@pytest.fixture
def studio(discord: DiscordTwin, fal: FalTwin, tmp_path: Path, photos: tuple[Path, Path]) -> Studio:
    """A server with one channel and one member."""
    guild = discord.guild("Studio")
    room, ann = guild.channel("films"), discord.user("Ann")
    guild.join(ann)
    return Studio(discord, fal, tmp_path, photos, guild, room, ann)
