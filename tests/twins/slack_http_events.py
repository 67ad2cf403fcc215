"""The Slack twin's requests to the app's request URL: signed as Slack signs them, or as a forger would."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp

from tests.twins.slack_app import SIGNING_SECRET, VERIFICATION_TOKEN
from tests.twins.slack_delivery import ACK_S, Attempt, Delivery

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin

_REASONS = {"timeout": "http_timeout"}


@dataclass(frozen=True)
class Posted:
    """What the app's URL answered; status None where the connection failed."""

    status: int | None
    text: str = ""
    headers: Mapping[str, str] | None = None


def signed(body: bytes, *, secret: str = SIGNING_SECRET, age: float = 0) -> dict[str, str]:
    """Return the headers of a body that was signed ``age`` seconds ago (docs: verifying requests from Slack)."""
    stamp = str(int(time.time() - age))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


class HttpEvents:
    """Posts to ``twin.request_url``."""

    def __init__(self, twin: "SlackTwin") -> None:
        self._twin = twin
        self._session: aiohttp.ClientSession | None = None

    async def bring(self, delivery: Delivery, attempt: Attempt) -> str | None:
        """Post what is to be brought; 200 within three seconds acknowledges it."""
        clock, deadline = self._twin.clock, self._twin.clock.now() + ACK_S
        body, kind = _encoded(delivery)
        headers = {"Content-Type": kind, **signed(body)}
        if attempt.number:
            reason = _REASONS.get(attempt.reason, attempt.reason)
            headers |= {"X-Slack-Retry-Num": str(attempt.number), "X-Slack-Retry-Reason": reason}
        posting = asyncio.create_task(self.post(body, headers), name="slack twin posts")
        done = asyncio.Event()
        posting.add_done_callback(lambda _: done.set())
        try:
            if not await clock.wait(done, deadline - clock.now()):
                return "timeout" if delivery.kind == "events_api" else "operation_timeout"
        finally:
            posting.cancel()
        return self._outcome(delivery, await posting)

    async def post(self, body: bytes, headers: dict[str, str], url: str | None = None) -> Posted:
        """Post this, whatever it is."""
        self._session = self._session or aiohttp.ClientSession()
        told = {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)", "Accept": "*/*"} | headers
        try:
            async with self._session.post(
                url or self._twin.request_url, data=body, headers=told, allow_redirects=False
            ) as answer:
                return Posted(answer.status, await answer.text(), dict(answer.headers))
        except (aiohttp.ClientError, OSError):
            return Posted(None)

    async def forge(self, payload: Mapping[str, Any], *, secret: str = "guessed", age: float = 0) -> Posted:
        """Post an event as someone who is not Slack: another secret, an old stamp, or (``secret=""``) unsigned."""
        body = json.dumps(payload).encode()
        headers = {"Content-Type": "application/json"} | (signed(body, secret=secret, age=age) if secret else {})
        return await self.post(body, headers)

    async def verify_url(self) -> bool:
        """Do what Slack does when the URL is entered: ask for the challenge back."""
        challenge = self._twin.new_id("CH")
        asked = {"type": "url_verification", "challenge": challenge, "token": VERIFICATION_TOKEN}
        body = json.dumps(asked).encode()
        posted = await self.post(body, {"Content-Type": "application/json", **signed(body)})
        return posted.status == 200 and challenge in posted.text

    async def close(self) -> None:
        """Post nothing more."""
        if self._session is not None:
            await self._session.close()

    def _outcome(self, delivery: Delivery, posted: Posted) -> str | None:
        events = delivery.kind == "events_api"
        if posted.status == 200:
            delivery.ack = _ack_of(posted.text)
            return None
        if events and (posted.headers or {}).get("X-Slack-No-Retry") == "1":
            return "no_retry"
        if posted.status is None:
            return "connection_failed" if events else "dispatch_failed"
        if events:
            return "http_error"
        return "http_service_error" if posted.status >= 500 else "http_client_error"


def _encoded(delivery: Delivery) -> tuple[bytes, str]:
    form = "application/x-www-form-urlencoded"
    match delivery.kind:
        case "events_api":
            return json.dumps(delivery.payload).encode(), "application/json"
        case "slash_commands":
            return urlencode(delivery.payload).encode(), form
        case _:
            return urlencode({"payload": json.dumps(delivery.payload)}).encode(), form


def _ack_of(text: str) -> dict[str, Any] | str | None:
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return text
    return found if isinstance(found, dict) else text
