"""A job as a row of ``jobs``, and back, whatever version of the bot wrote the row.

Reading is tolerant. Unknown fields are passed over. An endpoint that has left the catalogue, or that options do not fit
it any more, gets a stand-in model, with which a request that was sent can still be followed and delivered. What cannot
be read at all is a failed job, with the truth about the bill as far as the state's name tells it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

from adapters.store.codec_states import decode_state, encode_state, name_of
from bot.domain.errors import Charge, Unreadable
from bot.domain.job import Accepted, Delivered, Expected, Failed, Job, Posting, Proposed, State
from bot.domain.model import FrameRule, Model, PriceRule, Value
from bot.domain.request import Author, Fit, ImageRef, TweenRequest

VERSION = 1
"""Of what is in ``detail``; it is there for a later version to tell what it reads."""

LARGEST = 2**62
"""The largest number that is put into a column, with room for a sum."""

_UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError, AssertionError)
_CHARGE = {
    "accepted": Charge.NONE,
    "proposed": Charge.NONE,
    "submitting": Charge.POSSIBLE,
    "submitted": Charge.POSSIBLE,
    "unclear": Charge.POSSIBLE,
    "posting": Charge.BILLED,
    "delivered": Charge.BILLED,
}


def micros(usd: Decimal) -> int:
    """Return US dollars as whole millionths, no more than a column holds."""
    return int(min((usd * 1_000_000).to_integral_value(ROUND_HALF_UP), Decimal(LARGEST)))


def usd(amount: int) -> Decimal:
    """Return millionths as US dollars."""
    return Decimal(amount) / 1_000_000


def request_columns(job: Job) -> dict[str, Any]:
    """Return the columns that hold what was asked for, which change by a mend alone."""
    request = job.request
    return {
        "id": job.id,
        "platform": request.author.platform,
        "server": request.author.server,
        "author": request.author.id,
        "roles": list(request.author.roles),
        "endpoint": request.model.endpoint,
        "prompt": request.prompt,
        "options": dict(request.options),
        "images": [{"name": each.name, "locator": each.locator} for each in (request.start, request.end)],
        "again_of": request.again_of,
        "fit": request.fit.value,
        "swapped": request.swapped,
        "accepted_at": job.accepted_at,
        "price_micros": micros(request.price),
    }


def state_columns(job: Job) -> dict[str, Any]:
    """Return the columns that hold where a job stands."""
    seed = job.state.seed if isinstance(job.state, Delivered) else None
    seed = job.state.outcome.seed if isinstance(job.state, Posting) else seed
    unit = str(job.request.model.price.unit_usd)
    return {
        "state": name_of(job.state),
        "detail": {"version": VERSION, "unit_usd": unit, **encode_state(job.state)},
        "image_sizes": None if job.image_sizes is None else [list(size) for size in job.image_sizes],
        "request_id": job.request_id,
        "asks": isinstance(job.state, Proposed) or (isinstance(job.state, Accepted) and job.state.asks),
        "expected": None if job.expected is None else asdict(job.expected),
        "seed": seed if seed is None or abs(seed) < LARGEST else None,
    }


def decode(row: sa.Row[Any], models: Mapping[str, Model]) -> Job:
    """Return the job of a row of ``jobs``; one that cannot be read has failed, :class:`Unreadable`."""
    author = Author(row.platform, row.author, row.server, _roles(row.roles))
    try:
        request, known = _request(row, author, models), True
    except _UNREADABLE:
        nothing = ImageRef("", "")
        request, known = TweenRequest(row.id, author, _stand_in(row), nothing, nothing, row.prompt, {}), False
    if not known:
        state: State = _unreadable(row, "request")
    else:
        state = _state(row)
        if isinstance(state, Accepted) and isinstance(request.model, _StandIn):
            # It cannot be sent: nobody knows the names of the model's inputs.
            state = _unreadable(row, f"model {row.endpoint}")
    sizes, place, expected = _sizes(row.image_sizes), _place(row.place), _expected(row.expected)
    return Job(request, row.accepted_at, state, sizes, row.request_id, place, expected)


def _request(row: sa.Row[Any], author: Author, models: Mapping[str, Model]) -> TweenRequest:
    start, end = (ImageRef(str(each["name"]), str(each["locator"])) for each in row.images)
    options: dict[str, Value] = dict(row.options)
    model = models.get(row.endpoint)
    if model is None or not _fits(model, options):
        model = _stand_in(row)
    else:
        options = _shared(options, model)
    return TweenRequest(
        row.id, author, model, start, end, row.prompt, options, row.again_of, _fit(row.fit), row.swapped
    )


def _shared(options: Mapping[str, Value], model: Model) -> dict[str, Value]:
    """Return the same options with the catalogue's own texts: thousands of jobs wait with the same ones."""
    texts = {text: text for option in model.options for text in (option.name, option.default) if isinstance(text, str)}
    return {
        texts.get(name, name): texts.get(value, value) if isinstance(value, str) else value
        for name, value in options.items()
    }


def _fits(model: Model, options: Mapping[str, Value]) -> bool:
    try:
        model.price.usd(options)
        model.frame.size(options, (16, 9))
    except _UNREADABLE:
        return False
    return True


def _state(row: sa.Row[Any]) -> State:
    try:
        return decode_state(row.state, row.detail, Charge.POSSIBLE if row.owed_micros else Charge.NONE)
    except _UNREADABLE:
        return _unreadable(row, f"state {row.state[:40]}")


def _unreadable(row: sa.Row[Any], said: str) -> Failed:
    charge = _CHARGE.get(row.state, Charge.POSSIBLE if row.owed_micros else Charge.NONE)
    return Failed(Unreadable(said).billed(charge if row.price_micros else Charge.NONE))


def _sizes(raw: object) -> tuple[tuple[int, int], tuple[int, int]] | None:
    match raw:
        case [[int(a), int(b)], [int(c), int(d)]] if min(a, b, c, d) > 0:
            return (a, b), (c, d)
        case _:
            return None


def _fit(raw: str) -> Fit:
    """Return what is done with images of another shape; what a newer version may know is a crop here."""
    return next((fit for fit in Fit if fit.value == raw), Fit.CROP)


def _expected(raw: object) -> Expected | None:
    match raw:
        case {"low": int() | float() as low, "high": int() | float() as high, "jobs": int() as count}:
            return Expected(low, high, count)
        case _:
            return None


def _roles(raw: object) -> tuple[str, ...]:
    return tuple(str(each) for each in raw) if isinstance(raw, list) else ()


def _place(raw: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in raw.items()} if isinstance(raw, Mapping) else {}


class _StandIn(Model):
    """A model that is not in the catalogue: nothing is known of it but what its job has stored."""


@dataclass(frozen=True)
class _StoredPrice(PriceRule):
    price: Decimal

    def usd(self, options: Mapping[str, Value]) -> Decimal:  # noqa: ARG002  # as a price rule's
        """Return the price that was reserved."""
        return self.price


class _AnyFrame(FrameRule):
    def size(self, options: Mapping[str, Value], start: tuple[int, int]) -> tuple[int, int]:  # noqa: ARG002
        """Return the start image's size: what the model makes of it is not known."""
        return start


def _stand_in(row: sa.Row[Any]) -> Model:
    price = usd(row.price_micros)
    try:
        unit = Decimal(row.detail["unit_usd"])
    except _UNREADABLE:
        unit = price
    frame = _AnyFrame("", "", 1, {})
    return _StandIn(row.endpoint, row.endpoint, "", "", "", (), _StoredPrice(unit, (), price), frame)
