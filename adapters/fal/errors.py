"""Turns every way in which fal can fail into ours: the only place where an SDK's exception becomes a ``TweenError``.

fal has two shapes. A model's error is a status with ``{"detail": [{loc, msg, type, input, ...}]}``; the platform's is
``{"detail": "sentence", "error_type": kind}``, the kind also in ``X-Fal-Error-Type``. Proxies add HTML. Of all this
only the kind, the field and a short cleaned sentence go on: ``input`` can hold a whole image, sentences quote links.
Ours are raised ``from None``, because the SDKs' own exceptions quote bodies and URLs.

What is known about the bill (fal's FAQ, read 2026-11): a 5xx of a job is never charged, a 422 may be;
``X-Fal-Billable-Units`` settles it where it is there.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from adapters.fal.transport import PostEnded
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
    SubmitUnclear,
    TweenError,
)

_PROVIDERS_FAULT = frozenset(
    {
        "no_media_generated",
        "generation_timeout",
        "internal_server_error",
        "downstream_service_error",
        "downstream_service_unavailable",
    }
)
"""Model errors that no other input would mend."""

_FIELDS = {
    **dict.fromkeys(("start_image_url", "image_url", "first_image_url", "first_frame_url"), "start"),
    **dict.fromkeys(("end_image_url", "tail_image_url", "last_frame_url"), "end"),
}
"""What fal's first-last-frame models call our two images."""

_PROVEN = frozenset({400, 401, 402, 403, 404, 405, 413, 415, 422, 429})
"""Answers to a submit that prove that nothing was accepted."""

_SECRET = re.compile(r"data:[^\s\"']+|https?://[^\s\"'<>]+|[A-Za-z0-9+/=_:.-]{32,}")
_SAID = 200


def of_break(error: BaseException) -> ProviderUnreachable:
    """No connection, or a broken one. The text names the kind only: aiohttp's own quotes whole URLs."""
    return ProviderUnreachable(type(error).__name__)


def of_submit(ended: PostEnded, endpoint: str) -> TweenError:
    """Classify a submit that was not accepted in so many words; ``queue`` has the table."""
    if ended.answer is None:
        return SubmitUnclear("no answer") if ended.sent else ProviderUnreachable("no connection")
    if ended.answer.status_code not in _PROVEN:
        return SubmitUnclear(f"HTTP {ended.answer.status_code}")
    return of_answer(ended.answer, endpoint)


def of_answer(answer: httpx.Response, subject: str) -> TweenError:
    """Return the error that an answer stands for. ``subject`` is what was asked for, should it be unknown (404)."""
    body = body_of(answer)
    detail = body.get("detail")
    if isinstance(detail, list) and (problems := [each for each in detail if isinstance(each, Mapping)]):
        return _of_model(answer.status_code, problems)
    said = clean(next((body[name] for name in ("detail", "error", "message") if body.get(name)), ""))
    kind = _name(body.get("error_type") or answer.headers.get("X-Fal-Error-Type"))
    return _of_platform(answer, kind, said, subject)


def _of_platform(answer: httpx.Response, kind: str, said: str, subject: str) -> TweenError:
    if kind == "client_cancelled":
        return JobCancelled(said)
    if answer.status_code in {401, 402, 403, 423}:
        exhausted = answer.status_code in {402, 423} or re.search("locked|balance", said, re.IGNORECASE)
        return AccountExhausted(said) if exhausted else CredentialsRefused(said)
    if answer.status_code == 429:
        return ProviderBusy(retry_after(answer))
    return _of_kind(answer.status_code, kind, None, said) if kind else _of_status(answer.status_code, said, subject)


def _of_status(status: int, said: str, subject: str) -> TweenError:
    if status == 404:
        return EndpointUnknown(subject)
    if status >= 500 or status in {200, 408}:
        return ProviderFailed("failed" if status == 200 else f"HTTP {status}", said)
    return ProtocolBroken(f"HTTP {status} {said}".rstrip())


def _of_model(status: int, problems: list[Mapping[str, Any]]) -> TweenError:
    problem = next((each for each in problems if each.get("type") == "content_policy_violation"), problems[0])
    place = problem.get("loc")
    names = [step for step in place if isinstance(step, str)] if isinstance(place, list) else []
    field = next((_name(name) for name in names if name != "body"), None) or None
    kind = _name(problem.get("type")) or f"HTTP {status}"
    return _of_kind(status, kind, None if field is None else _FIELDS.get(field, field), clean(problem.get("msg") or ""))


def _of_kind(status: int, kind: str, field: str | None, said: str) -> TweenError:
    if kind == "content_policy_violation":
        return ContentRefused(field)
    if status >= 500 or kind in _PROVIDERS_FAULT or field is None:
        return ProviderFailed(kind, said)
    return InputRefused(field, kind, said)


def charge_of(answer: httpx.Response) -> Charge:
    """Return what an accepted job's error says about its bill."""
    units = billed_units(answer)
    if units is not None:
        return Charge.BILLED if units > 0 else Charge.NONE
    return Charge.NONE if answer.status_code >= 500 and is_final(answer) else Charge.POSSIBLE


def is_final(answer: httpx.Response) -> bool:
    """Whether an answer is the job's own and not an accident on the way to it."""
    body = body_of(answer)
    return isinstance(body.get("detail"), list) or bool(body.get("error_type") or "X-Fal-Error-Type" in answer.headers)


def billed_units(answer: httpx.Response) -> Decimal | None:
    """Return the billing units of an answer, None where it does not say."""
    try:
        units = Decimal(answer.headers["X-Fal-Billable-Units"])
    except (KeyError, InvalidOperation):
        return None
    return units if units.is_finite() and units >= 0 else None


def retry_after(answer: httpx.Response) -> float | None:
    """Return the seconds that an answer asks us to wait, given as a number or as a date."""
    value = answer.headers.get("Retry-After", "")
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def body_of(answer: httpx.Response) -> Mapping[str, Any]:
    """Return the JSON object of an answer that has been read; empty where it is something else, HTML say."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _name(given: object) -> str:
    return given if isinstance(given, str) and re.fullmatch(r"[\w.-]{1,64}", given) else ""


def clean(said: object) -> str:
    """Return a short sentence without links, data and anything that could be a key; empty where it is no sentence."""
    if not isinstance(said, str) or said.lstrip().startswith("<"):
        return ""
    words = " ".join(_SECRET.sub("…", said[: 20 * _SAID]).split())
    return words if len(words) <= _SAID else words[: _SAID - 1] + "…"
