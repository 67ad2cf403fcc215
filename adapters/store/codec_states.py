"""A job's state as data, and back.

What is stored: the state's name and what else it holds, without what must not be stored: Staged, which holds links and
images, is stored as accepted; Finished, which holds the video's link, as submitted; Posting without that link.
"""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, assert_never, get_args

from adapters.store.codec_errors import decode_error, encode_error
from bot.domain.errors import Charge
from bot.domain.job import (
    Accepted,
    Cancelled,
    Delivered,
    Delivery,
    Failed,
    Finished,
    Outcome,
    Posting,
    Proposed,
    Staged,
    State,
    Submitted,
    Submitting,
    Ticket,
    Unclear,
    Way,
)
from bot.domain.media import Video

Json = Any
"""What ``json`` gives and takes."""

FINAL = ("delivered", "failed", "cancelled", "unclear")
"""The names of the states in which nothing more happens by itself."""

PROPOSED = "proposed"
"""The name of the state in which a job rests until its author says something."""


def name_of(state: State) -> str:
    """Return the name that a state is stored under."""
    match state:
        case Staged():
            return "accepted"
        case Finished():
            return "submitted"
        case _:
            return type(state).__name__.lower()


def encode_state(state: State) -> dict[str, Json]:  # noqa: C901, PLR0911  # one line a state
    """Return what a state holds, as JSON, beside its name."""
    match state:
        case Accepted(asks=asks):
            return {"asks": True} if asks else {}
        case Staged():
            return {}
        case Proposed(since=since, left=left):
            return {"since": since, "left": _text(left)}
        case Submitting(since=since, trace=trace):
            return {"since": since, "trace": trace}
        case Submitted(ticket=ticket, since=since) | Finished(ticket=ticket, since=since):
            return {"ticket": asdict(ticket), "since": since}
        case Posting(ticket=ticket, outcome=outcome, video=video, since=since, delivery=delivery):
            made = {"seed": outcome.seed, "units": _text(outcome.units)}
            facts = {"ticket": asdict(ticket), "outcome": made, "video": asdict(video), "since": since}
            return facts | _encoded(delivery)
        case Delivered(video=video, seed=seed, cost=cost, seconds=seconds, delivery=delivery):
            facts = {"video": asdict(video), "seed": seed, "cost": _text(cost), "seconds": seconds}
            return facts | _encoded(delivery)
        case Failed(error=error):
            return {"error": encode_error(error)}
        case Cancelled(charge=charge, unanswered=unanswered):
            return {"charge": charge.value, "unanswered": unanswered}
        case Unclear(charge=charge, since=since, trace=trace):
            return {"charge": charge.value, "since": since, "trace": trace}
        case _:
            assert_never(state)


def decode_state(name: str, detail: Mapping[str, Json], owed: Charge) -> State:  # noqa: PLR0911  # one line a state
    """Return the state; ``owed`` is the charge where a failed one does not say.

    Unknown fields are passed over. Raises KeyError, TypeError, ValueError or ArithmeticError where it cannot be read.
    """
    match name:
        case "accepted":
            return Accepted(asks=detail.get("asks") is True)
        case "proposed":
            return Proposed(float(detail["since"]), _money(detail["left"]))
        case "submitting":
            return Submitting(float(detail["since"]), str(detail["trace"]))
        case "submitted":
            return Submitted(_ticket(detail["ticket"]), float(detail["since"]))
        case "posting":
            made = detail["outcome"]
            outcome = Outcome("", _whole(made["seed"]), _money(made["units"]))
            ticket, video = _ticket(detail["ticket"]), _video(detail["video"])
            return Posting(ticket, outcome, video, float(detail["since"]), _delivery(detail))
        case "delivered":
            made, cost, seconds = _video(detail["video"]), _money(detail["cost"]), float(detail["seconds"])
            return Delivered(made, _whole(detail["seed"]), cost, seconds, _delivery(detail))
        case "failed":
            return Failed(decode_error(detail["error"], owed))
        case "cancelled":
            return Cancelled(Charge(detail["charge"]), unanswered=detail.get("unanswered") is True)
        case "unclear":
            return Unclear(Charge(detail["charge"]), float(detail["since"]), str(detail["trace"]))
        case _:
            raise ValueError(name)


def _ticket(raw: Json) -> Ticket:
    return Ticket(*(str(raw[name]) for name in ("request_id", "status_url", "response_url", "cancel_url")))


def _video(raw: Json) -> Video:
    width, height, frames, size = (int(raw[name]) for name in ("width", "height", "frames", "bytes"))
    return Video(width, height, frames, float(raw["seconds"]), size)


def _encoded(delivery: Delivery | None) -> dict[str, Json]:
    return {} if delivery is None else {"delivery": asdict(delivery)}


def _delivery(detail: Mapping[str, Json]) -> Delivery | None:
    """Return how the video came; None where an older version has not written it down, or a newer one in another way."""
    raw = detail.get("delivery")
    if not isinstance(raw, Mapping) or raw.get("way") not in get_args(Way):
        return None
    ssim, until = (None if raw.get(name) is None else float(raw[name]) for name in ("ssim", "until"))
    kept = raw.get("kept")
    return Delivery(raw["way"], int(raw["bytes"]), ssim, None if kept is None else str(kept), until)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _money(raw: Json) -> Decimal | None:
    return None if raw is None else Decimal(raw)


def _whole(raw: Json) -> int | None:
    return None if raw is None else int(raw)
