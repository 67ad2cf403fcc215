"""The fal twin as a program of its own, for tests of other programs; ``tests.twins.fal`` says how to run it.

What fal does not have, so that a test can look in while everything runs, without a key:

``GET /_twin/report``: ``jobs``, the bills, each with ``id``, ``endpoint``, ``arguments``, ``status``, ``webhook`` (the
path's last part as a SHA-256), ``posts`` (the answers to its webhook), ``cancels``, ``billed`` and ``sent_at``;
``requests`` by kind, ``faults`` done, and ``violations``. ``POST /_twin/faults``: a JSON object for ``Faults.switch``.
"""

import argparse
import asyncio
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.twins.fal_faults import Faults
from tests.twins.fal_jobs import CANCELLED, TwinJob

if TYPE_CHECKING:
    from tests.twins.fal import FalTwin

PREFIX = "/_twin/"


async def control(fal: "FalTwin", request: web.Request) -> web.Response:
    """Answer what fal does not have."""
    match request.method, request.path.removeprefix(PREFIX):
        case "GET", "report":
            return web.json_response(report(fal))
        case "POST", "faults":
            fal.faults.switch(await request.json())
            return web.json_response({})
        case _:
            return web.json_response({"detail": "The twin has no such thing"}, status=404)


def report(fal: "FalTwin") -> dict[str, Any]:
    """Tell what has happened so far."""
    posts: dict[str, list[int | None]] = {}
    for post in fal.webhooks.posts:
        posts.setdefault(post.job_id, []).append(post.status)
    jobs = [_told(job) | {"posts": posts.get(job.id, [])} for job in fal.jobs]
    return {"jobs": jobs, "requests": fal.counts, "faults": fal.faults.done, "violations": fal.violations}


def _told(job: TwinJob) -> dict[str, Any]:
    secret = None if job.webhook is None else job.webhook.rpartition("/")[2]
    return {
        "id": job.id,
        "endpoint": job.endpoint,
        "arguments": job.arguments,
        "status": job.status,
        "webhook": None if secret is None else hashlib.sha256(secret.encode()).hexdigest(),
        "cancels": job.cancels,
        # What is stopped in the queue costs nothing.
        "billed": job.answer is not CANCELLED,
        "sent_at": job.sent_at,
    }


async def _serve(given: argparse.Namespace) -> None:
    # Not above: the twin imports this file.
    from tests.twins.fal import FalTwin  # noqa: PLC0415

    faults = Faults(given.seed, rate=given.faults, webhooks=given.webhook_faults, hang=given.hang)
    fal = FalTwin(key=given.key, seconds=given.seconds, keeps_requests=False, faults=faults)
    if given.video:
        fal.video = given.video.read_bytes()
    await fal.start(given.port)
    sys.stdout.write(fal.url + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    done = {job.id: job.done_at for job in fal.jobs}
    sys.stdout.write(json.dumps({"requests": fal.counts, "done": done, "violations": fal.violations}) + "\n")
    await fal.close()


def main(key: str) -> None:
    """Run a twin until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.twins.fal", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each job takes")
    parser.add_argument("--key", default=key)
    parser.add_argument("--video", type=Path, help="the file of every finished job")
    parser.add_argument("--seed", type=int, default=0, help="of the faults")
    parser.add_argument("--faults", type=float, default=0.0, help="how many of the calls go wrong, 0 to 1")
    parser.add_argument("--webhook-faults", type=float, default=0.0, help="how many webhooks are lost or come twice")
    parser.add_argument("--hang", type=float, default=1.0, help="seconds of a call that hangs")
    asyncio.run(_serve(parser.parse_args()))
