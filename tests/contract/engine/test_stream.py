"""Server-sent events: each log line once, an end after COMPLETED, and no harm from clients that come and go."""

import json
from pathlib import Path

from tests.contract.engine.running import Caller, caller, engine, messages


async def test_log_lines_come_as_deltas(call: Caller, gate: Path) -> None:
    """On one connection every line of the log comes once and in order, up to COMPLETED, the last event."""
    request_id = await call.submit(f"hold {gate}")
    await call.until(request_id, "IN_PROGRESS", log="3/81")
    gate.touch()
    events = [event async for event in call.events(request_id)]
    assert [f"{frame}/81" for frame in range(1, 82)] == [line for event in events for line in messages(event)]
    assert [event["status"] for event in events if event["status"] == "COMPLETED"] == ["COMPLETED"]
    assert events[-1]["status"] == "COMPLETED"


async def test_a_waiting_request_hears_its_position_change(call: Caller, gate: Path) -> None:
    """The stream tells each step forward in the queue."""
    first = await call.submit(f"hold {gate}")
    await call.until(first, "IN_PROGRESS", log="3/81")
    ahead, last = await call.submit("go"), await call.submit("go")
    seen = []
    async for event in call.events(last):
        seen.append(event.get("queue_position"))
        if event.get("queue_position") == 1:
            await call.cancel(ahead)
        if event.get("queue_position") == 0:
            gate.touch()
    assert seen[:2] == [1, 0]
    assert set(seen[2:]) == {None}


async def test_a_client_that_leaves_and_returns_misses_nothing(call: Caller, gate: Path) -> None:
    """A broken connection does not touch the request; the next one starts with the whole log."""
    request_id = await call.submit(f"hold {gate}")
    for _ in range(3):
        await call.until(request_id, "IN_PROGRESS", log="3/81")
    gate.touch()
    await call.until(request_id, "COMPLETED")
    lines = [line async for event in call.events(request_id) for line in messages(event)]
    assert [f"{frame}/81" for frame in range(1, 82)] == lines


async def test_without_logs_the_stream_has_none(call: Caller) -> None:
    """`logs=0` keeps the log out of every event."""
    request_id = await call.submit("go")
    await call.until(request_id, "COMPLETED")
    async with call.session.get(call.address(request_id, "/status/stream?logs=0")) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        body = (await response.text()).removeprefix("data: ")
    assert json.loads(body)["logs"] is None


async def test_a_silent_stream_is_kept_alive(tmp_path: Path, gate: Path) -> None:
    """While nothing happens a comment goes out, which no client takes for an event."""
    with engine(tmp_path / "data", "--workers", "1", "--keepalive-s", "0.05") as running:
        async with caller(running) as call:
            request_id = await call.submit(f"hold {gate}")
            async with call.session.get(call.address(request_id, "/status/stream")) as response:
                async for line in response.content:
                    if line.startswith(b":"):
                        break
            gate.touch()
            await call.until(request_id, "COMPLETED")
