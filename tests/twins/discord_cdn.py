"""The twin's CDN: signed addresses that expire, and files behind them.

An address ends in ``?ex=…&is=…&hm=…``: when it expires and was issued (Unix seconds in hexadecimal), and a signature
(Discord's page "Reference", section "Signed Attachment CDN URLs", read 2026-11).
"""

import hashlib
import hmac

from aiohttp import web

from tests.twins.discord_messages import Attachment
from tests.twins.discord_values import Clock, Refusal


class Cdn:
    """Files by path. ``life`` is how many seconds an address is good for."""

    def __init__(self, clock: Clock, life: float) -> None:
        self.base = ""
        self.life = life
        self._clock = clock
        self._secret = b"the twin's own"
        self._files: dict[str, Attachment] = {}

    def keep(self, attachment: Attachment) -> None:
        """Put a file behind its path."""
        self._files[attachment.path] = attachment

    def drop(self, attachment: Attachment) -> None:
        """Have the file no more."""
        self._files.pop(attachment.path, None)

    def url(self, attachment: Attachment) -> str:
        """Return a freshly signed address."""
        issued = int(self._clock.now())
        span = f"ex={issued + int(self.life):x}&is={issued:x}"
        return f"{self.base}{attachment.path}?{span}&hm={self._sign(attachment.path, span)}"

    def serve(self, request: web.Request) -> web.Response:
        """Send a file, or refuse with 404 as Discord does: without a signature, with a wrong one, or too late."""
        query, path = request.query, request.path
        span = f"ex={query.get('ex', '')}&is={query.get('is', '')}"
        signed = hmac.compare_digest(self._sign(path, span), query.get("hm", ""))
        if not signed or int(query["ex"], 16) < self._clock.now() or (file := self._files.get(path)) is None:
            raise Refusal(404, 0, "This content is no longer available.")
        kind = {"Content-Type": file.content_type or "application/octet-stream"}
        return web.Response(body=file.data, headers=kind)

    def _sign(self, path: str, span: str) -> str:
        return hmac.new(self._secret, f"{path}?{span}".encode(), hashlib.sha256).hexdigest()
