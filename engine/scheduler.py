"""Who runs when: the queue in front of the workers, and how every job comes to its end.

Each worker has a runner, a named task: it keeps its process alive, takes the next job, sees it through and stores how
it ended. A worker that dies takes one job with it and is replaced; the other runners do not notice.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable

import structlog

from engine import outcomes
from engine.inputs import stored_token
from engine.jobs import Job, Outcome, Submission
from engine.live import LiveJob, Waiting
from engine.rendering import Shop, render_job
from engine.table import in_the_end
from engine.workers import Worker, WorkerDied, start_worker

MAX_STARTS = 3
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30

log = structlog.get_logger()


class QueueFull(Exception):
    """More jobs wait than the client allowed."""


class Scheduler:
    """The live jobs and the runners that work them off."""

    def __init__(
        self,
        shop: Shop,
        *,
        renderer: str,
        limit_s: float,
        webhook: Callable[[Job | Submission, Outcome], str],
        sent: Callable[[], None],
    ) -> None:
        self._shop = shop
        self._renderer = renderer
        self._limit_s = limit_s
        self._webhook = webhook
        self._sent = sent
        self._live: dict[str, LiveJob] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        # Being stored at this moment: they count as waiting where a client limits the queue.
        self._coming = 0
        self.waiting = Waiting()

    async def restore(self) -> None:
        """Take up what a former run left: waiting jobs wait on, a job that was cut off is rendered again."""
        for job in await self._shop.jobs.unfinished():
            live = LiveJob(job, cancelled=job.cancelled)
            if job.cancelled:
                await self._finish(live, outcomes.CLIENT_CANCELLED)
            elif job.starts >= MAX_STARTS or not self._shop.can_render(job):
                await self._finish(live, outcomes.runner_disconnected())
            else:
                self._live[job.request_id] = live
                self.waiting.add(live)

    async def submit(self, submission: Submission, *, most: int | None, start_within_s: float | None) -> LiveJob:
        """Accept a request into the queue. Raises QueueFull."""
        if most is not None and len(self.waiting) + self._coming >= most:
            raise QueueFull
        self._coming += 1
        try:
            live = LiveJob(await self._shop.jobs.add(submission))
        finally:
            self._coming -= 1
        self._live[submission.request_id] = live
        self.waiting.add(live)
        if start_within_s is not None:
            timer = asyncio.create_task(self._expire(live, start_within_s), name=f"start limit {submission.request_id}")
            self._timers[submission.request_id] = timer
            timer.add_done_callback(lambda _: self._timers.pop(submission.request_id, None))
        return live

    async def refuse(self, submission: Submission, outcome: Outcome) -> None:
        """Accept a request whose input is wrong: it is done at once, and its result is the refusal."""
        body = None if submission.webhook is None else self._webhook(submission, outcome)
        await self._shop.jobs.add_done(submission, outcome, body)
        await self._shop.inputs.release(submission.input)
        if body is not None:
            self._sent()
        log.info("job refused", request_id=submission.request_id, error_type=outcome.error_type)

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

    def say_goodbye(self) -> None:
        """Tell every watcher that the engine stops, so that open streams end at once."""
        for live in self._live.values():
            live.tell_end()

    def files_in_use(self) -> set[str]:
        """Name the stored files that a live job still needs."""
        tokens = (stored_token(value) for live in self._live.values() for value in live.job.input.values())
        return {token for token in tokens if token is not None}

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
                worker = await self._staffed(worker)
                try:
                    async with asyncio.timeout(pause if worker is None else None):
                        live = await self.waiting.next()
                except TimeoutError:
                    pause = min(pause * 2, LONGEST_PAUSE_S)
                    continue
                # It may have died while there was nothing to do: that is not this job's fault.
                worker = await self._staffed(worker)
                if worker is None:
                    await self._finish(live, outcomes.runner_unavailable())
                else:
                    pause = FIRST_PAUSE_S
                    await self._serve(live, worker)
        finally:
            if worker is not None:
                await worker.kill()

    async def _staffed(self, worker: Worker | None) -> Worker | None:
        """Return a living worker, the given one or a new one; None when none can be started."""
        if worker is not None and worker.alive:
            return worker
        try:
            worker = await start_worker(self._renderer)
        except (WorkerDied, OSError) as error:
            log.warning("worker did not start", why=str(error))
            return None
        log.info("worker ready", pid=worker.pid)
        return worker

    async def _serve(self, live: LiveJob, worker: Worker) -> None:
        request_id = live.job.request_id
        try:
            await in_the_end(lambda: self._shop.jobs.start(request_id))
            live.begin()
            log.info("job started", request_id=request_id, worker=worker.pid)
            outcome = await render_job(self._shop, live, worker, self._limit_s)
            live.inference_s = time.monotonic() - live.began
            await self._finish(live, outcome)
        except asyncio.CancelledError:
            # The engine stops: the job goes back to its place, and this start does not count against it.
            with contextlib.suppress(sqlite3.OperationalError):
                await self._shop.jobs.give_back(request_id)
            raise

    async def _finish(self, live: LiveJob, outcome: Outcome) -> None:
        job = live.job
        body = None if job.webhook is None else self._webhook(job, outcome)
        jobs = self._shop.jobs
        await in_the_end(lambda: jobs.finish(job, outcome, logs=live.logs, inference_s=live.inference_s, webhook=body))
        await in_the_end(lambda: self._shop.inputs.release(job.input))
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
