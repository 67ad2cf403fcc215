"""The engine dies, or is told to stop; what it had accepted is still there when it comes back."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.contract.engine.running import DEADLINE_S, ROOT, caller, engine, environment

ONE = ("--workers", "1")
DONE = '{"status": 200, "body": {}}'


async def test_a_killed_engine_finishes_everything_after_a_restart(tmp_path: Path, gate: Path) -> None:
    """Kill -9 with one request running and two waiting: all three finish, in order, the first rendered anew."""
    data = tmp_path / "data"
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            done = await call.submit("go before")
            await call.until(done, "COMPLETED")
            first = await call.submit(f"hold {gate}")
            await call.until(first, "IN_PROGRESS", log="3/81")
            rest = [await call.submit(f"go {number}") for number in range(2)]
        running.kill()
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            await call.until(first, "IN_PROGRESS", log="3/81")
            places = [(await call.get(request_id, "/status"))[1]["queue_position"] for request_id in rest]
            assert places == [0, 1]
            gate.touch()
            for request_id in (first, *rest):
                assert "error" not in await call.until(request_id, "COMPLETED")
            code, result = await call.get(done)
            async with call.session.get(result["video"]["url"]) as response:
                assert (code, response.status) == (200, 200)
        assert running.rendered == ["go before", f"hold {gate}", f"hold {gate}", "go 0", "go 1"]


async def test_a_request_that_was_cancelled_before_the_kill_stays_cancelled(tmp_path: Path, gate: Path) -> None:
    """A wish to stop that was acknowledged survives, even where the worker had not heard it yet."""
    data = tmp_path / "data"
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            first = await call.submit(f"hold {gate}")
            await call.until(first, "IN_PROGRESS", log="3/81")
            _stop_workers(running.process.pid)
            assert (await call.cancel(first))[0] == 202
        running.kill()
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            assert (await call.until(first, "COMPLETED"))["error_type"] == "client_cancelled"
            assert (await call.get(first))[0] == 499


async def test_a_request_that_kills_the_engine_again_and_again_is_given_up(tmp_path: Path, gate: Path) -> None:
    """After three starts that ended with the engine's death the request fails, and the queue goes on."""
    data = tmp_path / "data"
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            poison = await call.submit(f"hold {gate}")
            await call.until(poison, "IN_PROGRESS", log="3/81")
        running.kill()
    for _ in range(2):
        with engine(data, *ONE) as running:
            async with caller(running) as call:
                await call.until(poison, "IN_PROGRESS", log="3/81")
            running.kill()
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            assert (await call.until(poison, "COMPLETED"))["error_type"] == "runner_disconnected"


async def test_orderly_restarts_do_not_count_against_a_request(tmp_path: Path, gate: Path) -> None:
    """A deploy in the middle of a render is nobody's fault: after any number of them the request still runs."""
    data, held = tmp_path / "data", ""
    for _ in range(4):
        with engine(data, *ONE) as running:
            async with caller(running) as call:
                held = held or await call.submit(f"hold {gate}")
                await call.until(held, "IN_PROGRESS", log="3/81")
            assert running.stop() == 0
    gate.touch()
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            assert "error" not in await call.until(held, "COMPLETED")


@pytest.mark.alone
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_leaves_in_time_and_leaves_nobody(
    number: signal.Signals, tmp_path: Path, gate: Path
) -> None:
    """With a render in hand and a stream open, a signal ends engine and workers within five seconds, status 0."""
    data = tmp_path / "data"
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            first = await call.submit(f"hold {gate}")
            events = call.events(first)
            async for event in events:
                if event["status"] == "IN_PROGRESS":
                    break
            workers = psutil.Process(running.process.pid).children(recursive=True)
            began = time.monotonic()
            running.process.send_signal(number)
            assert running.process.wait(DEADLINE_S) == 0
            assert time.monotonic() - began < 2
            assert workers
            assert not psutil.wait_procs(workers, timeout=DEADLINE_S)[1]
            await events.aclose()
    gate.touch()
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            assert "error" not in await call.until(first, "COMPLETED")


async def test_it_stops_when_its_parent_closes_stdin(tmp_path: Path) -> None:
    """An engine that a parent holds leaves with it: the end of stdin is the end of the engine, status 0."""
    with engine(tmp_path / "data", "--stop-on-stdin-eof") as running:
        assert running.process.stdin is not None
        running.process.stdin.close()
        assert running.process.wait(DEADLINE_S) == 0


async def test_workers_of_a_killed_engine_end_by_themselves(tmp_path: Path, gate: Path) -> None:
    """Kill -9 leaves no worker behind, not even one that renders."""
    with engine(tmp_path / "data") as running:
        async with caller(running) as call:
            first = await call.submit(f"hold {gate}")
            await call.until(first, "IN_PROGRESS", log="3/81")
        workers = psutil.Process(running.process.pid).children(recursive=True)
        running.kill()
        assert len(workers) == 2
        assert not psutil.wait_procs(workers, timeout=DEADLINE_S)[1]


async def test_a_killed_worker_costs_its_own_request_only(tmp_path: Path, gate: Path) -> None:
    """Two workers, one is killed: its request fails, the other's finishes, and the next one has a worker again."""
    with engine(tmp_path / "data", "--workers", "2") as running:
        async with caller(running) as call:
            other = gate.with_name("other")
            first, second = await call.submit(f"hold {gate}"), await call.submit(f"hold {other}")
            for request_id in (first, second):
                await call.until(request_id, "IN_PROGRESS", log="3/81")
            psutil.Process(running.process.pid).children()[0].kill()
            gate.touch()
            other.touch()
            ends = [await call.until(request_id, "COMPLETED") for request_id in (first, second)]
            assert sorted((end.get("error_type") for end in ends), key=lambda kind: kind is not None) == [
                None,
                "runner_disconnected",
            ]
            for request_id in [await call.submit("go") for _ in range(4)]:
                assert "error" not in await call.until(request_id, "COMPLETED")


async def test_a_worker_that_dies_idle_costs_nothing(tmp_path: Path) -> None:
    """A worker that was killed while it had nothing to do is replaced before the next request is begun."""
    with engine(tmp_path / "data", *ONE) as running:
        async with caller(running) as call:
            before = await call.submit("go")
            await call.until(before, "COMPLETED")
            idle = psutil.Process(running.process.pid).children()
            idle[0].kill()
            psutil.wait_procs(idle, timeout=DEADLINE_S)
            after = await call.submit("go")
            assert "error" not in await call.until(after, "COMPLETED")


async def test_a_worker_that_does_not_listen_is_ended(tmp_path: Path, gate: Path) -> None:
    """A stopped process cannot hear a cancel: it is killed, the request ends as cancelled, the next one runs."""
    with engine(tmp_path / "data", *ONE) as running:
        async with caller(running) as call:
            first = await call.submit(f"hold {gate}")
            await call.until(first, "IN_PROGRESS", log="3/81")
            _stop_workers(running.process.pid)
            assert (await call.cancel(first))[0] == 202
            assert (await call.until(first, "COMPLETED"))["error_type"] == "client_cancelled"
            after = await call.submit("go")
            assert "error" not in await call.until(after, "COMPLETED")


async def test_a_render_past_its_time_is_stopped(tmp_path: Path, gate: Path) -> None:
    """The engine's limit on a render ends it with fal's timeout error."""
    with engine(tmp_path / "data", *ONE, "--render-limit-s", "0.3") as running:
        async with caller(running) as call:
            first = await call.submit(f"hold {gate}")
            assert (await call.until(first, "COMPLETED"))["error_type"] == "request_timeout"
            assert (await call.get(first))[0] == 504
            after = await call.submit("go")
            assert "error" not in await call.until(after, "COMPLETED")


async def test_a_killed_engine_leaves_no_half_written_file(tmp_path: Path) -> None:
    """What no record names is gone after the next start; what was uploaded is still there."""
    data = tmp_path / "data"
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            kept = await call.upload(b"kept")
        running.kill()
    for name in (f"{'h' * 32}.part", "u" * 32):
        (data / "files" / name).write_bytes(b"x")
    with engine(data, *ONE):
        assert [path.name for path in (data / "files").iterdir()] == [kept.split("/")[-2]]


async def test_a_kill_after_a_result_leaves_no_inline_image(tmp_path: Path, gate: Path) -> None:
    """Killed between a result and the clean-up behind it: the next start drops the images that came in the request."""
    data = tmp_path / "data"
    with engine(data, *ONE) as running:
        async with caller(running) as call:
            first = await call.submit(f"hold {gate}")
            await call.until(first, "IN_PROGRESS", log="3/81")
            waiting = await call.submit("go")
            named = await call.upload(b"kept", "inline")
        running.kill()
    assert len(list((data / "files").iterdir())) == 5
    with contextlib.closing(sqlite3.connect(data / "engine.sqlite")) as table, table:
        table.execute("UPDATE jobs SET state = 'waiting', cancelled = 1 WHERE request_id = ?", (first,))
        table.execute("UPDATE jobs SET state = 'done', outcome = ?, input = '{}' WHERE request_id = ?", (DONE, waiting))
    with engine(data, *ONE):
        assert [path.name for path in (data / "files").iterdir()] == [named.split("/")[-2]]


def test_a_second_engine_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    """Two engines over one job table would render everything twice: the second one says so and does not start."""
    data = tmp_path / "data"
    with engine(data):
        command = [sys.executable, "-m", "engine", "--port", "0", "--data-dir", str(data)]
        second = subprocess.run(
            command, cwd=ROOT, env=environment(), capture_output=True, timeout=DEADLINE_S, check=False, text=True
        )
    assert second.returncode != 0
    assert "--data-dir" in second.stderr
    assert "Traceback" not in second.stderr


async def test_an_engine_whose_workers_cannot_start_says_so(tmp_path: Path) -> None:
    """A renderer that cannot be loaded fails requests with a sentence instead of keeping them for ever."""
    with engine(tmp_path / "data", *ONE, renderer="no.such.module:render") as running:
        async with caller(running) as call:
            first = await call.submit("go")
            assert (await call.until(first, "COMPLETED"))["error_type"] == "runner_scheduling_failure"
            assert (await call.get(first))[0] == 503


def _stop_workers(parent: int) -> None:
    for worker in psutil.Process(parent).children():
        worker.suspend()
