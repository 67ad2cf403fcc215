"""``tweenbot make --to``: a job that a running bot makes, over its local channel.

The request is sent with the job's key until it is answered, so it is one job however often it is sent. What the bot
tells of it is followed over the bot's restarts.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from adapters.local.upload import CardView
from bot.domain.card import Action, Card, Field, Tone
from bot.domain.errors import Which
from bot.domain.progress import Phase
from bot.domain.request import Command, Fit
from bot.flow.signals import Signals
from bot.wording import cli as words

SILENCE_S = 45.0
"""A stream of events is silent for 15 s at most, and any other answer comes sooner."""
AWAY_S = 60.0
"""How long a bot may be away, to be started anew say, before it is given up."""
AGAIN_S = 0.5
_CHUNK = 256 * 1024
_LONGEST_LINE = 1024 * 1024
"""Bytes of an event: a job, with its prompt."""
_BROKEN = (aiohttp.ClientError, TimeoutError)


class NotTaken(Exception):
    """The bot did not take the job: what it said, and whether that can be mended in the request."""

    def __init__(self, said: str, *, is_mendable: bool = False) -> None:
        super().__init__(said)
        self.is_mendable = is_mendable


class Lost(Exception):
    """The bot may have the job, and does not answer any more, or has deleted it."""


@asynccontextmanager
async def bot_at(url: str, token: str | None, view: CardView) -> AsyncIterator["SentJobs"]:
    """Open the way to the bot at ``url``; ``token`` is what it asks for, if it does. ``view`` shows the card."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=SILENCE_S, sock_read=SILENCE_S)
    bot = URL(url).origin()
    async with aiohttp.ClientSession(
        bot, headers=headers, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), read_bufsize=_LONGEST_LINE
    ) as http:
        yield SentJobs(http, str(bot), view)


class SentJobs:
    """Jobs at the running bot of this ``name``, one at a time."""

    def __init__(self, http: aiohttp.ClientSession, name: str, view: CardView) -> None:
        self._http = http
        self._name = name
        self._view = view

    async def run(self, command: Command, images: Mapping[Which, bytes], signals: Signals) -> Mapping[str, Any]:
        """Send a job, and return it as it ended, with its card shown; ``signals.stop()`` has it cancelled.

        Raises :class:`NotTaken` and :class:`Lost`.
        """
        job = await self._send(command, images)
        stopping = asyncio.create_task(self._stop(str(job["id"]), signals), name="stop the job")
        try:
            return await self._followed(job)
        finally:
            stopping.cancel()
            await asyncio.gather(stopping, return_exceptions=True)

    async def fetch(self, job: Mapping[str, Any], to: Path) -> None:
        """Write the video of a job that is delivered to a file; raise :class:`Lost`, or ``OSError`` of this disk."""
        patience = _Patience()
        while job["video"]:
            try:
                async with self._http.get(job["video"]) as answer:
                    answer.raise_for_status()
                    with to.open("wb") as file:
                        async for chunk in answer.content.iter_chunked(_CHUNK):
                            await asyncio.to_thread(file.write, chunk)
            except _BROKEN as error:
                await patience.lasts(error)
            else:
                return
        raise Lost

    async def _send(self, command: Command, images: Mapping[Which, bytes]) -> Mapping[str, Any]:
        patience, is_first = _Patience(), True
        while True:
            try:
                form = _form(command, images)
                headers = {"Idempotency-Key": command.id}
                async with self._http.post("/v1/tweens", data=form, headers=headers) as answer:
                    if answer.status != 503:
                        return self._taken(answer.status, await answer.read())
                    busy: Exception = NotTaken(self._said(await answer.read()))
            except aiohttp.ClientConnectorError as error:
                if is_first:
                    raise NotTaken(words.no_bot(self._name)) from error
                busy = error
            except _BROKEN as error:
                busy = error
            is_first = False
            await patience.lasts(busy)

    def _taken(self, status: int, body: bytes) -> Mapping[str, Any]:
        told = _json(body)
        if status in (200, 202) and {"id", "state", "final", "card"} <= told.keys():
            return told
        said = words.no_bot(self._name) if status == 404 else self._said(body)
        raise NotTaken(said, is_mendable=status == 422)

    def _said(self, body: bytes) -> str:
        match _json(body):
            case {"error": {"message": str(said)}}:
                return said
            case _:
                return words.no_bot(self._name)

    async def _followed(self, first: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the job as it ended, its card shown each time that it changed."""
        job, last_id, patience = first, "", _Patience()
        self._view.show(_card(job))
        while not job["final"]:
            broken: Exception | None = None
            headers = {"Last-Event-ID": last_id}
            try:
                async with self._http.get(f"/v1/tweens/{first['id']}/events", headers=headers) as answer:
                    if answer.status == 404:
                        raise Lost
                    answer.raise_for_status()
                    async for told_id, told in _events(answer.content):
                        job, last_id, patience = told, told_id, _Patience()
                        self._view.show(_card(job))
            except _BROKEN as error:
                broken = error
            if not job["final"]:
                await patience.lasts(broken)
        return job

    async def _stop(self, job_id: str, signals: Signals) -> None:
        """Have the job cancelled once a stop is asked for; whether the bot heard it is told on the card."""
        while not signals.stopped:
            await signals.news()
        patience = _Patience()
        while True:
            try:
                async with self._http.post(f"/v1/tweens/{job_id}/{Action.CANCEL.value}") as answer:
                    answer.raise_for_status()
            except _BROKEN as error:
                await patience.lasts(error)
            else:
                return


class _Patience:
    """How long a bot that is away is waited for."""

    def __init__(self) -> None:
        self._ends = asyncio.get_running_loop().time() + AWAY_S

    async def lasts(self, error: Exception | None) -> None:
        """Wait a moment before another try; raise :class:`Lost`, or what the bot said at last, once that is over."""
        if asyncio.get_running_loop().time() > self._ends:
            raise error if isinstance(error, NotTaken) else Lost from error
        await asyncio.sleep(AGAIN_S)


def _form(command: Command, images: Mapping[Which, bytes]) -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    names: Mapping[Which, str] = {"start": command.start.name, "end": command.end.name}
    for which, name in names.items():
        form.add_field(which, images[which], filename=name, content_type="application/octet-stream")
    form.add_field("prompt", command.prompt)
    if command.fit is not Fit.CROP:  # which a bot of an older version does without being told
        form.add_field("fit", command.fit.value)
    for name, value in command.options.items():
        if value is not None:
            form.add_field(name, str(value).lower() if isinstance(value, bool) else str(value))
    return form


async def _events(content: aiohttp.StreamReader) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
    """Yield the id and the job of each event."""
    event: dict[str, str] = {}
    async for line in content:
        text = line.decode().rstrip("\r\n")
        if text:
            name, _, value = text.partition(": ")
            event[name] = value
        elif event.get("event") == "card":
            yield event["id"], json.loads(event["data"])
            event = {}


def _card(job: Mapping[str, Any]) -> Card:
    """Return the card that a job is told with."""
    card = job["card"]
    return Card(
        job_id=job["id"],
        tone=Tone(card["tone"]),
        title=card["title"],
        prompt=card["prompt"],
        phase=None if card["phase"] is None else Phase(card["phase"]),
        status=card["status"],
        fraction=card["fraction"],
        fields=tuple(Field(field["name"], field["value"]) for field in card["fields"]),
        notices=tuple(card["notices"]),
        since=job["accepted_at"],
    )


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
