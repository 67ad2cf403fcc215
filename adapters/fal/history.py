"""The account's history at fal: whether a request whose answer was lost is there after all.

``GET api.fal.ai/v1/models/requests/by-endpoint`` lists an account's requests by endpoint and time, with their inputs
on demand (fal's page "List requests by endpoint", read 2026-11). It pages, 100 at most, and sorts by the end of a
request, so one that is still under way may be missing until it has ended. Not every key may ask, and other servers have
no history: that is an answer too, and remembered for a while.

A request is known again by its images: their addresses are made by the upload and are in no other request. What fal
fills in by itself does not matter then. Only digests of them are kept, since whoever knows the address sees the image.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from adapters.fal.errors import body_of, of_answer, of_break
from adapters.fal.hosts import REQUEST_ID
from adapters.fal.patience import Patience
from adapters.fal.transport import BREAKS
from bot.domain.errors import ProtocolBroken

URL = "https://api.fal.ai/v1/models/requests/by-endpoint"
_NO_HISTORY = frozenset({403, 404, 405, 501})
_NO_HISTORY_FOR = 600.0
_SKEW = 120.0
"""Seconds that fal's clock and ours may be apart."""
_PAGE = 100
_PAGES = 10
_FRESH = 5.0
"""Seconds for which a listing answers further questions: after a crash many jobs ask at the same time."""
_DEEPEST = 4


@dataclass(frozen=True)
class _Listing:
    """What the history had to say at ``taken_at``: the request ids by the digest of each address in their inputs."""

    endpoint: str
    start: float
    taken_at: float
    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def find(self, trace: str) -> str | None:
        wanted = [self.ids.get(digest, set()) for digest in trace.split(".")]
        found = set.intersection(*wanted)
        return min(found) if found else None


class History:
    """Looks for requests, one listing at a time. ``http`` sends the key by itself."""

    def __init__(self, http: httpx.AsyncClient, patience: Patience) -> None:
        self._http = http
        self._patience = patience
        self._lock = asyncio.Lock()
        self._listing: _Listing | None = None
        self._none_until = float("-inf")

    async def find(self, endpoint: str, trace: str, since: float) -> str | None:
        """Return the id of the request of this trace that was sent at ``since`` (epoch seconds) or later, or None."""
        if not trace:
            return None
        async with self._lock:
            listing = await self._recent(endpoint, since - _SKEW)
        return None if listing is None else listing.find(trace)

    async def _recent(self, endpoint: str, start: float) -> _Listing | None:
        now, last = self._patience.clock(), self._listing
        if now < self._none_until:
            return None
        if last and last.endpoint == endpoint and last.start <= start and now - last.taken_at < _FRESH:
            return last
        listing = _Listing(endpoint, start, now)
        cursor: str | None = None
        for _ in range(_PAGES):
            page = await self._page(listing, cursor)
            if page is None:
                self._none_until = now + _NO_HISTORY_FOR
                return None
            _note(page.get("items"), listing)
            cursor = page.get("next_cursor")
            if not page.get("has_more") or not isinstance(cursor, str):
                break
        self._listing = listing
        return listing

    async def _page(self, listing: _Listing, cursor: str | None) -> Mapping[str, Any] | None:
        start = datetime.fromtimestamp(listing.start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {"endpoint_id": listing.endpoint, "start": start, "limit": str(_PAGE), "expand": "payloads"}
        if cursor is not None:
            query["cursor"] = cursor
        try:
            async with asyncio.timeout(self._patience.answer):
                answer = await self._http.get(URL, params=query)
        except BREAKS as broken:
            raise of_break(broken) from None
        if answer.status_code in _NO_HISTORY:
            return None
        if not answer.is_success:
            raise of_answer(answer, "its history")
        page = body_of(answer)
        if not isinstance(page.get("items"), list):
            raise ProtocolBroken("a history without items")
        return page


def trace_of(arguments: Mapping[str, object]) -> str:
    """Return the digests of the addresses in a request's arguments, joined by dots; empty where there are none."""
    return ".".join(sorted({_digest(url) for url in _urls(arguments, _DEEPEST)}))


def _note(items: object, listing: _Listing) -> None:
    for item in items if isinstance(items, list) else []:
        request_id = item.get("request_id") if isinstance(item, Mapping) else None
        if isinstance(request_id, str) and REQUEST_ID.fullmatch(request_id):
            for url in _urls(item.get("json_input"), _DEEPEST):
                listing.ids[_digest(url)].add(request_id)


def _urls(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith(("https://", "http://")):
            yield value
    elif depth and isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _urls(inner, depth - 1)


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode(errors="surrogatepass")).hexdigest()
