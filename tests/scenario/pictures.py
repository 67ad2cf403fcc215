"""A host with the example frames on it, at an address that a bot may be allowed to reach."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.scenario.tweenbot import EXAMPLES

HOST = "127.0.0.2"
ALLOWED = {"TWEENBOT_LINKS_ALLOW": f"{HOST}/32"}


@asynccontextmanager
async def pictures_served() -> AsyncIterator[str]:
    """Serve them; give where they are."""
    app = web.Application()
    app.router.add_static("/", EXAMPLES)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    try:
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
