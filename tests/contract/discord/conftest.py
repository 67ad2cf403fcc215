"""What the tests of the Discord room share: a twin, and the real discord.py pointed at it."""

import warnings
from collections.abc import AsyncIterator, Callable

import pytest
import yarl

with warnings.catch_warnings():
    # discord.player imports audioop, which Python 3.13 no longer has; discord.py has a package for it there.
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord

from tests.contract.discord.clients import Client, running
from tests.twins.discord import Channel, DiscordTwin

Point = Callable[[DiscordTwin], None]


@pytest.fixture
def point(monkeypatch: pytest.MonkeyPatch) -> Point:
    """Point discord.py at a twin, as the bot does from its environment."""

    def at(twin: DiscordTwin) -> None:
        monkeypatch.setattr(discord.http.Route, "BASE", twin.env["TWEENBOT_DISCORD_API_URL"])
        gateway = yarl.URL(twin.env["TWEENBOT_DISCORD_GATEWAY_URL"])
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)

    return at


@pytest.fixture
async def twin(point: Point) -> AsyncIterator[DiscordTwin]:
    """A twin without rate limits."""
    async with DiscordTwin(limits=False) as opened:
        point(opened)
        yield opened


@pytest.fixture
async def client(twin: DiscordTwin) -> AsyncIterator[Client]:
    """A client of discord.py that is on the gateway."""
    async with running(twin) as started:
        yield started


@pytest.fixture
def room(twin: DiscordTwin) -> Channel:
    """A text channel of an ordinary guild."""
    return twin.guild("Studio").channel("films")


@pytest.fixture
def here(client: Client, room: Channel) -> discord.PartialMessageable:
    """The same, as the bot has it."""
    return client.get_partial_messageable(room.id, guild_id=room.guild.id if room.guild else None)
