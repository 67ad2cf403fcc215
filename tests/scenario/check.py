"""A check of the operator's: it refuses a prompt with the word *before* before, and one with *after* after."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

REASON = "not <@here> *today*, see https://rules.example"


class Check:
    """``asked`` are the questions, ``env`` the settings that name it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.env: dict[str, str] = {}

    @property
    def kinds(self) -> list[str]:
        """What kind of questions it was asked."""
        return [each["kind"] for each in self.asked]

    async def serve(self, request: web.Request) -> web.Response:
        """Answer."""
        asked = await request.json()
        assert "X-Tweenbot-Signature" in request.headers
        self.asked.append(asked)
        return web.json_response({"allow": asked["kind"] not in asked["prompt"].split(), "reason": REASON})


@asynccontextmanager
async def checking() -> AsyncIterator[Check]:
    """Run a check on loopback."""
    check = Check()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/check", check.serve)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    check.env = {
        "TWEENBOT_MODERATION_URL": f"http://127.0.0.1:{runner.addresses[0][1]}/check",
        "TWEENBOT_MODERATION_SECRET": "a secret of the operator's",
    }
    try:
        yield check
    finally:
        await runner.cleanup()
