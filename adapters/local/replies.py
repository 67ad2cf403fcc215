"""What the local channel answers: jobs, cards and refusals as JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import quote

from aiohttp import web

from adapters.local.facts import asked, code_of, ending
from bot.domain.card import Action, Card
from bot.domain.errors import (
    BadImage,
    BadImages,
    BadRequest,
    BudgetSpent,
    Draining,
    NotYours,
    OurFault,
    QueueFull,
    StoreAway,
    TryLater,
    TweenError,
)
from bot.domain.job import Failed, Job
from bot.ports import Entry
from bot.wording.card import ACTIONS
from bot.wording.faults import fault
from bot.wording.refusals import explain


class Refusal(Exception):
    """A request that cannot be served: the HTTP status, a short name of the reason, and the reason."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers


SERVED = (Action.CANCEL, Action.LOOK_AGAIN, Action.SEND_AGAIN, Action.DELETE)
"""The actions that need nothing but the job."""
OF_FRAMES = (Action.RERUN, Action.EDIT, Action.SWAP)
OF_VIDEO = (Action.CONTINUE,)
"""Those that need what was kept of it. To edit and to continue is to send a job with pictures of this one."""
AGAIN_S = 60
"""Seconds after which a bot that restarts, or whose store is away, is worth another try; its words say a minute."""


@dataclass(frozen=True)
class Kept:
    """What is kept here of a job: its video, and the frames that it was made of."""

    video: bool = False
    frames: bool = False


def offered(card: Card, kept: Kept) -> list[Action]:
    """Return what can be done with a job of this channel, in the order to show it."""
    served = SERVED + (OF_FRAMES if kept.frames else ()) + (OF_VIDEO if kept.video else ())
    return [action for action in card.actions if action in served]


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return a JSON answer."""
    return web.json_response(body, status=status, headers=headers, dumps=text_of)


def text_of(body: object) -> str:
    """Return JSON of one line, in which nothing stands that is no text, whatever was sent in."""
    return json.dumps(body, ensure_ascii=False).encode(errors="replace").decode()


def refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return the answer to a request that cannot be served."""
    return answer({"error": {"code": code, "message": message}}, status, headers)


def tween(job: Job, card: Card, kept: Kept | None) -> dict[str, Any]:
    """Return all that is known of a job; ``kept`` is None where it is another platform's, and offers nothing here.

    ``cost_usd`` is a string, so that cents are exact.
    """
    actions = [] if kept is None else offered(card, kept)
    kept = kept or Kept()
    told: dict[str, Any] = {
        "id": job.id,
        "platform": job.request.author.platform,
        "state": type(job.state).__name__.lower(),
        "final": job.is_final,
        "card": _card(card, actions),
        **asked(job),
        "again_of": job.request.again_of,
        "accepted_at": job.accepted_at,
        "has_frames": kept.frames,
        "video": f"{address(job)}/video" if kept.video else None,
        **ending(job),
    }
    if isinstance(job.state, Failed):
        told["error"] = _error(job.state.error)
        if faults := _faults(job.state.error):
            told["error"]["faults"] = faults
    return told


def address(job: Job) -> str:
    """Return the path of a job."""
    return f"/v1/tweens/{quote(job.id, safe='')}"


def entry(told: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """Return a line of the history: the job, and when it began, was sent and ended (epoch seconds)."""
    times = {"started_at": entry.started_at, "submitted_at": entry.submitted_at, "finished_at": entry.finished_at}
    return told | times


def _card(card: Card, actions: Sequence[Action]) -> dict[str, Any]:
    """Return a card, with what can be done here."""
    return {
        "tone": card.tone.value,
        "title": card.title,
        "prompt": card.prompt,
        "phase": None if card.phase is None else card.phase.value,
        "status": card.status,
        "fraction": card.fraction,
        "fields": [{"name": field.name, "value": field.value} for field in card.fields],
        "notices": list(card.notices),
        "actions": {action.value: ACTIONS[action] for action in actions},
    }


def refused(errors: list[TweenError], now: float) -> web.Response:
    """Return the answer to a request that the bot does not take; every fault of it at once."""
    status = max(_status(error) for error in errors)
    body = _error(errors[0]) | {"message": " ".join(explain(error) for error in errors)}
    if faults := [each for error in errors for each in _faults(error)]:
        body["faults"] = faults
    headers = {}
    for error in errors:
        if (seconds := _retry_after(error, now)) is not None:
            headers["Retry-After"] = str(seconds)
    return answer({"error": body}, status, headers)


def _status(error: TweenError) -> int:
    match error:
        case NotYours():
            return 403
        case QueueFull() | BudgetSpent():
            return 429
        case TryLater():
            return 503
        case OurFault():
            return 500
        case _:
            return 422


def _retry_after(error: TweenError, now: float) -> int | None:
    match error:
        case BudgetSpent(renews=renews):
            return max(1, round(datetime.combine(renews, time(), UTC).timestamp() - now))
        case StoreAway() | Draining():
            return AGAIN_S
        case _:
            return None


def _error(error: TweenError) -> dict[str, Any]:
    return {"code": code_of(type(error)), "message": explain(error)}


def _faults(error: TweenError) -> list[dict[str, str]]:
    match error:
        case BadRequest(faults=faults):
            return [{"field": each.field, "rule": each.rule, "message": fault(each)} for each in faults]
        case BadImages(images=images):
            return [each for image in images for each in _faults(image)]
        case BadImage(which=which, fault=broken):
            return [{"field": which, "rule": broken.value, "message": explain(error)}]
        case _:
            return []
