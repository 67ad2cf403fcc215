"""The job table: what was accepted, how far it came, and how it ended.

A job waits, runs and is done. fal knows no failed state: an outcome is an HTTP status and a body, and a failed job
is a done one whose outcome is not 200. A job found running at the start was cut off and is rendered again.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import aiosqlite

from engine.table import Table


@dataclass(frozen=True)
class LogLine:
    """One line of a job's log, in fal's four fields; the time is ISO 8601 in UTC."""

    message: str
    timestamp: str
    level: str = "INFO"
    source: str = "USER"


@dataclass(frozen=True)
class Outcome:
    """How a job ended: what its result call answers, and fal's `error` words when it failed."""

    status: int
    body: dict[str, Any]
    error: str | None = None
    error_type: str | None = None
    file: str | None = None

    @property
    def infrastructure(self) -> bool:
        """Whether the platform failed rather than the model: fal then names the type in a header too."""
        return self.error_type is not None and isinstance(self.body.get("detail"), str)


@dataclass(frozen=True)
class Job:
    """An accepted request. `number` is its place in the order of arrival; `starts` counts the times it began."""

    number: int
    request_id: str
    state: str
    input: dict[str, Any]
    base_url: str
    webhook: str | None
    lifetime_s: float | None
    starts: int
    cancelled: bool
    inference_s: float | None = None
    outcome: Outcome | None = None
    logs: tuple[LogLine, ...] = ()


@dataclass(frozen=True)
class Submission:
    """A request as it comes in: fields with defaults and staged images, and where its webhook goes."""

    request_id: str
    input: dict[str, Any]
    base_url: str
    webhook: str | None
    lifetime_s: float | None = None


class JobTable:
    """The jobs on disk."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def add(self, submission: Submission) -> Job:
        """Store a request as waiting; when this returns it survives a kill."""
        async with self._table.write() as connection:
            return await _insert(connection, submission)

    async def add_done(self, submission: Submission, outcome: Outcome, webhook: str | None) -> None:
        """Store a request with its end, in one transaction: a kill leaves both or neither."""
        async with self._table.write() as connection:
            job = await _insert(connection, submission)
            await _end(connection, replace(job, outcome=outcome), webhook)

    async def start(self, request_id: str) -> None:
        """Record that a worker takes the job."""
        async with self._table.write() as connection:
            await connection.execute(
                "UPDATE jobs SET state = 'running', starts = starts + 1 WHERE request_id = ?", (request_id,)
            )

    async def give_back(self, request_id: str) -> None:
        """Record that a running job waits again, as if it had not been started."""
        async with self._table.write() as connection:
            await connection.execute(
                "UPDATE jobs SET state = 'waiting', starts = starts - 1 WHERE request_id = ? AND state = 'running'",
                (request_id,),
            )

    async def cancel(self, request_id: str) -> None:
        """Record the wish to stop, so that a restart does not render a cancelled job."""
        async with self._table.write() as connection:
            await connection.execute("UPDATE jobs SET cancelled = 1 WHERE request_id = ?", (request_id,))

    async def finish(
        self, job: Job, outcome: Outcome, *, logs: Sequence[LogLine], inference_s: float | None, webhook: str | None
    ) -> None:
        """Store the end of a job and, in the same transaction, the webhook body that must go out."""
        done = replace(job, outcome=outcome, logs=tuple(logs), inference_s=inference_s)
        async with self._table.write() as connection:
            await _end(connection, done, webhook)

    async def get(self, request_id: str) -> Job | None:
        """Find a job by its request id."""
        row = await self._table.row("SELECT * FROM jobs WHERE request_id = ?", request_id)
        return None if row is None else _job(row)

    async def unfinished(self) -> list[Job]:
        """Every job that is not done, in the order of arrival."""
        return [_job(row) for row in await self._table.rows("SELECT * FROM jobs WHERE state != 'done' ORDER BY number")]

    async def forget(self, before: float) -> None:
        """Drop jobs that were done before a moment (seconds since the epoch)."""
        async with self._table.write() as connection:
            await connection.execute("DELETE FROM jobs WHERE state = 'done' AND finished < ?", (before,))


async def _insert(connection: aiosqlite.Connection, submission: Submission) -> Job:
    values = (
        submission.request_id,
        json.dumps(submission.input),
        submission.base_url,
        submission.webhook,
        submission.lifetime_s,
        time.time(),
    )
    cursor = await connection.execute(
        "INSERT INTO jobs (request_id, state, input, base_url, webhook, lifetime_s, created)"
        " VALUES (?, 'waiting', ?, ?, ?, ?, ?)",
        values,
    )
    assert cursor.lastrowid is not None
    return Job(
        number=cursor.lastrowid,
        request_id=submission.request_id,
        state="waiting",
        input=submission.input,
        base_url=submission.base_url,
        webhook=submission.webhook,
        lifetime_s=submission.lifetime_s,
        starts=0,
        cancelled=False,
    )


async def _end(connection: aiosqlite.Connection, job: Job, webhook: str | None) -> None:
    assert job.outcome is not None
    written = json.dumps(asdict(job.outcome)), json.dumps([asdict(line) for line in job.logs])
    now = time.time()
    await connection.execute(
        "UPDATE jobs SET state = 'done', outcome = ?, logs = ?, inference_s = ?, finished = ?, input = '{}'"
        " WHERE request_id = ?",
        (*written, job.inference_s, now, job.request_id),
    )
    if job.webhook is not None and webhook is not None:
        await connection.execute(
            "INSERT OR REPLACE INTO webhooks (request_id, url, body, due) VALUES (?, ?, ?, ?)",
            (job.request_id, job.webhook, webhook, now),
        )


def _job(row: aiosqlite.Row) -> Job:
    outcome = row["outcome"]
    return Job(
        number=row["number"],
        request_id=row["request_id"],
        state=row["state"],
        input=json.loads(row["input"]),
        base_url=row["base_url"],
        webhook=row["webhook"],
        lifetime_s=row["lifetime_s"],
        starts=row["starts"],
        cancelled=bool(row["cancelled"]),
        inference_s=row["inference_s"],
        outcome=None if outcome is None else Outcome(**json.loads(outcome)),
        logs=tuple(LogLine(**line) for line in json.loads(row["logs"])),
    )
