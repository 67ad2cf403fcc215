"""A receiver of webhooks in a test: fal's routes on a real socket, and a store that notes what arrives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from adapters.fal.credentials import Credentials
from adapters.fal.patience import Patience
from adapters.fal.provider import FalProvider
from adapters.fal.webhook import Webhooks
from bot.domain.errors import StoreAway
from tests.contract.fal.conftest import ARGUMENTS, ENDPOINT
from tests.twins.fal import FalTwin
from tests.twins.fal_jobs import TwinJob

TOKEN = "t0ken-of-one-job_that-nobody-else-knows-0123"


@dataclass
class Receiver:
    """What came, and how the store takes it: ``away`` times not at all, and ``knows`` the secrets of jobs or not."""

    url: str = ""
    away: int = 0
    knows: bool = True
    wall: float = 1_800_000_000.0
    arrived: list[tuple[str, str]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, token: str, request_id: str) -> bool:
        """Take a webhook's word, as the store does."""
        if self.away > 0:
            self.away -= 1
            raise StoreAway
        if self.knows:
            self.arrived.append((token, request_id))
            self.news.set()
        return self.knows

    def clock(self) -> float:
        """Epoch seconds."""
        return self.wall


@asynccontextmanager
async def receiving(base_url: str, receiver: Receiver) -> AsyncIterator[Webhooks]:
    """Serve a receiver whose keys come from this fal."""
    async with Webhooks(base_url, receiver.take, receiver.clock) as webhooks:
        app = web.Application()
        app.add_routes(webhooks.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield webhooks
        finally:
            await runner.cleanup()


async def called_back(fal: FalTwin, receiver: Receiver, patience: Patience, token: str = TOKEN) -> TwinJob:
    """Submit a job that calls back with this secret."""
    own = Credentials("a test", fal.key)
    async with FalProvider(own, fal.url, webhook_base=receiver.url, patience=patience) as provider:
        await provider.submit(ENDPOINT, ARGUMENTS, token)
    return await fal.next_job()
