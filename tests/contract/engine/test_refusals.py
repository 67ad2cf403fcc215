"""What the queue does not take, and in which words it says so."""

import io
from pathlib import Path
from typing import Any

import pytest

from tests.contract.engine.running import ENDPOINT, INLINE, Caller


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
