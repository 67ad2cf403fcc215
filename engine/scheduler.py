"""Who runs when: the queue in front of the workers, and the way of one job from its turn to its outcome.

Each worker has a runner, a named task: it keeps its process alive, takes the next job, sees it through and stores how
it ended. A worker that dies takes one job with it and is replaced; the other runners do not notice.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from engine import outcomes
from engine.files import FileStore
from engine.inputs import STORED, BadInput, Inputs
from engine.jobs import Job, JobTable, Outcome, Submission
from engine.live import LiveJob, Waiting
from engine.model import Model
from engine.workers import Reply, Worker, WorkerDied, start_worker

MAX_STARTS = 3
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30
_RENDER_FIELDS = ("prompt", "num_frames", "frames_per_second", "resolution", "aspect_ratio", "seed")

log = structlog.get_logger()


class QueueFull(Exception):
    """More jobs wait than the client allowed."""


@dataclass(frozen=True)
class Shop:
    """What a job needs on its way: the model, the table, the files, its images, a place for scratch files."""

    model: Model
    jobs: JobTable
    files: FileStore
    inputs: Inputs
    scratch: Path


class Scheduler:
    """The live jobs and the runners that work them off."""

    def __init__(
        self,
        shop: Shop,
        *,
        renderer: str,
        limit_s: float,
        webhook: Callable[[Job, Outcome], str],
        sent: Callable[[], None],
    ) -> None:
        self._shop = shop
        self._renderer = renderer
        self._limit_s = limit_s
        self._webhook = webhook
        self._sent = sent
        self._live: dict[str, LiveJob] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self.waiting = Waiting()

    async def restore(self) -> None:
        """Take up what a former run left: waiting jobs wait on, a job that was cut off is rendered again."""
        for job in await self._shop.jobs.unfinished():
            live = LiveJob(job, cancelled=job.cancelled)
            if job.cancelled:
                await self._finish(live, outcomes.CLIENT_CANCELLED)
            elif job.starts >= MAX_STARTS:
                await self._finish(live, outcomes.runner_disconnected())
            else:
                self._live[job.request_id] = live
                self.waiting.add(live)

    async def submit(self, submission: Submission, *, most: int | None, start_within_s: float | None) -> LiveJob:
        """Accept a request into the queue. Raises QueueFull."""
        if most is not None and len(self.waiting) >= most:
            raise QueueFull
        live = LiveJob(await self._shop.jobs.add(submission))
        self._live[submission.request_id] = live
        self.waiting.add(live)
        if start_within_s is not None:
            timer = asyncio.create_task(self._expire(live, start_within_s), name=f"start limit {submission.request_id}")
            self._timers[submission.request_id] = timer
            timer.add_done_callback(lambda _: self._timers.pop(submission.request_id, None))
        return live

    async def refuse(self, submission: Submission, outcome: Outcome) -> LiveJob:
        """Accept a request whose input is wrong: it is done at once, and its result is the refusal."""
        live = LiveJob(await self._shop.jobs.add(submission))
        await self._finish(live, outcome)
        return live

    def find(self, request_id: str) -> LiveJob | None:
        """Find a job that is not done."""
        return self._live.get(request_id)

    async def cancel(self, live: LiveJob) -> None:
        """Cancel a job: a waiting one never runs, a running one is stopped as soon as its worker listens."""
        live.cancelled = True
        if self.waiting.remove(live):
            await self._finish(live, outcomes.CLIENT_CANCELLED)
            return
        await self._shop.jobs.cancel(live.job.request_id)
        live.stop.set()
        if live.worker is not None:
            await live.worker.cancel()

    def files_in_use(self) -> set[str]:
        """Name the stored files that a live job still needs."""
        values = (value for live in self._live.values() for value in live.job.input.values())
        return {value.removeprefix(STORED) for value in values if isinstance(value, str) and value.startswith(STORED)}

    async def run(self, workers: int) -> None:
        """Work the queue off until cancelled; then every worker is ended."""
        async with asyncio.TaskGroup() as group:
            for number in range(workers):
                group.create_task(self._runner(), name=f"runner {number}")

    async def _runner(self) -> None:
        worker: Worker | None = None
        pause = FIRST_PAUSE_S
        try:
            while True:
                if worker is None or not worker.alive:
                    try:
                        worker = await start_worker(self._renderer)
                        log.info("worker ready", pid=worker.pid)
                        pause = FIRST_PAUSE_S
                    except (WorkerDied, OSError) as error:
                        log.warning("worker did not start", why=str(error), next_try_s=pause)
                        with contextlib.suppress(TimeoutError):
                            live = await asyncio.wait_for(self.waiting.next(), pause)
                            await self._finish(live, outcomes.runner_unavailable())
                        pause = min(pause * 2, LONGEST_PAUSE_S)
                        continue
                await self._serve(await self.waiting.next(), worker)
        finally:
            if worker is not None:
                await worker.kill()

    async def _serve(self, live: LiveJob, worker: Worker) -> None:
        request_id = live.job.request_id
        await self._shop.jobs.start(request_id)
        live.begin()
        log.info("job started", request_id=request_id, worker=worker.pid)
        scratch = [self._shop.scratch / f"{request_id}.{name}" for name in self._shop.model.images]
        try:
            outcome = await self._render(live, worker, scratch)
            live.inference_s = time.monotonic() - live.began
            await self._finish(live, outcome)
        except asyncio.CancelledError:
            # The engine stops: the job goes back to its place, and this start does not count against it.
            await self._shop.jobs.give_back(request_id)
            raise
        finally:
            for path in scratch:
                path.unlink(missing_ok=True)

    async def _render(self, live: LiveJob, worker: Worker, scratch: list[Path]) -> Outcome:
        pictures: dict[str, str] = {}
        for (which, name), place in zip(self._shop.model.images.items(), scratch, strict=True):
            try:
                path = await _unless_stopped(self._shop.inputs.fetch(live.job.input[name], place), live.stop)
            except BadInput as bad:
                return outcomes.image_not_had(name, str(bad))
            if path is None:
                return outcomes.CLIENT_CANCELLED
            pictures[which] = str(path)
        if live.stop.is_set():
            return outcomes.CLIENT_CANCELLED
        token = self._shop.files.new_token()
        output = self._shop.files.location(token)
        order: dict[str, Any] = {name: live.job.input[name] for name in _RENDER_FIELDS}
        order |= pictures | {"output": str(output)}
        live.worker = worker
        try:
            reply = await worker.render(order, lambda done, total: live.log(f"{done}/{total}"), self._limit_s)
        except WorkerDied as died:
            log.warning("worker died", request_id=live.job.request_id, why=died.why)
            return outcomes.CLIENT_CANCELLED if live.cancelled else outcomes.runner_disconnected()
        except TimeoutError:
            return outcomes.too_slow(self._limit_s)
        finally:
            live.worker = None
            for leftover in output.parent.glob(f"{token}.*"):
                leftover.unlink()
        return await self._outcome(live, reply, token)

    async def _outcome(self, live: LiveJob, reply: Reply, token: str) -> Outcome:
        match reply.kind:
            case "cancelled":
                return outcomes.CLIENT_CANCELLED
            case "bad_image":
                return outcomes.bad_image(self._shop.model.images[reply.detail["which"]], reply.detail)
            case "failed":
                return outcomes.model_failed(reply.detail)
            case "done":
                name, seed = f"{live.job.request_id}.mp4", live.job.input["seed"]
                file = await self._shop.files.adopt(
                    token, name=name, content_type="video/mp4", lifetime_s=live.job.lifetime_s
                )
                return outcomes.video(token, path=file.path, name=name, size=file.size or 0, seed=seed)

    async def _finish(self, live: LiveJob, outcome: Outcome) -> None:
        job = live.job
        body = None if job.webhook is None else self._webhook(job, outcome)
        await self._shop.jobs.finish(job, outcome, logs=live.logs, inference_s=live.inference_s, webhook=body)
        live.outcome, live.running = outcome, False
        self._live.pop(job.request_id, None)
        if timer := self._timers.pop(job.request_id, None):
            timer.cancel()
        live.tell()
        if body is not None:
            self._sent()
        log.info("job done", request_id=job.request_id, status=outcome.status, error_type=outcome.error_type)

    async def _expire(self, live: LiveJob, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self._timers.pop(live.job.request_id, None)
        if self.waiting.remove(live):
            await self._finish(live, outcomes.start_too_late())


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
