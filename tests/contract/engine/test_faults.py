"""What breaks around the engine: its database is held or damaged, a worker talks nonsense, a start was cut short."""

import contextlib
import sqlite3
import stat
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.contract.engine.running import DEADLINE_S, ENDPOINT, ROOT, caller, engine, environment, eventually

ONE = ("--workers", "1")


@contextlib.contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the engine's database as another program that writes to it does."""
    with contextlib.closing(sqlite3.connect(data / "engine.sqlite")) as table:
        table.execute("BEGIN IMMEDIATE")
        yield
        table.rollback()


def start(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Start an engine that cannot start, and return how it ended."""
    command = [sys.executable, "-m", "engine", "--port", "0", "--data-dir", str(data), *options]
    return subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, timeout=DEADLINE_S, check=False, text=True
    )


async def test_a_database_that_another_program_holds_does_not_end_the_engine(tmp_path: Path, gate: Path) -> None:
    """While somebody else writes to the file the engine waits; then the request ends as if nothing had been."""
    data = tmp_path / "data"
    with engine(data, *ONE, "--sweep-s", "0.05") as running:
        async with caller(running) as call:
            request_id = await call.submit(f"hold {gate}")
            await call.until(request_id, "IN_PROGRESS", log="3/81")
            with held(data):
                gate.touch()
                await call.until(request_id, "IN_PROGRESS", log="81/81")
                log = data.with_suffix(".log")
                while log.read_text().count("database is locked") < 3:
                    assert running.process.poll() is None
                    assert (await call.get(request_id, "/status"))[0] == 202
            assert "error" not in await call.until(request_id, "COMPLETED")
        assert running.stop() == 0


async def test_a_lookup_that_hangs_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """A name server that does not answer blocks a thread that cannot be stopped: the engine leaves without it."""
    hook, asked = tmp_path / "hook", tmp_path / "asked"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(
        "import pathlib, socket, threading\n"
        "def hang(host, *rest, found=socket.getaddrinfo, **named):\n"
        "    if 'slow' in str(host):\n"
        f"        pathlib.Path({str(asked)!r}).touch()\n"
        "        threading.Event().wait(60)\n"
        "    return found(host, *rest, **named)\n"
        "socket.getaddrinfo = hang\n"
    )
    with engine(tmp_path / "data", *ONE, PYTHONPATH=f"{hook}:{ROOT}") as running:
        async with caller(running) as call:
            request_id = await call.submit("go", start_image_url="http://slow.example/a.png")

            async def hangs() -> bool:
                return asked.exists()

            await eventually(hangs)
            workers = psutil.Process(running.process.pid).children()
            began = time.monotonic()
            assert running.stop() == 0
            assert time.monotonic() - began < 5
            assert workers
            assert not psutil.wait_procs(workers, timeout=DEADLINE_S)[1]
    with engine(tmp_path / "data", *ONE) as running:
        async with caller(running) as call:
            assert (await call.until(request_id, "COMPLETED"))["error_type"] == "file_download_error"


async def test_a_log_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    """The disk that the log goes to is full: requests are rendered all the same."""
    (tmp_path / "data.log").symlink_to("/dev/full")
    with engine(tmp_path / "data", *ONE) as running:
        async with caller(running) as call:
            for prompt in ("go", "break", "go"):
                done = await call.until(await call.submit(prompt), "COMPLETED")
                assert ("error" in done) == (prompt == "break")
        assert running.stop() == 0


async def test_a_submit_that_cannot_be_stored_is_told(tmp_path: Path) -> None:
    """While the database is held a submit and an upload are 503 with a sentence, and neither leaves anything."""
    data = tmp_path / "data"
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            with held(data):
                for path, body in ((f"/{ENDPOINT}", {"prompt": "go"}), ("/files/upload", {})):
                    async with call.session.post(running.url + path, json=body) as response:
                        assert (response.status, response.headers["Retry-After"]) == (503, "5")
                        assert "Nothing was accepted" in (await response.json())["detail"]
                assert list((data / "files").iterdir()) == []
            after = await call.submit("go")
            assert "error" not in await call.until(after, "COMPLETED")
        with contextlib.closing(sqlite3.connect(data / "engine.sqlite")) as table:
            assert table.execute("SELECT count(*) FROM jobs").fetchone() == (1,)


async def test_a_refusal_that_was_cut_short_does_not_stop_the_next_start(tmp_path: Path) -> None:
    """A record without the images that a render needs, as an engine of an older make could leave, fails alone."""
    data = tmp_path / "data"
    with engine(data, *ONE):
        pass
    broken = str(uuid.uuid4())
    with contextlib.closing(sqlite3.connect(data / "engine.sqlite")) as table, table:
        table.execute(
            "INSERT INTO jobs (request_id, state, input, base_url, created) VALUES (?, 'waiting', '{}', 'http://x', 0)",
            (broken,),
        )
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            assert "error" in await call.until(broken, "COMPLETED")
            after = await call.submit("go")
            assert "error" not in await call.until(after, "COMPLETED")


async def test_a_worker_that_talks_nonsense_costs_its_own_request_only(tmp_path: Path) -> None:
    """A line that is no answer ends that worker and its request; the next request has a new one."""
    with engine(tmp_path / "data", *ONE) as running:
        async with caller(running) as call:
            request_id = await call.submit("babble")
            assert (await call.until(request_id, "COMPLETED"))["error_type"] == "runner_disconnected"
            after = await call.submit("go")
            assert "error" not in await call.until(after, "COMPLETED")


@pytest.mark.parametrize("name", ["engine.sqlite", "signing.key"])
def test_a_damaged_file_is_named_at_the_start(name: str, tmp_path: Path) -> None:
    """A file in the data folder that cannot be read ends the start with its path and what to do, not a traceback."""
    data = tmp_path / "data"
    data.mkdir()
    (data / name).write_bytes(b"no such thing" * 100)
    ended = start(data)
    assert ended.returncode == 1
    assert str(data / name) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_data_folder_that_cannot_be_is_named_at_the_start(tmp_path: Path) -> None:
    """A data folder below a file is refused with the path and the option that mends it."""
    (tmp_path / "file").touch()
    ended = start(tmp_path / "file" / "data")
    assert ended.returncode == 1
    assert str(tmp_path / "file") in ended.stderr
    assert "--data-dir" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("address", ["tween.example", "ftp://tween.example", "http://"])
def test_a_public_address_that_is_none_is_refused_at_the_start(address: str, tmp_path: Path) -> None:
    """An address that clients could not call would be in every answer: it is refused at once."""
    ended = start(tmp_path / "data", "--public-url", address)
    assert ended.returncode == 2
    assert "--public-url" in ended.stderr


def test_files_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    """A data folder that already holds other files keeps them: only what has a name of the engine's making goes."""
    data = tmp_path / "data"
    kept = [data / "files" / "thesis.tex", data / "scratch" / "notes.txt", data / "files" / "folder" / "x"]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    with engine(data):
        pass
    assert [path.exists() for path in kept] == [True] * 3


async def test_what_the_engine_keeps_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Prompts, pictures and webhook addresses are nobody else's, even in a folder that others may enter."""
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            await call.upload(b"frame")
            await call.until(await call.submit("go"), "COMPLETED")
        made = [path for path in data.rglob("*") if path != data]
        assert len(made) > 5
        assert [str(path) for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
