"""Webhooks that must go out: signed, tried until the other side answers 2xx, remembered over a restart.

As fal does it: 15 s for an answer, about 30 tries within two hours. The pause doubles from one second up to five
minutes. Rows are written in the transaction that ends a job (`engine.jobs`); here they are delivered and dropped.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from yarl import URL

from engine.inputs import BadInput, check_target
from engine.jobs import Job, Outcome
from engine.signing import Signer
from engine.table import Table

ANSWER_S = 15
MAX_TRIES = 30
LONGEST_PAUSE_S = 300
AT_ONCE = 8

log = structlog.get_logger()


def pause_after(attempt: int) -> float:
    """Seconds to wait after the given failed attempt, counted from 1."""
    return float(min(2 ** (attempt - 1), LONGEST_PAUSE_S))


def webhook_body(job: Job, outcome: Outcome) -> str:
    """Write what fal posts: the result, or the error's words and its body."""
    ok = outcome.error is None
    body: dict[str, Any] = {
        "request_id": job.request_id,
        "gateway_request_id": job.request_id,
        "status": "OK" if ok else "ERROR",
        "payload": completed(outcome, job.base_url),
    }
    if not ok:
        body["error"] = outcome.error
    return json.dumps(body)


def completed(outcome: Outcome, base_url: str) -> dict[str, Any]:
    """Return an outcome's body with the video's path completed to an address."""
    if outcome.file is None:
        return outcome.body
    video = {**outcome.body["video"], "url": base_url + outcome.body["video"]["url"]}
    return {**outcome.body, "video": video}


@dataclass(frozen=True)
class Delivery:
    """One webhook that is due."""

    request_id: str
    url: str
    body: str
    attempts: int


class Postman:
    """Delivers what lies in the table, several at once, so that one dead host holds up nobody."""

    def __init__(self, table: Table, session: aiohttp.ClientSession, signer: Signer, *, private: bool) -> None:
        self._table = table
        self._session = session
        self._signer = signer
        self._private = private
        self._bell = asyncio.Event()
        self._out: set[str] = set()

    def ring(self) -> None:
        """Say that there may be something new."""
        self._bell.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._bell.clear()
                for delivery in await self._due(AT_ONCE - len(self._out)):
                    self._out.add(delivery.request_id)
                    group.create_task(self._deliver(delivery), name=f"webhook {delivery.request_id}")
                try:
                    async with asyncio.timeout(await self._rest()):
                        await self._bell.wait()
                except TimeoutError:
                    continue

    async def _due(self, most: int) -> list[Delivery]:
        rows = await self._table.rows(
            "SELECT request_id, url, body, attempts FROM webhooks WHERE due <= ? ORDER BY due LIMIT ?",
            time.time(),
            2 * AT_ONCE,
        )
        return [Delivery(**row) for row in rows if row["request_id"] not in self._out][:most]

    async def _rest(self) -> float | None:
        """How long nothing is due; None when only the bell can bring something."""
        if len(self._out) >= AT_ONCE:
            return None
        rows = await self._table.rows("SELECT request_id, due FROM webhooks ORDER BY due LIMIT ?", 2 * AT_ONCE)
        soonest = next((row["due"] for row in rows if row["request_id"] not in self._out), None)
        return None if soonest is None else max(0.0, soonest - time.time())

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            problem = await self._post(delivery)
            attempt = delivery.attempts + 1
            if problem is None or attempt >= MAX_TRIES:
                await self._drop(delivery.request_id)
            else:
                await self._later(delivery.request_id, attempt)
            if problem is not None:
                log.warning("webhook not taken", request_id=delivery.request_id, why=problem, attempt=attempt)
        finally:
            self._out.discard(delivery.request_id)
            self._bell.set()

    async def _post(self, delivery: Delivery) -> str | None:
        """Post once; return what went wrong, without the address, or None."""
        body = delivery.body.encode()
        headers = {"Content-Type": "application/json", **self._signer.webhook_headers(delivery.request_id, body)}
        try:
            url = URL(delivery.url)
            check_target(url, private=self._private)
            async with (
                asyncio.timeout(ANSWER_S),
                self._session.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return None if response.ok and response.status < 300 else f"answered {response.status}"
        except (aiohttp.ClientError, OSError, ValueError, BadInput) as error:
            return type(error).__name__

    async def _drop(self, request_id: str) -> None:
        async with self._table.write() as connection:
            await connection.execute("DELETE FROM webhooks WHERE request_id = ?", (request_id,))

    async def _later(self, request_id: str, attempt: int) -> None:
        async with self._table.write() as connection:
            await connection.execute(
                "UPDATE webhooks SET attempts = ?, due = ? WHERE request_id = ?",
                (attempt, time.time() + pause_after(attempt), request_id),
            )
