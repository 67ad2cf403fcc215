"""fal's own clients, unchanged but for the base address, against the engine: Python's two and npm's.

The npm client needs Node and its package in `tests/node`. Without them its tests skip with a reason on a plain
machine, and fail where `CI` is set: there they must never be left out unseen.
"""

import asyncio
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.contract.engine.running import DEADLINE_S, ROOT, EngineProcess, engine, environment

NODE_TESTS = ROOT / "tests" / "node"
PYTHON_DRIVER = Path(__file__).with_name("drive_fal_client.py")
CLIENTS = ("python-async", "python-sync", "npm")
LARGE = bytes(range(256)) * 41
NPM_SIZE = 91 * 2**20
START, END = b"first frame's bytes", b"the last frame's bytes"


def command(client: str) -> list[str]:
    """Return the command that drives a client; skip, or fail in CI, where the client is not installed."""
    if client != "npm":
        return [sys.executable, str(PYTHON_DRIVER), client.removeprefix("python-")]
    node = shutil.which("node")
    missing = "node" if node is None else "tests/node/node_modules (run `npm ci` there)"
    if node is None or not (NODE_TESTS / "node_modules" / "@fal-ai" / "client").is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{missing} is not installed, and CI leaves nothing out")
        pytest.skip(f"{missing} is not installed")
    return [node, str(NODE_TESTS / "drive.mjs")]


async def drive(
    client: str, running: EngineProcess, action: str, prompt: str, folder: Path, start: bytes = START
) -> dict[str, Any]:
    """Let a client do one thing, and return what it saw; its video is in `folder`."""
    (folder / "start.png").write_bytes(start)
    (folder / "end.png").write_bytes(END)
    places = [str(folder / name) for name in ("start.png", "end.png", "video.mp4")]
    process = await asyncio.create_subprocess_exec(
        *command(client),
        *(running.url, action, prompt, *places),
        env=environment(FAL_KEY="a-key"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, problems = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, problems.decode()
    answer: dict[str, Any] = json.loads(out)
    return answer


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_uploads_submits_follows_and_fetches(client: str, quick: EngineProcess, tmp_path: Path) -> None:
    """The whole way: both images arrive byte for byte, the log is whole, the video is what was rendered."""
    seen = await drive(client, quick, "render", "go", tmp_path)
    assert all(url.startswith(quick.url) for url in seen["urls"])
    assert [f"{frame}/81" for frame in range(1, 82)] == seen["logs"]
    ordered = json.loads((tmp_path / "video.mp4").read_bytes())
    assert (len(START), len(END), "go", 5) == (ordered["start"], ordered["end"], ordered["prompt"], ordered["seed"])
    assert (seen["result"]["seed"], seen["result"]["video"]["content_type"]) == (5, "video/mp4")


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_cancels_a_running_request(
    client: str, quick: EngineProcess, gate: Path, tmp_path: Path
) -> None:
    """A cancel in the middle of a render ends the client's wait, and its result is the platform's error."""
    seen = await drive(client, quick, "cancel", f"hold {gate}", tmp_path)
    assert seen["status"] == 499


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_is_told_what_is_wrong(client: str, quick: EngineProcess, tmp_path: Path) -> None:
    """A wrong option reaches the client's typed error with field and rule."""
    seen = await drive(client, quick, "refuse", "go", tmp_path)
    assert (seen["status"], seen["detail"][0]["loc"]) == (422, ["body", "num_frames"])
    assert "100" in seen["detail"][0]["msg"]


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_uploads_in_parts(client: str, quick: EngineProcess, tmp_path: Path) -> None:
    """A large file comes in by the client's own multipart code, and is whole."""
    seen = await drive(client, quick, "parts", "", tmp_path, start=LARGE)
    expected = LARGE if client != "npm" else (LARGE * (NPM_SIZE // len(LARGE) + 1))[:NPM_SIZE]
    async with aiohttp.ClientSession() as bare, bare.get(seen["url"]) as response:
        assert hashlib.sha256(await response.read()).hexdigest() == hashlib.sha256(expected).hexdigest()


def test_the_lock_of_the_npm_client_names_no_host() -> None:
    """Whoever installs decides from where: the lock file pins versions and hashes and no address."""
    lock = (NODE_TESTS / "package-lock.json").read_text()
    assert "sha512-" in lock
    assert "://" not in lock


async def test_the_npm_client_follows_the_stream(quick: EngineProcess, tmp_path: Path) -> None:
    """The npm client adds up the stream's log deltas to the whole log, each line once."""
    seen = await drive("npm", quick, "stream", "go", tmp_path)
    assert seen == {"status": "COMPLETED", "logs": [f"{frame}/81" for frame in range(1, 82)]}


async def test_a_wrong_key_is_told_to_a_client(tmp_path: Path) -> None:
    """With a key configured, fal's client with another one gets its 401 as an error."""
    with (
        engine(tmp_path / "data", key="another-key") as running,
        pytest.raises(AssertionError, match="401 Unauthorized"),
    ):
        await drive("python-sync", running, "render", "go", tmp_path)
