"""Webhooks: what is posted, that its signature holds, and that it arrives in the end."""

import asyncio
import base64
import hashlib
import json
import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from multidict import CIMultiDictProxy

from engine.webhooks import MAX_TRIES, pause_after
from tests.contract.engine.running import Caller, caller, engine


@dataclass
class Receiver:
    """The other side of a webhook: fails as often as it is told, and keeps what it was sent."""

    failures: int = 0
    tries: int = 0
    refused: asyncio.Event = field(default_factory=asyncio.Event)
    taken: asyncio.Queue[tuple[CIMultiDictProxy[str], bytes]] = field(default_factory=asyncio.Queue)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        """Take a webhook, or refuse it."""
        self.tries += 1
        if self.tries <= self.failures:
            self.refused.set()
            return web.Response(status=500)
        self.taken.put_nowait((request.headers, await request.read()))
        return web.Response()

    async def next(self) -> tuple[CIMultiDictProxy[str], bytes]:
        """Wait for a webhook."""
        async with asyncio.timeout(15):
            return await self.taken.get()


@asynccontextmanager
async def receiver(failures: int = 0) -> AsyncIterator[Receiver]:
    """Run a receiver."""
    running = Receiver(failures)
    app = web.Application()
    app.router.add_post("/hook", running.take)
    async with TestServer(app) as server:
        running.url = str(server.make_url("/hook?job=17"))
        yield running


async def verify(call: Caller, headers: CIMultiDictProxy[str], body: bytes) -> None:
    """Check a webhook as fal's documentation tells its receivers to; raises InvalidSignature."""
    async with call.session.get(f"{call.url}/.well-known/jwks.json") as response:
        keys: list[dict[str, Any]] = (await response.json())["keys"]
    named = [headers[f"X-Fal-Webhook-{name}"] for name in ("Request-Id", "User-Id", "Timestamp")]
    assert abs(time.time() - int(named[2])) < 300
    message = "\n".join([*named, hashlib.sha256(body).hexdigest()]).encode()
    raw = base64.urlsafe_b64decode(keys[0]["x"] + "==")
    Ed25519PublicKey.from_public_bytes(raw).verify(bytes.fromhex(headers["X-Fal-Webhook-Signature"]), message)


async def test_a_result_is_posted_and_signed(call: Caller) -> None:
    """A finished request is posted with its result, signed over exactly the bytes that arrive."""
    async with receiver() as other:
        request_id = await call.submit("go", {"fal_webhook": other.url})
        headers, body = await other.next()
    await verify(call, headers, body)
    told = json.loads(body)
    assert (request_id, request_id, "OK") == (told["request_id"], told["gateway_request_id"], told["status"])
    assert told["payload"] == (await call.get(request_id))[1]
    with pytest.raises(InvalidSignature):
        await verify(call, headers, body + b" ")


@pytest.mark.parametrize(
    ("prompt", "fields", "kind"),
    [("go", {"num_frames": 101}, "less_than_equal"), ("break", {}, "internal_server_error"), ("die", {}, None)],
)
async def test_an_error_is_posted_with_its_body(
    call: Caller, prompt: str, fields: dict[str, Any], kind: str | None
) -> None:
    """A failed request is posted as ERROR with the words and the body of its result."""
    async with receiver() as other:
        request_id = await call.submit(prompt, {"fal_webhook": other.url}, **fields)
        headers, body = await other.next()
    await verify(call, headers, body)
    told = json.loads(body)
    assert told["status"] == "ERROR"
    assert told["error"]
    assert told["payload"] == (await call.get(request_id))[1]
    if kind is not None:
        assert told["payload"]["detail"][0]["type"] == kind


async def test_a_webhook_that_is_not_taken_comes_again(call: Caller) -> None:
    """A 500 is no answer: the same body is posted again, signed anew, until it is taken, and then no more."""
    async with receiver(failures=1) as other:
        await call.submit("go", {"fal_webhook": other.url})
        headers, body = await other.next()
        await verify(call, headers, body)
        assert other.tries == 2


def test_the_pauses_add_up_to_fals_two_hours() -> None:
    """The first tries come quickly, the last after at most five minutes, all thirty within two hours."""
    pauses = [pause_after(attempt) for attempt in range(1, MAX_TRIES)]
    assert pauses[:3] == [1, 2, 4]
    assert max(pauses) == 300
    assert 3600 < sum(pauses) < 7200


async def test_a_webhook_goes_out_after_a_kill(tmp_path: Path, gate: Path) -> None:
    """Both a webhook that was not taken yet and that of a request still to be rendered survive kill -9."""
    data = tmp_path / "data"
    async with receiver(failures=1) as other:
        with engine(data, "--workers", "1") as running:
            async with caller(running) as call:
                sent = await call.submit("go", {"fal_webhook": other.url})
                held = await call.submit(f"hold {gate}", {"fal_webhook": other.url})
                await call.until(held, "IN_PROGRESS", log="3/81")
                await asyncio.wait_for(other.refused.wait(), 10)
            running.kill()
        gate.touch()
        with engine(data, "--workers", "1") as running:
            async with caller(running) as call:
                taken = [await other.next() for _ in range(2)]
                for headers, body in taken:
                    await verify(call, headers, body)
    assert {sent, held} == {json.loads(body)["request_id"] for _, body in taken}


async def test_a_receiver_that_hangs_holds_up_no_other(call: Caller) -> None:
    """Twenty webhooks to a host that never answers: that of another host arrives at once all the same."""
    never = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hang)
    async with TestServer(app, host="127.0.0.2") as dead, receiver() as other:
        for _ in range(20):
            await call.submit("go", {"fal_webhook": str(dead.make_url("/hook"))}, num_frames=0)
        request_id = await call.submit("go", {"fal_webhook": other.url}, num_frames=0)
        async with asyncio.timeout(5):
            _, body = await other.next()
        never.set()
    assert json.loads(body)["request_id"] == request_id


async def test_the_secret_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The key pair's file has mode 0600 and stays the same over a restart."""
    data, public = tmp_path / "data", []
    for _ in range(2):
        with engine(data) as running:
            async with caller(running) as call, call.session.get(f"{call.url}/.well-known/jwks.json") as response:
                public.append(await response.json())
    assert stat.S_IMODE((data / "signing.key").stat().st_mode) == 0o600
    assert public[0] == public[1]
    assert {"OKP", "Ed25519"} == {public[0]["keys"][0][name] for name in ("kty", "crv")}
