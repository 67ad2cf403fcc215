"""A check on loopback that answers what a test says, and a moderator that asks it over real HTTP."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp import web

from adapters.links.addresses import ANYWHERE
from adapters.links.fetch import GuardedLinks, Patience
from adapters.moderation.check import Operators
from adapters.moderation.moderator import WebModerator
from bot.domain.job import Job
from bot.domain.media import Frame
from bot.domain.request import Author, Command, ImageRef
from bot.domain.server import Rules
from bot.flow.accept import accept
from config import catalogue

ADMINS = "127.0.0.2"
"""Where admins may have checks, as if it were a public address; the operator's is on this machine."""
NOW = 1_780_000_000.5


@dataclass(frozen=True)
class Text:
    """An answer as it is written."""

    body: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self) -> web.Response:
        """Make it."""
        return web.Response(text=self.body, status=self.status, headers=self.headers)


@dataclass
class Check:
    """A check. ``answers`` are given one after the other, the last one again and again."""

    url: str = ""
    answers: list[Any] = field(default_factory=lambda: [{"allow": True}])
    asked: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer."""
        body = await request.read()
        self.bodies.append(body)
        self.asked.append(json.loads(body))
        self.headers.append(dict(request.headers))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer) and not isinstance(answer, Text):
            said: web.StreamResponse = await answer(request)
            return said
        return answer() if isinstance(answer, Text) else web.json_response(answer)


@dataclass
class Bench:
    """A moderator with both checks; the rules of a server that has one, too."""

    moderator: WebModerator
    own: Check
    admins: Check
    job: Job
    frames: tuple[Frame, Frame] = (
        Frame("start", b"png", "image/png", 8, 8),
        Frame("end", b"jpeg", "image/jpeg", 8, 8),
    )

    @property
    def rules(self) -> Rules:
        """Rules with a check."""
        return Rules(check_url=self.admins.url)


@pytest.fixture
async def checks() -> AsyncIterator[tuple[Check, Check]]:
    """Run the operator's check and the admins'."""
    runners, found = [], []
    for address in ("127.0.0.1", ADMINS):
        check = Check()
        app = web.Application(client_max_size=100 * 1024 * 1024)
        app.router.add_route("*", "/{tail:.*}", check.serve)
        runner = web.AppRunner(app, shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, address, 0).start()
        check.url = f"http://{address}:{runner.addresses[0][1]}/check?key=of-a-path"
        runners.append(runner)
        found.append(check)
    yield found[0], found[1]
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def bench(checks: tuple[Check, Check]) -> AsyncIterator[Bench]:
    own, admins = checks
    command = Command(
        "c1", Author("chat", "ann", "studio"), ImageRef("a", "a"), ImageRef("b", "b"), "it rains “cats”", {}
    )
    job = accept(command, catalogue.load()[catalogue.DEFAULT_ENDPOINT], 0.0)
    patience = Patience(connect=2.0)
    async with (
        GuardedLinks(ANYWHERE, patience=patience) as anywhere,
        GuardedLinks([ip_network(f"{ADMINS}/32")], patience=patience) as guarded,
    ):
        operators = Operators(anywhere, own.url, "a secret of the operator's")
        yield Bench(WebModerator(operators, guarded, lambda: NOW, deadline=2.0), own, admins, job)
