"""The Slack twin's Socket Mode: a ticket from apps.connections.open, then envelopes out and acknowledgements in."""

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from aiohttp import WSMsgType, web

from tests.twins.slack_app import APP_ID
from tests.twins.slack_delivery import ACK_S, Attempt, Delivery
from tests.twins.slack_state import Json

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin

MOST = 10
"""Sockets of one app (docs.slack.dev/apis/events-api/using-socket-mode)."""
_GOODBYE_S = 0.05


@dataclass
class _Envelope:
    delivery: Delivery
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    answered: bool = False


class Sockets:
    """The sockets of the app. ``ever`` counts all that were opened."""

    def __init__(self, twin: "SlackTwin") -> None:
        self.open: list[web.WebSocketResponse] = []
        self.ever = 0
        self._twin = twin
        self._tickets: set[str] = set()
        self._envelopes: dict[str, _Envelope] = {}
        self._turns = itertools.count()
        self._transports: dict[web.WebSocketResponse, asyncio.Transport] = {}

    def url(self) -> str:
        """Return a URL for one socket."""
        ticket = self._twin.new_id("L")
        self._tickets.add(ticket)
        return f"{self._twin.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP_ID}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return self._twin.turn_away(404, "a socket without a fresh ticket of apps.connections.open")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self.open) >= MOST:
            self._twin.violations.append(f"more than {MOST} sockets")
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        await self._hold(socket, request)
        return socket

    async def drop(self, reason: Literal["warning", "refresh_requested"] | None = None) -> None:
        """End every socket: with Slack's goodbye where a reason is given, else as a cable that is pulled."""
        for socket in list(self.open):
            if reason is None:
                self._transports[socket].abort()
                continue
            self._leave(socket)
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "twin"}})
            if reason == "refresh_requested":
                self._twin.deliveries.hold(_end(socket))
        self._twin.clock.tell()

    async def bring(self, delivery: Delivery, attempt: Attempt) -> str | None:
        """Send an envelope over one of the sockets and wait for its acknowledgement."""
        clock, deadline = self._twin.clock, self._twin.clock.now() + ACK_S
        while not self.open:
            if delivery.kind != "events_api":
                return "dispatch_failed"
            if (left := deadline - clock.now()) <= 0:
                return "no_socket"
            await clock.news(left)
            deadline = deadline if not self.open else clock.now() + ACK_S
        envelope = self._envelopes[attempt.envelope_id] = _Envelope(delivery)
        socket = self.open[next(self._turns) % len(self.open)]
        try:
            await socket.send_json(_shape(delivery, attempt))
        except ConnectionError:
            # It has just closed: an event is brought again once there is another, as where there was none.
            return "no_socket" if delivery.kind == "events_api" else "dispatch_failed"
        if await clock.wait(envelope.acked, deadline - clock.now()):
            return None
        return "timeout" if delivery.kind == "events_api" else "operation_timeout"

    async def close(self) -> None:
        """End all sockets."""
        for socket in list(self.open):
            await socket.close()

    async def _hold(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        assert request.transport is not None
        self._transports[socket] = request.transport
        self.open.append(socket)
        self.ever += 1
        told = {"host": "twin", "build_number": 1, "approximate_connection_time": 18060}
        hello = {"type": "hello", "num_connections": len(self.open), "debug_info": told}
        await socket.send_json(hello | {"connection_info": {"app_id": APP_ID}})
        self._twin.clock.tell()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._answer(message.data)
        finally:
            self._leave(socket)

    def _leave(self, socket: web.WebSocketResponse) -> None:
        if socket in self.open:
            self.open.remove(socket)
            self._twin.clock.tell()

    def _answer(self, text: str) -> None:
        try:
            said: Json = json.loads(text)
            envelope = self._envelopes.get(str(said.get("envelope_id")))
        except (ValueError, AttributeError):
            envelope = None
        if envelope is None:
            self._twin.violations.append(f"a socket's message that acknowledges nothing: {text[:200]}")
            return
        payload = said.get("payload")
        if payload and envelope.delivery.kind == "events_api":
            self._twin.violations.append(f"{envelope.delivery.what} does not take a payload with its acknowledgement")
        if not envelope.answered:
            envelope.answered = True
            envelope.delivery.ack = payload
        envelope.acked.set()


def _shape(delivery: Delivery, attempt: Attempt) -> Json:
    shape: Json = {"envelope_id": attempt.envelope_id, "type": delivery.kind, "payload": delivery.payload}
    shape["accepts_response_payload"] = delivery.kind != "events_api"
    if delivery.kind == "events_api":
        shape |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
    return shape


async def _end(socket: web.WebSocketResponse) -> None:
    await asyncio.sleep(_GOODBYE_S)
    await socket.close()
