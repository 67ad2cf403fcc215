"""The twin's gateway: sessions, shards, heartbeats, resuming (Discord's page "Gateway", read 2026-11).

A session outlives its socket. What happens meanwhile waits in it, and a RESUME replays what the client has not seen.
"""

import asyncio
import json
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.twins.discord_places import Guild
from tests.twins.discord_state import GUILD_MEMBERS, MESSAGE_CONTENT
from tests.twins.discord_values import Json, News

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = (
    0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11,
)  # fmt: skip
PRIVILEGED = GUILD_MEMBERS | 1 << 8 | MESSAGE_CONTENT
_ALL_INTENTS = (1 << 26) - 1
HEARTBEAT_MS = 41_250


class Line:
    """One socket; compressed as a whole (``zlib-stream``) where the client asked for it."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._request, self._socket = request, socket
        self._zlib = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        self._lock = asyncio.Lock()

    async def send(self, op: int, data: object, *, name: str | None = None, seq: int | None = None) -> None:
        """Send one message."""
        text = json.dumps({"op": op, "d": data, "t": name, "s": seq})
        async with self._lock:
            if self._zlib is None:
                await self._socket.send_str(text)
            else:
                squeezed = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
                await self._socket.send_bytes(squeezed)

    async def close(self, code: int) -> None:
        """Close with one of Discord's codes."""
        await self._socket.close(code=code)

    def cut(self) -> None:
        """Break the connection without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()


@dataclass(eq=False)
class Session:
    """What one IDENTIFY began. ``events`` holds all that it was told, in order; a sequence number is an index + 1."""

    id: str
    shard: tuple[int, int]
    intents: int
    events: list[tuple[str, Json]] = field(default_factory=list)
    line: Line | None = None
    sent: int = 0
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, name: str, data: Json) -> None:
        """Put an event at the end."""
        self.events.append((name, data))
        self.more.set()

    def serves(self, guild: Guild | None) -> bool:
        """Whether a guild's events are this shard's; direct messages are shard 0's."""
        number, count = self.shard
        return number == ((guild.id >> 22) % count if guild else 0)


@dataclass(frozen=True)
class Doorway:
    """What a client has to show, and what it gets to see first."""

    token: str
    intents_allowed: int
    ready: Callable[[Session], list[tuple[str, Json]]]
    """The first events of a session: READY and its guilds."""
    delivered: Callable[[Json], None]
    """Called with each interaction when it is sent to a socket."""


class Hub:
    """All sessions and sockets. A ``Gateway`` for the state."""

    def __init__(self, news: News) -> None:
        self.doorway: Doorway | None = None
        self.sessions: dict[str, Session] = {}
        self.identifies = self.resumes = 0
        self.refusing_resume = False
        self._news = news
        self._lines: set[Line] = set()

    @property
    def live(self) -> list[Session]:
        """Sessions with a socket."""
        return [session for session in self.sessions.values() if session.line is not None]

    def tell(self, name: str, data: Json, guild: Guild | None, *, needs: int = 0, bare: Json | None = None) -> None:
        """Put an event before every session that it is for."""
        for session in self.sessions.values():
            if session.serves(guild) and (not needs or session.intents & needs):
                readable = bare is None or session.intents & MESSAGE_CONTENT
                session.tell(name, data if readable or bare is None else bare)
        self._news.tell()

    def cut(self) -> None:
        """Break every socket; the sessions stay."""
        for line in list(self._lines):
            line.cut()

    async def ask_to_reconnect(self) -> None:
        """Send every client away and back (RECONNECT), as Discord does when it restarts a node."""
        for line in list(self._lines):
            await line.send(RECONNECT, None)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Speak with one client until either side ends it."""
        socket = web.WebSocketResponse(compress=False, max_msg_size=4096)
        await socket.prepare(request)
        line = Line(request, socket)
        self._lines.add(line)
        talk = _Talk(self, line)
        try:
            await line.send(HELLO, {"heartbeat_interval": HEARTBEAT_MS, "_trace": []})
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT or not await talk.hear(frame.data):
                    break
        finally:
            self._lines.discard(line)
            talk.end(socket.close_code)
            self._news.tell()
        return socket

    def first_events(self, session: Session) -> list[tuple[str, Json]]:
        """What a session hears first."""
        assert self.doorway is not None
        return self.doorway.ready(session)


class _Talk:
    """One socket's conversation."""

    def __init__(self, hub: Hub, line: Line) -> None:
        self._hub, self._line = hub, line
        self._session: Session | None = None
        self._writer: asyncio.Task[None] | None = None

    async def hear(self, text: str) -> bool:
        """Take one message; False when the socket is closed over it."""
        code = 0
        try:
            said = json.loads(text)
            op, data = said["op"], said.get("d")
        except (ValueError, KeyError, TypeError):
            await self._line.close(4002)
            return False
        match op:
            case 1:
                await self._line.send(ACK, None)
            case 2:
                code = 4005 if self._session else self._identify(data)
            case 6:
                code = 4005 if self._session else await self._resume(data)
            case 3 | 4 | 8:
                code = 0 if self._session else 4003
            case _:
                code = 4001
        if code:
            await self._line.close(code)
        self._hub._news.tell()
        return not code

    def end(self, close_code: int | None) -> None:
        """The socket is gone. A client that closes with 1000 or 1001 ends its session."""
        if self._writer is not None:
            self._writer.cancel()
        if self._session is not None and self._session.line is self._line:
            self._session.line = None
            if close_code in (1000, 1001):
                self._hub.sessions.pop(self._session.id, None)

    def _identify(self, data: Json) -> int:
        doorway = self._hub.doorway
        assert doorway is not None
        number, count = data.get("shard") or (0, 1)
        intents = data.get("intents")
        if data.get("token") != doorway.token:
            return 4004
        if not 0 <= number < count:
            return 4010
        if not isinstance(intents, int) or intents & ~_ALL_INTENTS:
            return 4013
        if intents & PRIVILEGED & ~doorway.intents_allowed:
            return 4014
        self._hub.identifies += 1
        session = Session(secrets.token_hex(16), (number, count), intents)
        session.events.extend(self._hub.first_events(session))
        self._hub.sessions[session.id] = session
        self._take(session, 0)
        return 0

    async def _resume(self, data: Json) -> int:
        doorway = self._hub.doorway
        assert doorway is not None
        if data.get("token") != doorway.token:
            return 4004
        session, seq = self._hub.sessions.get(data.get("session_id", "")), data.get("seq")
        refused, self._hub.refusing_resume = self._hub.refusing_resume, False
        if refused or session is None:
            self._hub.sessions.pop(data.get("session_id", ""), None)
            await self._line.send(INVALID, data=False)
            return 0
        if not isinstance(seq, int) or not 0 <= seq <= len(session.events):
            return 4007
        self._hub.resumes += 1
        session.tell("RESUMED", {"_trace": []})
        self._take(session, seq)
        return 0

    def _take(self, session: Session, seen: int) -> None:
        if session.line is not None:
            session.line.cut()
        session.line, session.sent = self._line, seen
        self._session = session
        self._writer = asyncio.create_task(self._write(session), name=f"gateway {session.id}")

    async def _write(self, session: Session) -> None:
        doorway = self._hub.doorway
        assert doorway is not None
        while session.line is self._line:
            while session.sent < len(session.events):
                name, data = session.events[session.sent]
                session.sent += 1
                try:
                    await self._line.send(DISPATCH, data, name=name, seq=session.sent)
                except ConnectionError:
                    return
                if name == "INTERACTION_CREATE":
                    doorway.delivered(data)
            session.more.clear()
            await session.more.wait()
