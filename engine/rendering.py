"""One job's way from its turn to its outcome: bring its images, let a worker render, keep the video.

Whatever goes wrong on the way is an outcome of that job; only the engine's own end is raised.
"""

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from engine import outcomes
from engine.files import FileStore
from engine.inputs import BadInput, Inputs
from engine.jobs import Job, JobTable, Outcome
from engine.live import LiveJob
from engine.model import Model
from engine.table import in_the_end
from engine.workers import Reply, Worker, WorkerDied

_RENDER_FIELDS = ("prompt", "num_frames", "frames_per_second", "resolution", "aspect_ratio", "seed")

_SCRATCH = re.compile(r"[0-9a-f-]{36}\.\w+(\.[0-9a-f]+\.part)?")

log = structlog.get_logger()


@dataclass(frozen=True)
class Shop:
    """What a job needs on its way: the model, the table, the files, its images, a place for scratch files."""

    model: Model
    jobs: JobTable
    files: FileStore
    inputs: Inputs
    scratch: Path

    def can_render(self, job: Job) -> bool:
        """Tell whether a stored job has all that a render needs: another make of the engine may have left it."""
        return all(name in job.input for name in (*_RENDER_FIELDS, *self.model.images.values()))


def clear_scratch(scratch: Path) -> None:
    """Drop what jobs of a killed engine left in the scratch folder, and nothing of anybody else's."""
    for leftover in scratch.iterdir():
        if _SCRATCH.fullmatch(leftover.name):
            leftover.unlink()


async def render_job(shop: Shop, live: LiveJob, worker: Worker, limit_s: float) -> Outcome:
    """See a job through; its scratch files are gone afterwards."""
    scratch = {name: shop.scratch / f"{live.job.request_id}.{name}" for name in shop.model.images.values()}
    try:
        pictures = await _bring_images(shop, live, scratch)
        if live.stop.is_set():
            return outcomes.CLIENT_CANCELLED
        if isinstance(pictures, Outcome):
            return pictures
        return await _render(shop, live, worker, pictures, limit_s)
    except Exception as error:
        # A full disk, or a defect of ours: it costs this job, not the engine and all that wait.
        log.exception("job failed", request_id=live.job.request_id)
        return outcomes.model_failed(type(error).__name__)
    finally:
        for path in scratch.values():
            path.unlink(missing_ok=True)


async def _bring_images(shop: Shop, live: LiveJob, scratch: dict[str, Path]) -> dict[str, str] | Outcome:
    """Return the paths of the images by the generator's words for them, or the refusal of one."""
    pictures: dict[str, str] = {}
    for which, name in shop.model.images.items():
        try:
            path = await _unless_stopped(shop.inputs.fetch(live.job.input[name], scratch[name]), live.stop)
        except BadInput as bad:
            return outcomes.image_not_had(name, str(bad))
        if path is None:
            break
        pictures[which] = str(path)
    return pictures


async def _render(shop: Shop, live: LiveJob, worker: Worker, pictures: dict[str, str], limit_s: float) -> Outcome:
    token = shop.files.new_token()
    output = shop.files.location(token)
    order: dict[str, Any] = {name: live.job.input[name] for name in _RENDER_FIELDS}
    order |= pictures | {"output": str(output)}
    live.worker = worker
    try:
        reply = await worker.render(order, lambda done, total: live.log(f"{done}/{total}"), limit_s)
    except WorkerDied as died:
        log.warning("worker died", request_id=live.job.request_id, why=died.why)
        return outcomes.CLIENT_CANCELLED if live.cancelled else outcomes.runner_disconnected()
    except TimeoutError:
        return outcomes.too_slow(limit_s)
    finally:
        live.worker = None
        for leftover in output.parent.glob(f"{token}.*"):
            leftover.unlink()
    return await _outcome(shop, live, reply, token)


async def _outcome(shop: Shop, live: LiveJob, reply: Reply, token: str) -> Outcome:
    match reply.kind:
        case "cancelled":
            return outcomes.CLIENT_CANCELLED
        case "bad_image":
            return outcomes.bad_image(shop.model.images[reply.detail["which"]], reply.detail)
        case "failed":
            return outcomes.model_failed(reply.detail)
        case "done":
            name, seed = f"{live.job.request_id}.mp4", live.job.input["seed"]
            life = live.job.lifetime_s
            file = await in_the_end(
                lambda: shop.files.adopt(token, name=name, content_type="video/mp4", lifetime_s=life)
            )
            return outcomes.video(token, path=file.path, name=name, size=file.size or 0, seed=seed)


async def _unless_stopped(fetch: Awaitable[Path], stop: asyncio.Event) -> Path | None:
    """Await a fetch, or give it up when the job is cancelled; then the answer is None."""
    fetching = asyncio.ensure_future(fetch)
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({fetching, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return None if stop.is_set() else await fetching
    finally:
        for task in (fetching, stopped):
            task.cancel()
        await asyncio.gather(fetching, stopped, return_exceptions=True)
