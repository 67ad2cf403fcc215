"""What a finished job made, or the error that it ended with: typed, cleaned, with the truth about its bill."""

from decimal import Decimal

import pytest

from adapters.fal.provider import FalProvider
from bot.domain.errors import (
    AccountExhausted,
    Charge,
    ContentRefused,
    CredentialsRefused,
    EndpointUnknown,
    InputRefused,
    JobCancelled,
    ProtocolBroken,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
    TweenError,
)
from bot.domain.job import Outcome, Ticket
from tests.contract.fal.conftest import ARGUMENTS, ENDPOINT, FakeTime
from tests.twins.fal import FalTwin
from tests.twins.fal_jobs import CANCELLED, TwinJob
from tests.twins.replies import Answer, LoseAnswer, Refuse

IMAGE = "data:image/png;base64," + "iVBORw0KGgo" * 50


def _model_error(kind: str, *loc: str | int, msg: str = "It went wrong.") -> dict[str, object]:
    return {"detail": [{"loc": ["body", *loc], "msg": msg, "type": kind, "url": "https://docs.fal.ai", "input": IMAGE}]}


def _infra(kind: str) -> dict[str, str]:
    return {"detail": "The platform failed.", "error_type": kind}


async def _finished(fal: FalTwin, provider: FalProvider, answer: Answer | None = None) -> tuple[Ticket, TwinJob]:
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)
    job = await fal.next_job()
    job.finish(answer)
    return ticket, job


@pytest.mark.parametrize(
    ("units", "expected"),
    [("0.625", Decimal("0.625")), (None, None), ("many", None), ("NaN", None), ("-1", None)],
)
async def test_a_result_is_the_video_its_seed_and_the_billed_units(
    fal: FalTwin, provider: FalProvider, units: str | None, expected: Decimal | None
) -> None:
    """Units come from the header, exactly; without a sensible one they are not known."""
    fal.units = units
    ticket, job = await _finished(fal, provider)

    assert await provider.result(ticket) == Outcome(f"{fal.url}/files/{job.id}.mp4", 42, expected)


@pytest.mark.parametrize("seed", [None, "7", True])
async def test_a_seed_that_is_no_number_is_none(fal: FalTwin, provider: FalProvider, seed: object) -> None:
    """Models that name no seed are models too."""
    ticket, _ = await _finished(fal, provider, Answer(200, {"video": {"url": "https://v3.fal.media/v"}, "seed": seed}))
    assert await provider.result(ticket) == Outcome("https://v3.fal.media/v", None, None)


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (422, _model_error("content_policy_violation", "prompt"), ContentRefused, "content policy: prompt"),
        (422, _model_error("content_policy_violation", "start_image_url"), ContentRefused, "content policy: start"),
        (400, _model_error("content_policy_violation"), ContentRefused, "content policy: unspecified"),
        (
            422,
            _model_error("file_download_error", "start_image_url"),
            InputRefused,
            "start: file_download_error: It went wrong.",
        ),
        (422, _model_error("image_too_small", "end_image_url"), InputRefused, "end: image_too_small: It went wrong."),
        (
            422,
            _model_error("image_load_error", "tail_image_url"),
            InputRefused,
            "end: image_load_error: It went wrong.",
        ),
        (422, _model_error("missing", "shift", 0), InputRefused, "shift: missing: It went wrong."),
        (422, _model_error("no_media_generated", "prompt"), ProviderFailed, "no_media_generated: It went wrong."),
        (422, _model_error("value_error"), ProviderFailed, "value_error: It went wrong."),
        (504, _model_error("generation_timeout"), ProviderFailed, "generation_timeout: It went wrong."),
        (500, _model_error("internal_server_error"), ProviderFailed, "internal_server_error: It went wrong."),
        (422, {"detail": [{}]}, ProviderFailed, "HTTP 422"),
        (422, {"detail": []}, ProtocolBroken, "HTTP 422"),
        (504, _infra("request_timeout"), ProviderFailed, "request_timeout: The platform failed."),
        (504, _infra("startup_timeout"), ProviderFailed, "startup_timeout: The platform failed."),
        (503, _infra("runner_disconnected"), ProviderFailed, "runner_disconnected: The platform failed."),
        (499, CANCELLED.body, JobCancelled, "Request was cancelled by the client"),
        (200, _infra("runner_disconnected"), ProviderFailed, "runner_disconnected: The platform failed."),
        (200, _infra("content_policy_violation"), ContentRefused, "content policy: unspecified"),
        (200, {"error": "CUDA out of memory"}, ProviderFailed, "failed: CUDA out of memory"),
        (200, {"images": []}, ProtocolBroken, "a result without a video"),
        (200, "<html>", ProtocolBroken, "a result without a video"),
        (401, {"detail": "Invalid"}, CredentialsRefused, "Invalid"),
        (403, {"detail": "User is locked."}, AccountExhausted, "User is locked."),
        (418, {"detail": "Teapot"}, ProtocolBroken, "HTTP 418 Teapot"),
    ],
)
async def test_each_way_in_which_a_job_fails_has_its_error(
    fal: FalTwin, provider: FalProvider, status: int, body: object, error: type[TweenError], words: str
) -> None:
    """The kind, our name of the field and fal's sentence go on; the input that fal echoes does not."""
    ticket, _ = await _finished(fal, provider, Answer(status, body))

    with pytest.raises(error) as caught:
        await provider.result(ticket)

    assert str(caught.value) == words
    assert len(fal.requests("result")) == 1


async def test_a_job_that_fal_does_not_know_any_more_is_unknown(fal: FalTwin, provider: FalProvider) -> None:
    """404 with the request's id."""
    ticket, job = await _finished(fal, provider)
    fal.forget(job)
    with pytest.raises(EndpointUnknown, match=f"request {job.id}"):
        await provider.result(ticket)


@pytest.mark.parametrize(
    ("answer", "charge"),
    [
        (Answer(422, _model_error("image_too_small", "prompt"), {"X-Fal-Billable-Units": "1"}), Charge.BILLED),
        (Answer(422, _model_error("image_too_small", "prompt"), {"X-Fal-Billable-Units": "0"}), Charge.NONE),
        (Answer(422, _model_error("image_too_small", "prompt")), Charge.POSSIBLE),
        (Answer(500, _model_error("internal_server_error")), Charge.NONE),
        (Answer(503, _infra("runner_disconnected")), Charge.NONE),
        (Answer(503, _infra("runner_disconnected"), {"X-Fal-Billable-Units": "0.5"}), Charge.BILLED),
        (Answer(503, "<html>"), Charge.POSSIBLE),
        (Answer(401, {"detail": "Invalid"}), Charge.POSSIBLE),
        (Answer(499, CANCELLED.body), Charge.POSSIBLE),
        (Answer(200, {"images": []}, {"X-Fal-Billable-Units": "1"}), Charge.BILLED),
    ],
)
async def test_what_is_said_of_the_bill_is_what_is_known(
    fal: FalTwin, provider: FalProvider, answer: Answer, charge: Charge
) -> None:
    """The header settles it; else a job's own 5xx is free and everything else may have been billed."""
    ticket, _ = await _finished(fal, provider, answer)
    with pytest.raises(TweenError) as caught:
        await provider.result(ticket)
    assert caught.value.charge is charge


async def test_a_result_that_lags_behind_is_waited_for(fal: FalTwin, provider: FalProvider, time: FakeTime) -> None:
    """An early 400, a proxy's error page and lost answers just after the end are no failures of the job."""
    ticket = await provider.submit(ENDPOINT, ARGUMENTS)
    (await fal.next_job()).finish(late=3)
    fal.script("result", Answer(502, "<html>"), Refuse(), LoseAnswer(), Answer(202, {"status": "IN_PROGRESS"}))

    assert (await provider.result(ticket)).seed == 42
    assert 4 <= len(time.slept) <= 8


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(502, "<html>"), ProviderFailed),
        (Answer(429, {"detail": "Slow down"}, {"Retry-After": "9"}), ProviderBusy),
        (Refuse(), ProviderUnreachable),
    ],
)
async def test_a_result_that_never_comes_is_given_up_after_a_minute(
    fal: FalTwin, provider: FalProvider, time: FakeTime, answer: Answer, error: type[TweenError]
) -> None:
    """With the last reason; the job may have been billed."""
    ticket, _ = await _finished(fal, provider)
    fal.script("result", *[answer] * 99)
    began = time.now

    with pytest.raises(error) as caught:
        await provider.result(ticket)

    assert caught.value.charge is Charge.POSSIBLE
    assert 60 <= time.now - began <= 65
