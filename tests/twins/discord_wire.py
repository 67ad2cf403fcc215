"""The front of the Discord twin: every HTTP request passes here, and every answer leaves from here."""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping

from aiohttp import web

from tests.twins import discord_payloads as payloads
from tests.twins.discord_calls import BASE, Call, Seen, read, seen_files
from tests.twins.discord_gateway import Session
from tests.twins.discord_limits import Limits, TooMany
from tests.twins.discord_places import User
from tests.twins.discord_posting import Upload
from tests.twins.discord_replies import Answer, RateLimited, Reply
from tests.twins.discord_rest import WITHOUT_BOT, Rest, route_of
from tests.twins.discord_state import GUILDS, State
from tests.twins.discord_values import Json, Refusal, bad_form
from tests.twins.replies import HoldAnswer, LoseAnswer, Refuse, Usual

Contract = Callable[[str, str, Mapping[str, str], object], list[str]]
_VIA = {"Via": "1.1 google"}
_CDN = ("/attachments/", "/ephemeral-attachments/")


class Front:
    """Reads, counts, remembers, and lets scripted replies have their way."""

    def __init__(self, state: State, rest: Rest, limits: Limits | None, token: str) -> None:
        self._state, self._rest, self._limits, self._token = state, rest, limits, token
        self.seen: list[Seen] = []
        self.violations: list[str] = []
        self.too_many = 0
        self._scripts: defaultdict[str, deque[Reply]] = defaultdict(deque)

    def script(self, kind: str, *replies: Reply) -> None:
        """Say what the next requests of a kind get."""
        self._scripts[kind].extend(replies)

    async def handle(self, request: web.Request, contract: Contract | None) -> web.StreamResponse:
        """Answer one request."""
        path = request.path.removeprefix(BASE)
        route = route_of(request.method, path) if request.path.startswith(f"{BASE}/") else None
        if request.path.startswith(_CDN) and request.method == "GET":
            path, route = request.path, ("cdn", {})
        kind = route[0] if route else "unknown"
        seen = Seen(kind, request.method, path, dict(request.query), self._auth(request))
        self.seen.append(seen)
        self._state.news.tell()
        try:
            response = await self._answer(request, seen, route[1] if route else None, contract)
        except Refusal as refusal:
            if refusal.broken:
                self.violations.append(f"{seen.method} {seen.path}: {refusal}")
            response = _json(refusal.status, refusal.body)
        except TooMany as many:
            self.too_many += 1
            response = _json(429, many.body, many.headers)
        seen.status = response.status
        self._state.news.tell()
        return response

    def _auth(self, request: web.Request) -> str:
        given = request.headers.get("Authorization")
        return "none" if given is None else "bot" if given == f"Bot {self._token}" else "wrong"

    async def _answer(
        self, request: web.Request, seen: Seen, params: Mapping[str, str] | None, contract: Contract | None
    ) -> web.Response:
        if params is None:
            raise Refusal(404, 0, "404: Not Found", broken=True)
        seen.body, files = await read(request)
        seen.files = seen_files(files)
        scripts = self._scripts[seen.kind]
        reply = scripts.popleft() if scripts else Usual()
        if (scripted := _instead(reply, request)) is not None:
            return scripted
        if seen.kind == "cdn":
            response = self._file(request, seen)
        else:
            if contract is not None:
                problems = contract(seen.method, seen.path, seen.query, seen.body)
                self.violations.extend(f"{seen.method} {seen.path}: {problem}" for problem in problems)
            response = self._usual(seen, params, files)
        if isinstance(reply, LoseAnswer):
            _hang_up(request)
        if isinstance(reply, HoldAnswer):
            reply.reached.set()
            self._state.news.tell()
            await reply.until.wait()
        return response

    def _file(self, request: web.Request, seen: Seen) -> web.Response:
        if seen.auth != "none":
            raise Refusal(403, 0, "the bot's token was shown to the CDN", broken=True)
        response = self._state.cdn.serve(request)
        response.headers.update(_VIA)
        return response

    def _usual(self, seen: Seen, params: Mapping[str, str], files: tuple[Upload, ...]) -> web.Response:
        if seen.auth == "wrong" or (seen.auth == "none" and seen.kind not in WITHOUT_BOT):
            raise Refusal(401, 0, "401: Unauthorized", broken=True)
        headers = self._counted(seen, params)
        try:
            status, body = self._rest.answer(Call(seen.kind, params, seen.query, seen.body, files))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise bad_form("_", f"not of the shape that this route takes: {error!r}") from error
        return _json(status, body, headers)

    def _counted(self, seen: Seen, params: Mapping[str, str]) -> dict[str, str]:
        if self._limits is None or seen.kind == "callback":
            return {}
        if seen.kind in WITHOUT_BOT:
            return self._limits.count("webhook", params["token"], by_bot=False)
        return self._limits.count(seen.kind, params.get("channel", ""), by_bot=True)


def _instead(reply: Reply, request: web.Request) -> web.Response | None:
    """Return what a reply puts in the place of the usual, None where the usual is to happen."""
    match reply:
        case Answer(status, code, message, via):
            response = _json(status, {"message": message, "code": code})
            if not via:
                del response.headers["Via"]
            return response
        case RateLimited(after, everywhere):
            raise TooMany(after, everywhere=everywhere)
        case Refuse():
            _hang_up(request)
            return web.Response()
        case _:
            return None


def _json(status: int, body: object, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return JSON with exactly the content type that discord.py looks for."""
    said = {**_VIA, **(headers or {})}
    if status == 204:
        return web.Response(status=204, headers=said)
    return web.Response(
        status=status, body=json.dumps(body).encode(), headers={"Content-Type": "application/json"} | said
    )


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def first_events(state: State, session: Session, gateway_url: str) -> list[tuple[str, Json]]:
    """Return READY, and GUILD_CREATE for the guilds of the session's shard."""
    bot: User = state.bot
    here = [g for g in state.guilds.values() if g.installed and session.serves(g)]
    ready: Json = {
        "v": 10,
        "user": payloads.user(bot),
        "guilds": [{"id": str(g.id), "unavailable": True} for g in here],
        "session_id": session.id,
        "resume_gateway_url": gateway_url,
        "shard": list(session.shard),
        "application": {"id": str(bot.id), "flags": 0},
    }
    events = [("READY", ready)]
    if session.intents & GUILDS:
        events += [("GUILD_CREATE", payloads.guild_create(guild, bot)) for guild in here]
    return events
