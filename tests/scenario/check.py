"""A check of an operator, or of admins: it says no to the word *before* in a prompt before, and to *after* after."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

REASON = "not <@here> *today*, see https://rules.example"


class Check:
    """``asked`` are the questions, ``url`` its address, ``env`` the settings that make it the operator's.

    ``refuses``: it says no to everything. ``secret``: whatever is not signed with it is answered with 403.
    """

    def __init__(self) -> None:
        self.refuses = False
        self.secret: str | None = None
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
        if self.secret is not None and not await self._knows(request):
            return web.Response(status=403)
        asked = await request.json()
        self.is_signed.append("X-Tweenbot-Signature" in request.headers)
        self.asked.append(asked)
        allow = not self.refuses and asked["kind"] not in asked["prompt"].split()
        return web.json_response({"allow": allow, "reason": REASON})

    async def _knows(self, request: web.Request) -> bool:
        signed = f"{request.headers['X-Tweenbot-Timestamp']}.".encode() + await request.read()
        ours = hmac.new(str(self.secret).encode(), signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(ours, request.headers["X-Tweenbot-Signature"])


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
