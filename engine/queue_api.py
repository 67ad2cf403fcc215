"""fal's queue over HTTP: submit, status, result, cancel, for the one model of this engine.

There is no failed status: a failed request is COMPLETED, carries `error` and `error_type`, and its result call
answers the error's own status and body. An input that breaks the rules is accepted all the same, as fal does; its
result is the 422.
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web
from yarl import URL

from engine import outcomes
from engine.bodies import BadBody, read_object
from engine.inputs import BadInput, check_target
from engine.jobs import Job, LogLine, Outcome, Submission
from engine.lifecycle import lifetime
from engine.live import LiveJob
from engine.rooms import ROOMS, Rooms, base_url, refuse
from engine.scheduler import QueueFull
from engine.webhooks import completed

SEED_BITS = 31


def routes(endpoint: str) -> list[web.AbstractRouteDef]:
    """List the queue's calls below a model's path."""
    request = f"/{endpoint}/requests/{{request_id}}"
    return [
        web.post(f"/{endpoint}", submit),
        web.get(f"{request}/status", status),
        web.get(request, result),
        web.get(f"{request}/response", result),
        web.put(f"{request}/cancel", cancel),
    ]


@dataclass(frozen=True)
class _Wishes:
    """What a submit asks for besides the model's input."""

    most: int | None
    start_within_s: float | None
    webhook: str | None
    lifetime_s: float | None


async def submit(request: web.Request) -> web.Response:
    """Accept a request into the queue."""
    rooms = request.app[ROOMS]
    given = await _json_object(request)
    if isinstance(given, web.Response):
        return given
    try:
        wishes = _wishes(request)
    except ValueError as error:
        return refuse(400, str(error))
    fields, refusal = await _prepare(request, rooms, given)
    request_id = str(uuid.uuid4())
    submission = Submission(request_id, fields, base_url(request), wishes.webhook, wishes.lifetime_s)
    place: dict[str, Any] = {"status": "IN_QUEUE", "queue_position": len(rooms.scheduler.waiting)}
    try:
        if refusal is not None:
            await rooms.scheduler.refuse(submission, refusal)
        else:
            live = await rooms.scheduler.submit(submission, most=wishes.most, start_within_s=wishes.start_within_s)
            place = _queued(rooms, live)
    except QueueFull:
        await rooms.inputs.release(fields)
        return refuse(429, f"{wishes.most} or more requests wait already. Try again later.", **{"Retry-After": "5"})
    body = {**urls(request, request_id), **place, "logs": None, "metrics": {}}
    return web.json_response(body, headers={"x-fal-request-id": request_id})


async def status(request: web.Request) -> web.Response:
    """Answer how far a request is: 202 until it is done, 200 then."""
    rooms = request.app[ROOMS]
    found = await find(request, rooms)
    if found is None:
        return _unknown()
    body = state(request, rooms, found)
    if wants_logs(request) and body["status"] != "IN_QUEUE":
        body["logs"] = log_lines(found.logs)
    done = body["status"] == "COMPLETED"
    return web.json_response(body, status=200 if done else 202)


async def result(request: web.Request) -> web.Response:
    """Answer the output, or the error's own status and body."""
    rooms = request.app[ROOMS]
    found = await find(request, rooms)
    if found is None:
        return _unknown()
    headers = {"x-fal-request-id": request.match_info["request_id"]}
    if found.outcome is None:
        return refuse(400, "Request is still in progress", **headers)
    outcome = found.outcome
    headers["X-Fal-Billable-Units"] = "0"
    if outcome.infrastructure and outcome.error_type is not None:
        headers["X-Fal-Error-Type"] = outcome.error_type
    return web.json_response(completed(outcome, base_url(request)), status=outcome.status, headers=headers)


async def cancel(request: web.Request) -> web.Response:
    """Cancel a request that waits or runs."""
    rooms = request.app[ROOMS]
    found = await find(request, rooms)
    if found is None:
        return web.json_response({"status": "NOT_FOUND"}, status=404)
    if isinstance(found, Job) or found.outcome is not None:
        return web.json_response({"status": "ALREADY_COMPLETED"}, status=400)
    await rooms.scheduler.cancel(found)
    return web.json_response({"status": "CANCELLATION_REQUESTED"}, status=202)


async def find(request: web.Request, rooms: Rooms) -> LiveJob | Job | None:
    """Find a request: a live one in memory, a done one in the table."""
    request_id = request.match_info["request_id"]
    live = rooms.scheduler.find(request_id)
    if live is not None:
        return live
    job = await rooms.jobs.get(request_id)
    # A row without an outcome belongs to a live job, or to a submit that nobody was told of yet.
    return rooms.scheduler.find(request_id) if job is not None and job.outcome is None else job


def state(request: web.Request, rooms: Rooms, found: LiveJob | Job) -> dict[str, Any]:
    """Describe a request as fal's status does, without its log."""
    job = found.job if isinstance(found, LiveJob) else found
    body: dict[str, Any] = {**urls(request, job.request_id), "logs": None}
    if found.outcome is not None:
        body |= {"status": "COMPLETED", "metrics": {"inference_time": found.inference_s}}
        if found.outcome.error is not None:
            body |= {"error": found.outcome.error, "error_type": found.outcome.error_type}
        return body
    assert isinstance(found, LiveJob)
    return {**body, **_queued(rooms, found)}


def urls(request: web.Request, request_id: str) -> dict[str, str]:
    """Return a request's id and its three addresses."""
    base = f"{base_url(request)}/{request.app[ROOMS].model.endpoint}/requests/{request_id}"
    return {
        "request_id": request_id,
        "response_url": base,
        "status_url": f"{base}/status",
        "cancel_url": f"{base}/cancel",
    }


def wants_logs(request: web.Request) -> bool:
    """Read `logs` as both clients write it: 1, true, True."""
    return request.query.get("logs", "0").lower() in ("1", "true")


def log_lines(lines: tuple[LogLine, ...] | list[LogLine], since: int = 0) -> list[dict[str, str]]:
    """Return log lines as fal writes them, from a place on."""
    return [asdict(line) for line in lines[since:]]


def _queued(rooms: Rooms, live: LiveJob) -> dict[str, Any]:
    if live.running:
        return {"status": "IN_PROGRESS"}
    return {"status": "IN_QUEUE", "queue_position": rooms.scheduler.waiting.position(live)}


async def _json_object(request: web.Request) -> dict[str, Any] | web.Response:
    """Read the body, or return the refusal of one that is no JSON object."""
    try:
        return await read_object(request)
    except BadBody as error:
        return _bad_json(str(error))
    except web.HTTPRequestEntityTooLarge:
        limit = request.app[ROOMS].settings.max_body_bytes // 2**20
        return refuse(413, f"The request is larger than {limit} MiB. Upload the images and send their addresses.")


def _wishes(request: web.Request) -> _Wishes:
    """Read the query and the headers; raise ValueError with a sentence."""
    most = _number(request.query, "fal_max_queue_length")
    return _Wishes(
        most=None if most is None else int(most),
        start_within_s=_number(request.headers, "X-Fal-Request-Timeout"),
        webhook=_webhook(request),
        lifetime_s=lifetime(request.headers),
    )


async def _prepare(request: web.Request, rooms: Rooms, given: dict[str, Any]) -> tuple[dict[str, Any], Outcome | None]:
    """Check an input, fill in defaults, draw a seed, and bring the two images where the job finds them."""
    if problems := rooms.model.problems(given):
        return {}, outcomes.refused(problems)
    fields = rooms.model.with_defaults(given)
    if fields["seed"] is None:
        fields["seed"] = secrets.randbits(SEED_BITS)
    settings = rooms.settings
    own = {base_url(request), f"{request.scheme}://{request.host}", f"http://{settings.host}:{settings.port}"}
    staged: dict[str, Any] = {}
    for name in rooms.model.images.values():
        try:
            staged[name] = await rooms.inputs.stage(fields[name], own)
        except BadInput as bad:
            return staged, outcomes.image_not_had(name, str(bad))
    return fields | staged, None


def _webhook(request: web.Request) -> str | None:
    given = request.query.get("fal_webhook")
    if not given:
        return None
    try:
        check_target(URL(given), private=request.app[ROOMS].settings.private_urls)
    except (BadInput, ValueError) as error:
        raise ValueError("fal_webhook must be an http(s) address that this engine may call.") from error
    return given


def _number(place: Mapping[str, str], name: str) -> float | None:
    given = place.get(name)
    if given is None:
        return None
    try:
        number = float(given)
    except ValueError as error:
        raise ValueError(f"{name} must be a number.") from error
    if not 0 <= number < 1e9:
        raise ValueError(f"{name} must be a number from 0 up.")
    return number


def _bad_json(sentence: str) -> web.Response:
    return web.json_response({"detail": [{"loc": ["body"], "msg": sentence, "type": "json_invalid"}]}, status=422)


def _unknown() -> web.Response:
    return refuse(404, "Request not found. It may have been removed after its days were over.")
