"""The fal twin's webhooks: signed as fal does, posted until they are taken, and whatever a test posts besides."""

import asyncio
import base64
import hashlib
import io
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.twins.fal_jobs import TwinJob

USER_ID = "github|twin"
ANSWER_S = 15.0
PATIENCE = 30.0


class Signer:
    """A key pair. ``clock`` gives epoch seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.clock = clock

    def jwk(self) -> dict[str, str]:
        """The public key as a JSON Web Key."""
        raw = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": x[:8], "x": x}

    def headers(self, request_id: str, body: bytes, *, age: float = 0) -> dict[str, str]:
        """Sign a body as it would have been signed ``age`` seconds ago."""
        stamp = str(int(self.clock() - age))
        message = "\n".join([request_id, USER_ID, stamp, hashlib.sha256(body).hexdigest()])
        named = {"Request-Id": request_id, "User-Id": USER_ID, "Timestamp": stamp}
        named["Signature"] = self._private.sign(message.encode()).hex()
        return {"Content-Type": "application/json"} | {f"X-Fal-Webhook-{name}": named[name] for name in named}


@dataclass(frozen=True)
class Post:
    """One webhook that was posted, and what came back: a status, None where the connection broke."""

    job_id: str
    status: int | None


class Webhooks:
    """Posts the end of each job that asked for it. ``pauses`` are the seconds between its tries; then it gives up.

    ``signer`` is fal's present key; ``published`` are the keys of the key set. ``times`` says how often a job's webhook
    is posted over again although it was taken; 0 loses it.
    """

    def __init__(self, url_of: Callable[[TwinJob], str]) -> None:
        self.signer = Signer()
        self.published = [self.signer]
        self.pauses: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4, 0.8, 1, 1, 2, 2, 4, 4, 8, 8, 8)
        self.times: Callable[[TwinJob], int] = lambda _: 1
        self.posts: list[Post] = []
        self._url_of = url_of
        self._ended: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def rotate(self) -> None:
        """Sign with a new key from now on, and publish it alone."""
        self.signer = Signer(self.signer.clock)
        self.published = [self.signer]

    def jwks(self) -> dict[str, Any]:
        """The key set, with a key of another kind in it."""
        other = {"kty": "EC", "crv": "P-256", "kid": "other", "x": "AAAA", "y": "AAAA"}
        return {"keys": [other, *(signer.jwk() for signer in self.published)]}

    def body(self, job: TwinJob, **changes: object) -> bytes:
        """Return what fal posts for a job that is done."""
        told: dict[str, Any] = {"request_id": job.id, "gateway_request_id": job.id, "status": "OK"}
        if job.answer is None or job.answer.status < 300:
            told["payload"] = {"video": {"url": self._url_of(job), "content_type": "video/mp4"}, "seed": 42}
        else:
            told |= {"status": "ERROR", "error": f"Unexpected status code: {job.answer.status}"}
            told["payload"] = job.answer.body
        return json.dumps(told | changes).encode()

    def send(self, job: TwinJob) -> None:
        """Begin to post a job's webhook, where it asked for one."""
        if job.webhook is not None:
            task = asyncio.create_task(self._deliver(job, job.webhook), name=f"webhook {job.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def delivered(self, job: TwinJob) -> list[int | None]:
        """Wait (PATIENCE at most) until a job's webhook was taken, or given up; return the answers."""
        async with asyncio.timeout(PATIENCE):
            await self._ended[job.id].wait()
        return [post.status for post in self.posts if post.job_id == job.id]

    async def post(self, job: TwinJob, url: str, body: bytes, headers: dict[str, str]) -> int | None:
        """Post this, whatever it is; return the status that came back."""
        self._session = self._session or aiohttp.ClientSession()
        status = None
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                self._session.post(url, data=io.BytesIO(body), headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, OSError):
            pass
        self.posts.append(Post(job.id, status))
        return status

    async def close(self) -> None:
        """Post no more."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _deliver(self, job: TwinJob, url: str) -> None:
        body = self.body(job)
        for _ in range(self.times(job)):
            for pause in (*self.pauses, 0.0):
                status = await self.post(job, url, body, self.signer.headers(job.id, body))
                if status is not None and 200 <= status < 300:
                    break
                await asyncio.sleep(pause)
        self._ended[job.id].set()
