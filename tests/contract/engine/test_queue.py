"""The queue's order, its answers and its refusals, as a client without fal's library sees them."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.contract.engine.running import ENDPOINT, INLINE, Caller, EngineProcess, gone, messages


async def test_a_submit_answers_an_id_and_three_addresses(call: Caller) -> None:
    """The answer of a submit holds what fal's clients read, and the addresses point at this engine."""
    body = {"prompt": "go", "start_image_url": INLINE, "end_image_url": INLINE}
    async with call.session.post(f"{call.url}/{ENDPOINT}", json=body) as response:
        told = await response.json()
    base = call.address(told["request_id"])
    assert (response.status, told["status"], told["queue_position"]) == (200, "IN_QUEUE", 0)
    assert [base, f"{base}/status", f"{base}/cancel"] == [
        told[name] for name in ("response_url", "status_url", "cancel_url")
    ]
    await call.until(told["request_id"], "COMPLETED")


async def test_the_result_names_a_video_that_can_be_fetched(call: Caller) -> None:
    """A finished request's result has fal's file fields and its seed, and the file is there without a key."""
    request_id = await call.submit("go", seed=7)
    done = await call.until(request_id, "COMPLETED")
    assert done["metrics"]["inference_time"] > 0
    assert "error" not in done
    async with call.session.get(call.address(request_id)) as response:
        assert (200, "0", request_id) == (
            response.status,
            response.headers["X-Fal-Billable-Units"],
            response.headers["x-fal-request-id"],
        )
        result = await response.json()
    video = result["video"]
    assert ("video/mp4", f"{request_id}.mp4", 7) == (video["content_type"], video["file_name"], result["seed"])
    async with call.session.get(video["url"], headers={"Authorization": ""}) as response:
        assert (200, video["file_size"]) == (response.status, len(await response.read()))
    assert (200, result) == await call.get(request_id, "/response")


async def test_without_a_seed_one_is_drawn_and_told(call: Caller) -> None:
    """Two requests without a seed get two seeds, and the results tell them."""
    seeds = set()
    for _ in range(2):
        request_id = await call.submit("go")
        await call.until(request_id, "COMPLETED")
        seeds.add((await call.get(request_id))[1]["seed"])
    assert len(seeds) == 2


async def test_every_option_reaches_the_renderer(call: Caller) -> None:
    """The options that mean something to a video arrive as they were sent."""
    options: dict[str, Any] = {
        "num_frames": 90,
        "frames_per_second": 24,
        "resolution": "480p",
        "aspect_ratio": "1:1",
        "seed": 11,
    }
    request_id = await call.submit("go", **options)
    await call.until(request_id, "COMPLETED")
    async with call.session.get((await call.get(request_id))[1]["video"]["url"]) as response:
        ordered = await response.json(content_type=None)
    assert options == {name: ordered[name] for name in options}


async def test_requests_run_in_the_order_of_their_arrival(call: Caller, quick: EngineProcess, gate: Path) -> None:
    """One worker: the second and third wait at 0 and 1, and run in that order."""
    first = await call.submit(f"hold {gate}")
    await call.until(first, "IN_PROGRESS", log="3/81")
    waiting = [await call.submit(f"go {number}") for number in range(3)]
    places = [(await call.get(request_id, "/status"))[1]["queue_position"] for request_id in waiting]
    assert places == [0, 1, 2]
    gate.touch()
    for request_id in waiting:
        await call.until(request_id, "COMPLETED")
    assert quick.rendered[-4:] == [f"hold {gate}", "go 0", "go 1", "go 2"]


async def test_status_is_202_until_done_and_200_then(call: Caller, gate: Path) -> None:
    """The status call's code says whether it is worth asking for the result; before that there is none."""
    request_id = await call.submit(f"hold {gate}")
    await call.until(request_id, "IN_PROGRESS", log="3/81")
    code, running = await call.get(request_id, "/status?logs=1")
    assert (code, running["status"], messages(running)) == (202, "IN_PROGRESS", ["1/81", "2/81", "3/81"])
    assert {"message", "level", "source", "timestamp"} == set(running["logs"][0])
    assert (await call.get(request_id, "/status"))[1]["logs"] is None
    assert (await call.get(request_id))[0] == 400
    gate.touch()
    await call.until(request_id, "COMPLETED")
    code, done = await call.get(request_id, "/status?logs=true")
    assert (code, len(done["logs"])) == (200, 81)


async def test_a_request_cancelled_in_the_queue_never_runs(call: Caller, quick: EngineProcess, gate: Path) -> None:
    """Cancelling a waiting request ends it at once, and those behind it move up."""
    first = await call.submit(f"hold {gate}")
    await call.until(first, "IN_PROGRESS", log="3/81")
    dropped, behind = await call.submit("go dropped"), await call.submit("go behind")
    assert await call.cancel(dropped) == (202, {"status": "CANCELLATION_REQUESTED"})
    code, done = await call.get(dropped, "/status")
    assert (code, done["error_type"]) == (200, "client_cancelled")
    assert (await call.get(behind, "/status"))[1]["queue_position"] == 0
    gate.touch()
    await call.until(behind, "COMPLETED")
    assert "go dropped" not in quick.rendered
    async with call.session.get(call.address(dropped)) as response:
        assert (response.status, response.headers["X-Fal-Error-Type"]) == (499, "client_cancelled")


async def test_a_request_cancelled_mid_render_stops(call: Caller, gate: Path) -> None:
    """Cancelling a running request stops its render and frees the worker for the next, in the same process."""
    request_id = await call.submit(f"hold {gate}")
    await call.until(request_id, "IN_PROGRESS", log="3/81")
    assert (await call.cancel(request_id))[0] == 202
    done = await call.until(request_id, "COMPLETED")
    assert done["error_type"] == "client_cancelled"
    assert (await call.get(request_id))[0] == 499
    assert await call.cancel(request_id) == (400, {"status": "ALREADY_COMPLETED"})
    after = await call.submit("go")
    assert "error" not in await call.until(after, "COMPLETED")


async def test_a_worker_that_dies_fails_its_request_and_is_replaced(call: Caller) -> None:
    """A crash in the middle of a render costs that request alone."""
    request_id = await call.submit("die")
    done = await call.until(request_id, "COMPLETED")
    assert done["error_type"] == "runner_disconnected"
    code, body = await call.get(request_id)
    assert (code, body["error_type"]) == (503, "runner_disconnected")
    after = await call.submit("go")
    assert "error" not in await call.until(after, "COMPLETED")


async def test_a_generator_that_raises_fails_its_request(call: Caller) -> None:
    """An error of the generator is a 500 in fal's list shape, and names no path and no text of the program."""
    request_id = await call.submit("break")
    await call.until(request_id, "COMPLETED")
    code, body = await call.get(request_id)
    assert (code, body["detail"][0]["type"]) == (500, "internal_server_error")


async def test_a_video_that_was_not_written_fails_its_request(call: Caller) -> None:
    """A generator that says done and leaves no file fails that request, and the engine goes on."""
    request_id = await call.submit("nothing")
    assert (await call.until(request_id, "COMPLETED"))["error_type"] == "internal_server_error"
    after = await call.submit("go")
    assert "error" not in await call.until(after, "COMPLETED")


async def test_a_bad_image_is_a_422_that_names_its_field(call: Caller) -> None:
    """The generator's refusal of an image comes out as fal's validation error."""
    request_id = await call.submit("refuse")
    done = await call.until(request_id, "COMPLETED")
    assert done["error_type"] == "image_too_small"
    code, body = await call.get(request_id)
    detail = body["detail"][0]
    assert (code, detail["loc"], detail["type"]) == (422, ["body", "end_image_url"], "image_too_small")


async def test_the_openapi_document_has_the_options(call: Caller) -> None:
    """The model's OpenAPI names every option with its range, from the data that validates."""
    address = f"{call.url}/api/openapi/queue/openapi.json?endpoint_id={ENDPOINT}"
    async with call.session.get(address) as response:
        document = await response.json()
    fields = document["components"]["schemas"]["WanFlf2vInput"]["properties"]
    assert (len(fields), fields["num_frames"]["minimum"], fields["num_frames"]["maximum"]) == (15, 81, 100)


async def test_a_hundred_requests_are_answered_while_one_renders(call: Caller, gate: Path) -> None:
    """Submits and cancels of a crowd are all kept apart."""
    first = await call.submit(f"hold {gate}")
    await call.until(first, "IN_PROGRESS", log="3/81")
    crowd = await asyncio.gather(*(call.submit("go crowd") for _ in range(100)))
    answers = await asyncio.gather(*(call.cancel(request_id) for request_id in crowd))
    assert {202} == {code for code, _ in answers}
    gate.touch()
    assert "error" not in await call.until(first, "COMPLETED")


async def test_a_submit_decides_how_long_its_video_stays(call: Caller) -> None:
    """`X-Fal-Object-Lifecycle-Preference` of a submit is the life of its result's file."""
    body = {"prompt": "go", "start_image_url": INLINE, "end_image_url": INLINE}
    headers = {"X-Fal-Object-Lifecycle-Preference": json.dumps({"expiration_duration_seconds": 0.2})}
    async with call.session.post(f"{call.url}/{ENDPOINT}", json=body, headers=headers) as response:
        request_id = (await response.json())["request_id"]
    await call.until(request_id, "COMPLETED")
    await gone((await call.get(request_id))[1]["video"]["url"])
