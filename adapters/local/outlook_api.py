"""What can be known before a job is sent, over HTTP: the model and its options, the price, the money that is left."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from aiohttp import hdrs, web

from adapters.local import replies
from adapters.local.form import ME
from adapters.local.guard import Handler
from adapters.local.preflight import Sizes, foreseen
from adapters.local.service import Service
from bot.domain.errors import BadRequest, Fault, StoreAway, Which
from bot.domain.job import Job
from bot.domain.model import Model, Option, Value
from bot.domain.request import Command, Fit, ImageRef, TweenRequest, as_fit, checked
from bot.wording import card
from bot.wording import local as words
from bot.wording.faults import fault

PROMPT_MAX = 2000
"""Characters of a prompt that a form has room for; the models take more."""
MOST_PIXELS = 100_000
"""Pixels of a side that any image may have."""
MOST_OPTIONS = 64
_NONE = ImageRef("", "")


class OutlookApi:
    """The routes ``/v1/model``, ``/v1/quote`` and ``/v1/usage``."""

    def __init__(self, service: Service) -> None:
        self._desk = service.desk
        self._outlook = service.outlook
        self._clock = service.clock
        self._limit = service.form.limit

    def table(self) -> list[tuple[str, str, Handler]]:
        """Return method, path and handler of each route."""
        return [
            (hdrs.METH_GET, "/v1/model", self._model),
            (hdrs.METH_POST, "/v1/quote", self._quote),
            (hdrs.METH_GET, "/v1/usage", self._usage),
        ]

    async def _model(self, _: web.Request) -> web.Response:
        model = self._desk.model
        return replies.answer(
            {
                "endpoint": model.endpoint,
                "title": model.title,
                "charges": self._desk.charges,
                "prompt_max": PROMPT_MAX,
                "image_bytes": self._limit,
                "options": [_option(each) for each in model.options],
            }
        )

    async def _quote(self, request: web.Request) -> web.Response:
        asked = await _json(request)
        given = asked.get("options", {})
        if not isinstance(given, dict) or len(given) > MOST_OPTIONS:
            raise replies.Refusal(400, "options", words.BAD_OPTIONS)
        sizes: Sizes = {"start": _size("start", asked), "end": _size("end", asked)}
        asked_for, faults = _fitting(given, asked.get("fit"), self._desk.model)
        options = asked_for.options
        return replies.answer(
            {
                "price_usd": str(asked_for.price),
                "free": not self._desk.charges,
                "seconds": _seconds(options),
                **foreseen(asked_for, sizes),
                **await self._foretold(asked_for),
                "faults": [{"field": each.field, "rule": each.rule, "message": fault(each)} for each in faults],
            }
        )

    async def _foretold(self, request: TweenRequest) -> dict[str, Any]:
        """Return what earlier jobs tell; the price is told while the store is away, too."""
        try:
            expected = await self._outlook.expected(Job(request, 0.0), self._clock())
            left = await self._outlook.left(ME)
        except StoreAway:
            return {"expected": None, "expected_text": "", "left_usd": None}
        return {
            "expected": None if expected is None else asdict(expected),
            "expected_text": card.expected(expected),
            "left_usd": None if left is None else str(left),
        }

    async def _usage(self, _: web.Request) -> web.Response:
        usage = await self._desk.usage(ME)
        limit = usage.allowance.author
        return replies.answer(
            {
                "month": usage.month,
                "spent_usd": str(usage.author),
                "limit_usd": None if limit is None else str(limit),
                "left_usd": None if limit is None else str(max(limit - usage.author, limit * 0)),
                "renews": usage.renews.isoformat(),
            }
        )


def _option(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "type": option.type,
        "level": option.level,
        "help": option.help,
        "default": option.default,
        "enum": list(option.choices) or None,
        "minimum": option.minimum,
        "maximum": option.maximum,
    }


async def _json(request: web.Request) -> dict[str, Any]:
    """Return the object that a body holds."""
    try:
        asked = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise replies.Refusal(400, "json", words.NO_JSON) from error
    if not isinstance(asked, dict):
        raise replies.Refusal(400, "json", words.NO_JSON)
    return asked


def _size(which: Which, asked: Mapping[str, object]) -> tuple[int, int] | None:
    match asked.get(which):
        case None:
            return None
        case [int() as width, int() as height] if 1 <= width <= MOST_PIXELS and 1 <= height <= MOST_PIXELS:
            return width, height
        case _:
            raise replies.Refusal(400, which, words.bad_size(which))


def _fitting(given: Mapping[str, object], fit: object, model: Model) -> tuple[TweenRequest, tuple[Fault, ...]]:
    """Return a request with these options, the model's own in the place of wrong ones, and what is wrong with those."""
    fitted = as_fit(fit)
    unfit = (fitted,) if isinstance(fitted, Fault) else ()
    command = Command("", ME, _NONE, _NONE, "any", given, fit=fitted if isinstance(fitted, Fit) else Fit.CROP)
    try:
        return checked(command, model), unfit
    except BadRequest as error:
        wrong = {each.field for each in error.faults}
        right = {name: value for name, value in given.items() if name not in wrong}
        return checked(replace(command, options=right), model), (*error.faults, *unfit)


def _seconds(options: Mapping[str, Value]) -> float | None:
    if not {"num_frames", "frames_per_second"} <= options.keys():
        return None
    return round(float(options["num_frames"]) / float(options["frames_per_second"]), 2)
