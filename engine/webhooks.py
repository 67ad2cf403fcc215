"""Webhooks that must go out: signed, tried until the other side answers 2xx, remembered over a restart.

As fal does it: 15 s for an answer, about 30 tries within two hours. The pause doubles from one second up to five
minutes. Rows are written in the transaction that ends a job (`engine.jobs`); here they are delivered and dropped.
"""

import asyncio
import contextlib
import json
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from yarl import URL

from engine.inputs import BadInput, check_target
from engine.jobs import Job, Outcome, Submission
from engine.signing import Signer
from engine.table import AGAIN_S, Table, in_the_end

ANSWER_S = 15
MAX_TRIES = 30
LONGEST_PAUSE_S = 300
AT_ONCE = 16
# A host that answers late, or not at all, leaves the other places to the others.
AT_ONCE_A_HOST = 4
LOOK_AT = 1000

log = structlog.get_logger()


def pause_after(attempt: int) -> float:
    """Seconds to wait after the given failed attempt, counted from 1."""
    return float(min(2 ** (attempt - 1), LONGEST_PAUSE_S))


def webhook_body(job: Job | Submission, outcome: Outcome) -> str:
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
    """Delivers what lies in the table, several at once and few to one host, so that a dead one holds up nobody."""

    def __init__(self, table: Table, session: aiohttp.ClientSession, signer: Signer, *, private: bool) -> None:
        self._table = table
        self._session = session
        self._signer = signer
        self._private = private
        self._bell = asyncio.Event()
        self._out: dict[str, str] = {}

    def ring(self) -> None:
        """Say that there may be something new."""
        self._bell.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._bell.clear()
                try:
                    due, rest = await self._due()
                except sqlite3.OperationalError as error:
                    log.warning("webhooks cannot be read; trying again", why=str(error))
                    due, rest = [], AGAIN_S
                for delivery in due:
                    group.create_task(self._deliver(delivery), name=f"webhook {delivery.request_id}")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(rest):
                        await self._bell.wait()

    async def _due(self) -> tuple[list[Delivery], float | None]:
        """Take what is due and has room, and tell after how many seconds more will be; None: when the bell rings."""
        rows = await self._table.rows("SELECT * FROM webhooks ORDER BY due LIMIT ?", LOOK_AT)
        now = time.time()
        chosen: list[Delivery] = []
        for row in rows:
            host = _host(row["url"])
            if len(self._out) >= AT_ONCE:
                break
            if row["request_id"] in self._out or list(self._out.values()).count(host) >= AT_ONCE_A_HOST:
                continue
            if row["due"] > now:
                return chosen, row["due"] - now
            self._out[row["request_id"]] = host
            chosen.append(Delivery(row["request_id"], row["url"], row["body"], row["attempts"]))
        return chosen, None

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            problem = await self._post(delivery)
            attempt = delivery.attempts + 1
            if problem is None or attempt >= MAX_TRIES:
                await in_the_end(lambda: self._drop(delivery.request_id))
            else:
                await in_the_end(lambda: self._later(delivery.request_id, attempt))
            if problem is not None:
                log.warning("webhook not taken", request_id=delivery.request_id, why=problem, attempt=attempt)
        finally:
            self._out.pop(delivery.request_id, None)
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


def _host(url: str) -> str:
    try:
        return URL(url).host or ""
    except ValueError:
        return ""
