"""Who may ask the engine for what: keys, hosts, and what it refuses to start with."""

import subprocess
import sys
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.contract.engine.running import DEADLINE_S, ENDPOINT, ROOT, Caller, EngineProcess, caller, engine, environment

CLOSED = [
    ("POST", f"/{ENDPOINT}"),
    ("GET", f"/{ENDPOINT}/requests/x"),
    ("GET", f"/{ENDPOINT}/requests/x/status"),
    ("GET", f"/{ENDPOINT}/requests/x/status/stream"),
    ("PUT", f"/{ENDPOINT}/requests/x/cancel"),
    ("POST", "/storage/auth/token"),
    ("POST", "/storage/upload/initiate"),
    ("POST", "/files/upload"),
    ("POST", "/files/upload/multipart"),
]


@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_a_call_without_a_key_is_a_401(call: Caller, method: str, path: str) -> None:
    """Queue and storage want a key, and the answer says how to send it."""
    async with aiohttp.ClientSession() as bare, bare.request(method, call.url + path, json={}) as response:
        assert response.status == 401
        assert "Authorization: Key" in (await response.json())["detail"]


@pytest.mark.parametrize("header", ["Key wrong", "Bearer right", "right", "Key", "Basic cmlnaHQ="])
async def test_a_configured_key_must_match(header: str, tmp_path: Path) -> None:
    """With a key set at the start only that key, sent as fal's clients do, opens the queue."""
    with engine(tmp_path / "data", key="right") as running:
        address = f"{running.url}/storage/auth/token"
        async with aiohttp.ClientSession() as bare:
            for sent, expected in ((header, 401), ("Key right", 200)):
                async with bare.post(address, json={}, headers={"Authorization": sent}) as response:
                    assert response.status == expected


async def test_an_upload_token_opens_uploads_alone(call: Caller) -> None:
    """The storage token takes a file and nothing else; a forged one takes nothing."""
    async with call.session.post(f"{call.url}/storage/auth/token?storage_type=fal-cdn-v3", json={}) as response:
        granted = await response.json()
    assert {"token", "token_type", "base_url", "expires_at"} == set(granted)
    forged = granted["token"][:-1] + ("0" if granted["token"][-1] != "0" else "1")
    expected = [(granted["token"], "/files/upload", 200), (forged, "/files/upload", 401)]
    for token, path, status in [*expected, (granted["token"], f"/{ENDPOINT}", 401)]:
        headers = {"Authorization": f"{granted['token_type']} {token}"}
        async with aiohttp.ClientSession(headers=headers) as bare, bare.post(call.url + path, data=b"x") as response:
            assert response.status == status


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "169.254.1.1", "", "[::1", "a b:c"])
async def test_a_foreign_host_header_is_refused_on_loopback(call: Caller, host: str) -> None:
    """A web page that was rebound to this address says its own name, and is turned away."""
    async with call.session.get(f"{call.url}/", headers={"Host": host}) as response:
        assert response.status == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8765"])
async def test_a_loopback_host_header_is_fine(call: Caller, host: str) -> None:
    """Every name of this machine is taken."""
    async with call.session.get(f"{call.url}/", headers={"Host": host}) as response:
        assert response.status == 200


async def test_behind_a_public_address_that_one_is_told_and_known(tmp_path: Path) -> None:
    """Behind a proxy every address in an answer is the public one, and an upload named by it is our own."""
    public = "https://tween.example/fal"
    with engine(tmp_path / "data", "--workers", "1", "--public-url", f"{public}/") as running:
        async with caller(running) as call:
            call.session.headers["Host"] = "tween.example"
            upload = await call.upload(b"frame")
            assert upload.startswith(f"{public}/files/")
            request_id = await call.submit("go", start_image_url=upload)
            done = await call.until(request_id, "COMPLETED")
            assert done["response_url"] == f"{public}/{ENDPOINT}/requests/{request_id}"
            assert (await call.get(request_id))[1]["video"]["url"].startswith(f"{public}/files/")


def test_an_open_address_without_a_key_is_refused_at_the_start(tmp_path: Path) -> None:
    """Whoever lets strangers reach the engine must set a key, and is told which variable."""
    command = [sys.executable, "-m", "engine", "--host", "0.0.0.0", "--port", "0", "--data-dir", str(tmp_path / "data")]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, timeout=DEADLINE_S, check=False, text=True
    )
    assert ended.returncode != 0
    assert "TWEENBOT_ENGINE_KEY" in ended.stderr


def test_a_taken_port_is_a_sentence(quick: EngineProcess, tmp_path: Path) -> None:
    """An address in use ends the start with a sentence, not a traceback."""
    port = quick.url.rpartition(":")[2]
    command = [sys.executable, "-m", "engine", "--port", port, "--data-dir", str(tmp_path / "data")]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, timeout=DEADLINE_S, check=False, text=True
    )
    assert ended.returncode != 0
    assert "Address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_a_worker_gets_no_secret_of_the_machine(tmp_path: Path) -> None:
    """It decodes strangers' files, and needs neither keys nor the addresses of databases."""
    secrets = {"FAL_KEY": "a-key", "TWEENBOT_DATABASE_URL": "postgresql://a:b@c/d", "PGPASSWORD": "e"}
    with engine(tmp_path / "data", "--workers", "1", key="the-secret-key", **secrets) as running:
        async with caller(running, "the-secret-key") as call:
            await call.until(await call.submit("go"), "COMPLETED")
        (worker,) = psutil.Process(running.process.pid).children()
        assert set(worker.environ()) & {*secrets, "TWEENBOT_ENGINE_KEY"} == set()


async def test_logs_hold_neither_key_nor_image_nor_address(tmp_path: Path) -> None:
    """What went through the engine does not come out in its log."""
    with engine(tmp_path / "data", "--workers", "1", key="the-secret-key") as running:
        async with caller(running, "the-secret-key") as call:
            url = await call.upload(b"frame")
            first = await call.submit("go", start_image_url=url)
            await call.until(first, "COMPLETED")
            broken = await call.submit("go", start_image_url="http://127.0.0.1:9/a.png?signature=abc")
            await call.until(broken, "COMPLETED")
        assert running.stop() == 0
        log = (tmp_path / "data.log").read_text()
    assert first in log
    assert not [secret for secret in ("the-secret-key", url, "aGVsbG8=", "signature", "abc") if secret in log]
