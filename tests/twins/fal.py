"""A fal that is strict, scriptable and local: what the wire sees of fal's queue, storage and files, on one real socket.

In a test::

    async with FalTwin() as fal:                      # fal.url is what TWEENBOT_FAL_URL would hold, fal.key the key
        fal.script("submit", LoseAnswer(), Answer(503))   # the next requests of that kind; after them, as usual
        ...
        job = await fal.next_job()                    # the accepted jobs, in order; each one is a bill
        job.progress("1/30"); job.finish()            # the test drives a job (with seconds=None, the default)
        assert len(fal.jobs) == 1                     # bills
        assert [seen.kind for seen in fal.seen] == ["submit", "stream", "result"]

Kinds of requests: submit, status, stream, result, cancel, token, upload, initiate, put, file, history, jwks. Leaving
the ``async with`` fails the test if anything came in that fal would not take: an unknown path or method, a missing or
wrong key, the key on a file, a body or header that is not as fal wants it (``fal.violations``). ``FalTwin(seconds=20)``
finishes each job by the clock. What can be set: ``fal.video``, the file of a finished job, or ``fal.video_file``,
where a heavy one lies; ``fal.units``, its billed units (None: not said); ``fal.replays_logs``, whether a new stream
starts with all logs; ``fal.names_urls_at``, another address for the URLs of a submit's answer; ``fal.tells_length`` and
``fal.drips``, whether a file says how long it is, and whether it comes byte by byte; ``fal.history_page``, how many
requests a page of the history holds;
``fal.webhooks`` (``fal_webhooks``), who signs and posts the end of each job that asks for it; ``fal.faults``
(``fal_faults``), what goes wrong by chance.

``python -m tests.twins.fal --port 0 --seconds 20 --faults 0.1 --seed 7`` runs one for other processes: it prints its
address, and when its standard input ends, one line of JSON: how many requests of each kind came, and when each job was
done (by the machine's monotonic clock). ``fal_program`` says how to look in while it runs.
"""

import asyncio
import time
import uuid
from collections import Counter, defaultdict, deque
from pathlib import Path

from aiohttp import web

from tests.twins import fal_history, fal_program, fal_storage, fal_wire
from tests.twins.fal_faults import Faults
from tests.twins.fal_jobs import CANCELLED, TwinJob
from tests.twins.fal_replies import RefuseUnread, Reply
from tests.twins.fal_webhooks import Webhooks
from tests.twins.fal_wire import Seen
from tests.twins.listening import Listening
from tests.twins.replies import HoldAnswer, LoseAnswer, Usual

PATIENCE = 30.0
"""Seconds that a test waits for a program before it fails."""
KEY = "twin-id:twin-secret-0123456789abcdef"


class FalTwin(Listening):
    """The twin; see the module's docstring."""

    SERVICE = "fal"
    BACKLOG = 4096

    def __init__(
        self,
        *,
        key: str = KEY,
        seconds: float | None = None,
        keeps_requests: bool = True,
        faults: Faults | None = None,
    ) -> None:
        super().__init__()
        self.key = key
        self.seconds = seconds
        self.jobs: list[TwinJob] = []
        self.counts: Counter[str] = Counter()
        self.seen: list[Seen] = []
        self.violations: list[str] = []
        self.uploads: dict[str, bytes] = {}
        self.video = b"not really a video" * 1000
        self.video_file: Path | None = None
        self.units: str | None = "1"
        self.names_urls_at: str | None = None
        self.replays_logs = True
        self.tells_length = True
        self.drips = False
        self.history_page = 100
        self.faults = faults or Faults()
        self.webhooks = Webhooks(self.video_url)
        self.webhooks.times = self.faults.posts
        self.tokens: set[str] = set()
        self._news = asyncio.Event()
        self._keeps_requests = keeps_requests
        self.known: dict[str, TwinJob] = {}
        self._scripts: defaultdict[str, deque[Reply]] = defaultdict(deque)
        self._arrivals: asyncio.Queue[TwinJob] = asyncio.Queue()

    async def close(self) -> None:
        """Stop listening, post no more webhooks, and drop every connection."""
        await self.webhooks.close()
        await super().close()

    def script(self, kind: str, *replies: Reply) -> None:
        """Say what the next requests of a kind get; when these are used up, the usual happens again."""
        self._scripts[kind].extend(replies)

    async def next_job(self) -> TwinJob:
        """Wait (PATIENCE at most) for the next accepted job that no test has taken yet."""
        async with asyncio.timeout(PATIENCE):
            return await self._arrivals.get()

    def requests(self, kind: str) -> list[Seen]:
        """Return the requests of one kind, in order."""
        return [seen for seen in self.seen if seen.kind == kind]

    async def until_seen(self, kind: str, count: int) -> None:
        """Wait (PATIENCE at most) until so many requests of a kind have come in."""
        async with asyncio.timeout(PATIENCE):
            while self.counts[kind] < count:
                await self._news.wait()

    def forget(self, job: TwinJob) -> None:
        """Know nothing of an accepted job any more, as fal does after its retention; it remains a bill."""
        del self.known[job.id]

    def _not_taken(self) -> list[str]:
        return self.violations

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith(fal_program.PREFIX):
            return await fal_program.control(self, request)
        kind = fal_wire.kind_of(request)
        reply = self._reply(kind)
        body = b"" if isinstance(reply, RefuseUnread) else await request.read()
        self.counts[kind] += 1
        self._news.set()
        self._news = asyncio.Event()
        if self._keeps_requests:
            peer = request.get_extra_info("peername")
            self.seen.append(Seen(kind, request.method, request.path_qs, request.headers, body, peer))
        if (scripted := await fal_wire.instead(reply, request)) is not None:
            return scripted
        if problem := fal_wire.problem_with(request, kind, self.key, self.tokens):
            return self.refuse(*problem)
        if kind == "stream":
            return await fal_wire.stream(request, self._job(request), reply, replays_logs=self.replays_logs)
        response = await self._usual(request, kind, reply)
        if isinstance(reply, LoseAnswer):
            fal_wire.hang_up(request)
        if isinstance(reply, HoldAnswer):
            reply.reached.set()
            await reply.until.wait()
        return response

    def _reply(self, kind: str) -> Reply:
        if self._scripts[kind]:
            return self._scripts[kind].popleft()
        return self.faults.draw(kind) or Usual()

    async def _usual(self, request: web.Request, kind: str, reply: Reply) -> web.StreamResponse:
        match kind:
            case "submit":
                response: web.StreamResponse = self._submit(request, await request.read())
            case "file":
                response = await fal_storage.file(self, request, reply)
            case "token" | "upload" | "initiate" | "put":
                response = await fal_storage.store(self, request, kind)
            case "history":
                response = fal_history.history(self, request)
            case "jwks":
                response = web.json_response(self.webhooks.jwks())
            case _:
                response = self._about(self._job(request), kind)
        return response

    def _about(self, job: TwinJob | None, kind: str) -> web.Response:
        if kind == "cancel":
            return self._cancel(job)
        if job is None:
            return web.json_response({"detail": "Request not found"}, status=404)
        return self._status(job) if kind == "status" else self._result(job)

    def _submit(self, request: web.Request, body: bytes) -> web.Response:
        endpoint = request.path.strip("/")
        arguments = fal_wire.arguments_of(request, body)
        if isinstance(arguments, str):
            return self.refuse(422, arguments)
        job = TwinJob(str(uuid.uuid4()), endpoint, arguments, accepted_at=asyncio.get_running_loop().time())
        job.webhook, job.sent_at = request.query.get("fal_webhook"), time.time()
        job.when_done = self.webhooks.send
        self.jobs.append(job)
        self.known[job.id] = job
        self._arrivals.put_nowait(job)
        if self.seconds is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(self.seconds / 4, job.progress, "1/2")
            loop.call_later(self.seconds, job.finish)
        home = f"{self.names_urls_at or self.url}/{'/'.join(endpoint.split('/')[:2])}/requests/{job.id}"
        urls = {"response_url": home, "status_url": f"{home}/status", "cancel_url": f"{home}/cancel"}
        return web.json_response({"request_id": job.id, "queue_position": job.position, "status": "IN_QUEUE"} | urls)

    def _status(self, job: TwinJob) -> web.Response:
        return web.json_response(job.described(job.logs), status=200 if job.status == "COMPLETED" else 202)

    def _result(self, job: TwinJob) -> web.Response:
        if job.status != "COMPLETED" or job.late > 0:
            job.late -= 1
            return web.json_response({"detail": "Request is still in progress"}, status=400)
        if job.answer is not None:
            return fal_wire.as_response(job.answer)
        video = {"url": self.video_url(job), "content_type": "video/mp4", "file_size": fal_storage.weight(self)}
        headers = {} if self.units is None else {"X-Fal-Billable-Units": self.units}
        return web.json_response({"video": video, "seed": job.arguments.get("seed", 42)}, headers=headers)

    def _cancel(self, job: TwinJob | None) -> web.Response:
        if job is None:
            return web.json_response({"status": "NOT_FOUND"}, status=404)
        job.cancels += 1
        if job.status == "COMPLETED":
            return web.json_response({"status": "ALREADY_COMPLETED"}, status=400)
        if job.status == "IN_QUEUE":
            job.finish(CANCELLED)
        return web.json_response({"status": "CANCELLATION_REQUESTED"}, status=202)

    def video_url(self, job: TwinJob) -> str:
        """The address of a job's video."""
        return f"{self.url}/files/{job.id}.mp4"

    def refuse(self, status: int, problem: str) -> web.Response:
        """Refuse what fal would refuse, and remember it."""
        self.violations.append(problem)
        return web.json_response({"detail": problem}, status=status)

    def _job(self, request: web.Request) -> TwinJob | None:
        return self.known.get(request.path.partition("/requests/")[2].partition("/")[0])


if __name__ == "__main__":
    fal_program.main(KEY)
