"""The fal twin's history: ``GET /v1/models/requests/by-endpoint``, as strict as its page says."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.twins.fal_jobs import TwinJob

if TYPE_CHECKING:
    from tests.twins.fal import FalTwin

PATH = "/v1/models/requests/by-endpoint"
_QUERY = {"limit", "cursor", "endpoint_id", "start", "end", "status", "request_id", "expand", "sort_by"}


def history(fal: "FalTwin", request: web.Request) -> web.Response:
    """List the jobs of an endpoint that were sent in a time, newest first; ``fal.history_page`` at most at once."""
    query = dict(request.query)
    try:
        jobs, page, size = _asked(fal, query)
    except (KeyError, ValueError, AssertionError) as error:
        return fal.refuse(400, f"a history asked for with {sorted(query)}: {type(error).__name__}")
    part = jobs[page * size : (page + 1) * size]
    has_more = len(jobs) > (page + 1) * size
    items = [_item(job, payloads="payloads" in query.get("expand", "")) for job in part]
    cursor = base64.b64encode(str(page + 1).encode()).decode() if has_more else None
    return web.json_response({"items": items, "next_cursor": cursor, "has_more": has_more})


def _asked(fal: "FalTwin", query: Mapping[str, str]) -> tuple[list[TwinJob], int, int]:
    assert set(query) <= _QUERY
    endpoint = query["endpoint_id"]
    assert query.get("expand", "payloads") == "payloads"
    assert query.get("sort_by", "ended_at") in {"ended_at", "duration"}
    assert query.get("status", "success") in {"success", "error", "user_error"}
    limit = int(query.get("limit", "50"))
    assert 1 <= limit <= 100
    page = int(base64.b64decode(query["cursor"], validate=True)) if "cursor" in query else 0
    now = datetime.now(UTC).timestamp()
    start = _moment(query["start"]) if "start" in query else now - 24 * 3600
    end = _moment(query["end"]) if "end" in query else now + 1
    chosen = [
        job
        for job in reversed(fal.jobs)
        if job.endpoint == endpoint and start <= job.sent_at < end and job.id in fal.known
    ]
    return chosen, page, min(limit, fal.history_page)


def _moment(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _item(job: TwinJob, *, payloads: bool) -> dict[str, Any]:
    sent = datetime.fromtimestamp(job.sent_at, UTC).isoformat()
    item: dict[str, Any] = {"request_id": job.id, "endpoint_id": job.endpoint, "sent_at": sent, "started_at": sent}
    if job.status == "COMPLETED":
        item |= {"ended_at": sent, "status_code": 200 if job.answer is None else job.answer.status, "duration": 1.5}
    if payloads:
        # fal fills in what the model defaults to.
        item["json_input"] = {"negative_prompt": "blurred", "shift": 5, **job.arguments}
    return item
