"""The queue's order, its answers and its refusals, as a client without fal's library sees them."""

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest

from tests.contract.engine.running import ENDPOINT, INLINE, Caller, EngineProcess, messages


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


@pytest.mark.parametrize(
    ("fields", "place", "kind"),
    [
        ({"num_frames": 101}, "num_frames", "less_than_equal"),
        ({"num_frames": 80}, "num_frames", "greater_than_equal"),
        ({"num_frames": "many"}, "num_frames", "int_type"),
        ({"frames_per_second": 4}, "frames_per_second", "greater_than_equal"),
        ({"resolution": "1080p"}, "resolution", "literal_error"),
        ({"resolution": 480}, "resolution", "literal_error"),
        ({"aspect_ratio": "4:3"}, "aspect_ratio", "literal_error"),
        ({"acceleration": "high"}, "acceleration", "literal_error"),
        ({"enable_safety_checker": "yes"}, "enable_safety_checker", "bool_type"),
        ({"seed": "x"}, "seed", "int_type"),
        ({"prompt": None}, "prompt", "string_type"),
        ({"start_image_url": "data:image/png;base64,!!"}, "start_image_url", "file_download_error"),
        ({"end_image_url": "ftp://example.org/a.png"}, "end_image_url", "file_download_error"),
        ({"end_image_url": ""}, "end_image_url", "file_download_error"),
    ],
)
async def test_an_input_outside_the_rules_is_a_422(call: Caller, fields: dict[str, Any], place: str, kind: str) -> None:
    """A wrong option is accepted into the queue as fal does, done at once, and its result names field and rule."""
    request_id = await call.submit("go", **fields)
    code, body = await call.get(request_id)
    detail = body["detail"]
    assert (422, 1, ["body", place], kind) == (code, len(detail), detail[0]["loc"], detail[0]["type"])
    assert (await call.get(request_id, "/status"))[1]["error_type"] == kind


async def test_missing_fields_are_each_named(call: Caller) -> None:
    """An empty input lacks three fields, and the result says all three."""
    async with call.session.post(f"{call.url}/{ENDPOINT}", json={}) as response:
        request_id = (await response.json())["request_id"]
    _, body = await call.get(request_id)
    assert {"prompt", "start_image_url", "end_image_url"} == {detail["loc"][1] for detail in body["detail"]}
    assert {"missing"} == {detail["type"] for detail in body["detail"]}


async def test_unknown_fields_are_ignored(call: Caller) -> None:
    """A field that the model does not know changes nothing, as with fal."""
    request_id = await call.submit("go", sparkle=True)
    assert "error" not in await call.until(request_id, "COMPLETED")


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"go"', b"\xff"])
async def test_a_body_that_is_no_json_object_is_refused(call: Caller, body: bytes) -> None:
    """Only a JSON object is a request."""
    async with call.session.post(f"{call.url}/{ENDPOINT}", data=body) as response:
        assert (response.status, (await response.json())["detail"][0]["type"]) == (422, "json_invalid")


async def test_a_body_past_the_limit_is_a_413(call: Caller) -> None:
    """Images too large for a data URI are refused with the way to mend it."""
    body = io.BytesIO(b" " * (49 * 2**20))
    async with call.session.post(f"{call.url}/{ENDPOINT}", data=body) as response:
        assert response.status == 413
        assert "Upload the images" in (await response.json())["detail"]


async def test_a_full_queue_is_a_429_where_the_client_set_a_limit(call: Caller, gate: Path) -> None:
    """`fal_max_queue_length` refuses a submit behind too many others; without it the queue takes any number."""
    first = await call.submit(f"hold {gate}")
    await call.until(first, "IN_PROGRESS", log="3/81")
    second = await call.submit("go")
    body = {"prompt": "go", "start_image_url": INLINE, "end_image_url": INLINE}
    async with call.session.post(f"{call.url}/{ENDPOINT}?fal_max_queue_length=1", json=body) as response:
        assert response.status == 429
    third = await call.submit("go", {"fal_max_queue_length": "2"})
    gate.touch()
    for request_id in (second, third):
        await call.until(request_id, "COMPLETED")


async def test_a_limit_on_the_wait_ends_a_request_that_did_not_start(call: Caller, gate: Path) -> None:
    """`X-Fal-Request-Timeout` counts the wait in the queue: past it the request fails and never runs."""
    first = await call.submit(f"hold {gate}")
    await call.until(first, "IN_PROGRESS", log="3/81")
    body = {"prompt": "go", "start_image_url": INLINE, "end_image_url": INLINE}
    headers = {"X-Fal-Request-Timeout": "0.05"}
    async with call.session.post(f"{call.url}/{ENDPOINT}", json=body, headers=headers) as response:
        late = (await response.json())["request_id"]
    assert (await call.until(late, "COMPLETED"))["error_type"] == "request_timeout"
    assert (await call.get(late))[0] == 504
    gate.touch()
    await call.until(first, "COMPLETED")


async def test_an_unknown_request_is_a_404_everywhere(call: Caller) -> None:
    """A request that never was has no status, no stream, no result and nothing to cancel."""
    for tail in ("", "/response", "/status", "/status/stream"):
        assert (await call.get("no-such", tail))[0] == 404
    assert await call.cancel("no-such") == (404, {"status": "NOT_FOUND"})


async def test_another_model_is_a_404_with_a_sentence(call: Caller) -> None:
    """A submit for a model that the engine does not have says which one it has."""
    async with call.session.post(f"{call.url}/fal-ai/flux/dev", json={}) as response:
        assert response.status == 404
        assert ENDPOINT in (await response.json())["detail"]


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
