"""The board twin's bad days: refusals, failures, hanging calls and lost answers, by a seed."""

import asyncio
import random
from dataclasses import dataclass, field

from aiohttp import web

KINDS = ("busy", "failure", "gateway", "hang", "cut", "lost")
"""429 with Retry-After, 500, 502 (done or not), a hang and then a cut, a cut unread, done but the answer is lost."""


@dataclass
class Faults:
    """Strikes a call with the chance ``rate`` (0..1); ``struck`` counts the faults of each kind."""

    rate: float = 0.0
    seed: int = 0
    hang_s: float = 1.0
    struck: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def next(self) -> str | None:
        """Return the fault of this call, None where all is well."""
        if self._random.random() >= self.rate:
            return None
        kind = self._random.choice(KINDS)
        self.struck[kind] = self.struck.get(kind, 0) + 1
        return kind

    async def before(self, fault: str | None, request: web.Request) -> web.Response | None:
        """Return what is answered in the place of the usual; None where the usual happens."""
        match fault:
            case "busy":
                seconds = f"{self._random.uniform(0.05, 0.5):.2f}"
                return web.json_response({"message": "slow down"}, status=429, headers={"Retry-After": seconds})
            case "failure":
                return web.json_response({"message": "internal error"}, status=500)
            case "gateway" if self._random.random() < 0.5:
                return web.Response(status=502, text="<html>bad gateway</html>", content_type="text/html")
            case "hang":
                await asyncio.sleep(self._random.uniform(0.1, self.hang_s))
                return cut(request)
            case "cut":
                return cut(request)
            case _:
                return None

    def after(self, fault: str | None, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
        """Return what becomes of the usual answer."""
        match fault:
            case "gateway":
                return web.Response(status=502, text="<html>bad gateway</html>", content_type="text/html")
            case "lost":
                return cut(request)
            case _:
                return answer


def cut(request: web.Request) -> web.Response:
    """Break the connection."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
