"""The bot's connection to Discord: log in, tell of the commands, listen; and an end that leaves nothing half done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import discord
import structlog

from adapters.discord.client import Hooks, TweenClient
from adapters.discord.errors import LIBRARY, said
from adapters.discord.sync import sync
from bot.domain.errors import PlatformAway, PlatformRefused, TweenError
from bot.ports import Servers

log = structlog.get_logger()

PATIENCE_S = 60.0
"""How long a start waits for a Discord that is away."""
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)
READY_S = 15.0
"""How long a start waits for the gateway; with many shards it goes on connecting after that."""
TOKEN, API_URL = "DISCORD_TOKEN", "TWEENBOT_DISCORD_API_URL"


class Connection:
    """One client, logged in while :meth:`opened` is open, and connected while :meth:`listening` is."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.client = TweenClient()
        self.lost = asyncio.Event()
        """Set when the gateway has turned the bot out for good: only another start can mend that."""
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """What files are fetched with, while the connection is open; it sends no token."""
        assert self._session is not None, "the connection is not open"
        return self._session

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Log in; raise :class:`PlatformRefused` or :class:`PlatformAway`. That is all it takes to edit and to post."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            self._session = session
            try:
                await self._log_in()
                yield
            finally:
                await self.client.close()

    @asynccontextmanager
    async def listening(self, hooks: Hooks, servers: Servers) -> AsyncIterator[None]:
        """Take commands and clicks."""
        await self.client.hook(hooks)
        await self._tell_of_commands(servers)
        gateway = asyncio.create_task(self._listen(), name="discord gateway")
        ready = asyncio.create_task(self.client.wait_until_ready(), name="discord ready")
        try:
            await asyncio.wait((gateway, ready), timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                log.warning("discord_not_ready", waited_s=READY_S)
            yield
        finally:
            for task in (gateway, ready):
                task.cancel()
            await asyncio.gather(gateway, ready, return_exceptions=True)

    async def _log_in(self) -> None:
        ends = asyncio.get_running_loop().time() + PATIENCE_S
        for pause in (*PAUSES, *[PAUSES[-1]] * 10):
            try:
                return await self.client.login(self._token)
            except discord.LoginFailure as error:
                raise PlatformRefused("Discord", TOKEN, "it takes the token for none of its own") from error
            except discord.HTTPException as error:
                problem = said(error)
                if error.status < 500 and error.status != 429:
                    raise PlatformRefused("Discord", TOKEN, problem) from error
            except LIBRARY as error:
                problem = type(error).__name__
            if asyncio.get_running_loop().time() + pause > ends:
                break
            log.warning("discord_away", error=problem, again_in_s=pause)
            await asyncio.sleep(pause)
        raise PlatformAway("Discord", API_URL, problem)

    async def _tell_of_commands(self, servers: Servers) -> None:
        assert self.client.application_id is not None
        try:
            await sync(self.client.tree, self.client.application_id, servers)
        except (*LIBRARY, TweenError) as error:
            # Those that Discord knows go on working.
            log.exception("commands_not_synced", error=type(error).__name__)

    async def _listen(self) -> None:
        """Be on the gateway. The client stays open: the jobs that are still under way edit and post with it."""
        try:
            await self.client.connect()
        except LIBRARY as error:
            log.exception("discord_gateway_lost", error=type(error).__name__)
            self.lost.set()
