"""All jobs of all platforms, over HTTP, for the operator to look through."""

from dataclasses import replace
from math import isfinite
from typing import Any

from aiohttp import hdrs, web

from adapters.local import replies
from adapters.local.desk_api import MOST_HISTORY, limit_of
from adapters.local.folders import is_job_id
from adapters.local.form import ME
from adapters.local.guard import Handler
from adapters.local.service import Service
from bot.domain.card import Card
from bot.domain.job import Job, Proposed
from bot.ports import Entry, Sought
from bot.wording import local as words

MOST_CHARACTERS = 200
MOST_WORDS = 8


class GalleryApi:
    """The route ``/v1/gallery``."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def table(self) -> list[tuple[str, str, Handler]]:
        """Return method, path and handler of each route."""
        return [(hdrs.METH_GET, "/v1/gallery", self._gallery)]

    async def _gallery(self, request: web.Request) -> web.Response:
        limit = limit_of(request, MOST_HISTORY)
        # One more than is told: whether there is more.
        sought = Sought(_words(request), _platform(request), _before(request), limit + 1)
        found = await self._service.desk.search(sought)
        told = [await self._told(each) for each in found[:limit]]
        return replies.answer({"tweens": told, "more": len(found) > limit})

    async def _told(self, entry: Entry) -> dict[str, Any]:
        job, service = entry.job, self._service
        if job.request.author.platform == ME.platform and is_job_id(job.id):
            body = await service.tell(job) | {"link": None}
        else:
            body = replies.tween(job, self._card(job), None) | {"link": service.link(job)}
        return replies.entry(body | {"author": job.request.author.id}, entry)

    def _card(self, job: Job) -> Card:
        """Return the card of another platform's job; what waits for an answer there is not answered here."""
        card = self._service.desk.card(job)
        if not isinstance(job.state, Proposed):
            return card
        return replace(card, status=words.waits_for_go(job.request.author.platform))


def _words(request: web.Request) -> tuple[str, ...]:
    text = request.query.get("q", "")
    if len(text) > MOST_CHARACTERS:
        raise replies.Refusal(400, "q", words.long_search(MOST_CHARACTERS))
    return tuple(text.split()[:MOST_WORDS])


def _platform(request: web.Request) -> str | None:
    name = request.query.get("platform", "")
    if not (name.isascii() and len(name) <= 20 and (not name or name.isalpha())):
        raise replies.Refusal(400, "platform", words.BAD_PLATFORM)
    return name or None


def _before(request: web.Request) -> float | None:
    text = request.query.get("before", "")
    if not text:
        return None
    try:
        moment = float(text) if len(text) <= 40 and text.isascii() else float("nan")
    except ValueError:
        moment = float("nan")
    if not isfinite(moment):
        raise replies.Refusal(400, "before", words.BAD_MOMENT)
    return moment
