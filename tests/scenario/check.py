"""A check of an operator, or of admins: it says no to the word *before* in a prompt before, and to *after* after."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

REASON = "not <@here> *today*, see https://rules.example"


class Check:
    """``asked`` are the questions, ``url`` its address, ``env`` the settings that make it the operator's."""

    def __init__(self) -> None:
        self.is_signed: list[bool] = []
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.env: dict[str, str] = {}

    @property
    def kinds(self) -> list[str]:
        """What kind of questions it was asked."""
        return [each["kind"] for each in self.asked]

    async def serve(self, request: web.Request) -> web.Response:
        """Answer."""
        asked = await request.json()
        self.is_signed.append("X-Tweenbot-Signature" in request.headers)
        self.asked.append(asked)
        return web.json_response({"allow": asked["kind"] not in asked["prompt"].split(), "reason": REASON})


@asynccontextmanager
async def checking(host: str = "127.0.0.1") -> AsyncIterator[Check]:
    """Run a check on loopback."""
    check = Check()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/check", check.serve)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
    check.url = f"http://{host}:{runner.addresses[0][1]}/check"
    check.env = {
        "TWEENBOT_MODERATION_URL": check.url,
        "TWEENBOT_MODERATION_SECRET": "a secret of the operator's",
    }
    try:
        yield check
    finally:
        await runner.cleanup()
