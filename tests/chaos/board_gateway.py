"""Interactions come in here: each is handed to the desk, made durable by it, and only then acknowledged."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from bot.domain.card import Action
from bot.domain.errors import ChannelBusy, Draining, PostUnclear, StoreAway, TweenError
from bot.domain.job import Job
from bot.domain.request import Author, Command, ImageRef
from bot.flow.desk import Desk
from tests.chaos.board_adapter import NAME, BoardPlatform
from tests.chaos.board_client import BoardClient
from tests.chaos.crossings import Crossings

log = structlog.get_logger()

WAIT_S = 2.0
PAUSE_S = 0.1
ACK_ATTEMPTS = 10
SHOW_FIRST = ", but show me first"
"""What a prompt ends with whose author wants to see the frames before anything is spent."""


class BoardGateway:
    """Polls the board for interactions until it is cancelled."""

    def __init__(self, client: BoardClient, desk: Desk, platform: BoardPlatform, crossings: Crossings) -> None:
        self._client = client
        self._desk = desk
        self._platform = platform
        self._crossings = crossings

    async def run(self) -> None:
        """Poll, and handle what comes in, side by side."""
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    events = await self._client.poll(WAIT_S)
                except TweenError:
                    await asyncio.sleep(PAUSE_S)
                    continue
                for event in events:
                    group.create_task(self._handle(event), name=f"interaction {event['id']}")

    async def _handle(self, event: Mapping[str, Any]) -> None:
        try:
            job = await self._done(event)
            answer, said = "accepted" if event["kind"] == "command" else "noted", ""
        except (StoreAway, Draining):
            # Not acknowledged: it is handed out again.
            return
        except TweenError as error:
            job, answer, said = None, "refused", str(error)
        with self._crossings.around(f"acknowledge {event['kind']}"):
            await self._acknowledge(event["id"], answer, said)
        if job is not None:
            await self._begin(job)

    async def _done(self, event: Mapping[str, Any]) -> Job | None:
        """Do what is asked, and return the job that began with it."""
        author, place = _author(event), {"channel": event["channel"]}
        if event["kind"] == "command":
            start, end = (ImageRef(event[which]["name"], event[which]["id"]) for which in ("start", "end"))
            prompt, asks = event["prompt"], event["prompt"].endswith(SHOW_FIRST)
            command = Command(event["id"], author, start, end, prompt, event["options"], asks=asks)
            return await self._desk.accept(command, place)
        action, _, job_id = event["custom_id"].partition(":")
        match Action(action):
            case Action.GO:
                await self._desk.go(job_id, author)
            case Action.EXCHANGE:
                await self._desk.mend(job_id, author, Action.EXCHANGE)
            case Action.CANCEL:
                await self._desk.stop(job_id, author)
            case Action.LOOK_AGAIN:
                await self._desk.look_again(job_id, author)
            case Action.SEND_AGAIN:
                return await self._desk.send_again(job_id, author, place)
        return None

    async def _begin(self, job: Job) -> None:
        """Show that a job waits; whoever carries it goes on with this card, or posts it where this one fails."""
        try:
            await self._platform.channel(job).begin(self._desk.first_card(job))
        except TweenError as error:
            log.warning("first_card_not_shown", job_id=job.id, error=str(error))

    async def _acknowledge(self, id_: str, answer: str, said: str) -> None:
        for _ in range(ACK_ATTEMPTS):
            try:
                await self._client.acknowledge(id_, answer, said)
            except (ChannelBusy, PostUnclear):
                await asyncio.sleep(PAUSE_S)
            else:
                return
        log.warning("not_acknowledged", interaction=id_)


def _author(event: Mapping[str, Any]) -> Author:
    given = event["author"]
    return Author(NAME, given["id"], given["server"], tuple(given["roles"]))
