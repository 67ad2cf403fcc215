"""One job's card on Slack: one message that is edited, with the picture of its frames.

It is posted by whoever takes the command, or else by whoever carries the job.
"""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.card import blocks, summary
from adapters.slack.clients import NotInstalled
from adapters.slack.errors import LIBRARY, NOT_SEEN_YET, code_of, of_slack
from adapters.slack.files import Uploader
from adapters.slack.outside import Outside
from bot.domain.card import Card
from bot.domain.errors import ChannelBusy, ChannelGone, TweenError
from bot.domain.job import Job
from bot.domain.media import Frame
from bot.domain.progress import Phase
from bot.wording import chat

log = structlog.get_logger()

PICTURE = "frames.jpg"
PICTURE_LOOKS = 3
"""How often a card that asks is shown once more for a picture that is not ready; the pauses grow from a second."""


class CardMessage:
    """The part of ``bot.ports.Channel`` that is about the card of one job."""

    def __init__(self, job: Job, outside: Outside) -> None:
        self._job_id = job.id
        self._author = job.request.author.id
        self._accepted_at = job.accepted_at
        self._place = dict(job.place)
        self._outside = outside
        self._uploader = Uploader(outside.session)
        self._card: Card | None = None
        self._stale: str | None = None
        self._looks = PICTURE_LOOKS
        # The frames come beside the narrator's edits, and two edits at once may arrive in either order.
        self._turn = asyncio.Lock()

    @property
    def pace(self) -> float:
        """Seconds between two edits."""
        return self._outside.clients.pace(self._place["team"], time.time() - self._accepted_at)

    @property
    def place(self) -> Mapping[str, str]:
        """``team``, ``channel``, ``message`` and ``thread`` of the card, and of the video all that was brought of it.

        ``brought`` is its way, ``file`` what was uploaded or ``bare`` where nothing could be, ``post`` its message,
        ``permalink`` its address, ``video`` its file where that is the video.
        """
        return dict(self._place)

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:
        """Show both frames on the card, in one picture."""
        picture = await self._outside.previews.draw(start, end, size)
        digest = hashlib.sha256(picture).hexdigest()[:16]
        if "picture" in self._place and self._place.get("pictured") == digest:
            # It is there: a job that its author has let go on shows what it has shown before.
            return
        before = self._place.get("picture")
        try:
            client = await self._patient()
            self._place["picture"] = await self._uploader.send_bytes(client, PICTURE, picture, chat.FRAMES)
        except (*LIBRARY, NotInstalled) as error:
            raise told(error) from error
        self._place["pictured"], self._stale = digest, before
        if self._card is not None:
            await self.show(self._card)

    async def show(self, card: Card) -> None:
        """Edit the card, or post it where there is none yet."""
        async with self._turn:
            self._card = card
            try:
                await self._show(card)
            except (*LIBRARY, NotInstalled) as error:
                raise told(error) from error
            await self._drop_stale()

    async def begin(self, card: Card) -> Mapping[str, str]:
        """Post the first card, in answer to its command; return where it is."""
        await self._send(card)
        return {name: self._place[name] for name in ("message", "channel")}

    async def _show(self, card: Card) -> None:
        if "message" not in self._place and "direct" not in self._place:
            self._place |= await self._outside.message_of(self._job_id, self._accepted_at)
        try:
            await self._send(card)
        except LIBRARY as error:
            if "picture" not in self._place or code_of(error) not in NOT_SEEN_YET:
                raise
            # The picture is not ready: the next edit shows it.
            picture = self._place.pop("picture")
            try:
                await self._send(card)
            finally:
                self._place["picture"] = picture
            if card.phase is Phase.ASKING and self._looks:
                # No edit follows by itself, and the picture is what the card is about.
                self._looks -= 1
                raise ChannelBusy from error

    async def _drop_stale(self) -> None:
        """Delete the picture that the card has shown before."""
        stale, self._stale = self._stale, None
        if stale is None:
            return
        try:
            await (await self._patient()).files_delete(file=stale)
        except (*LIBRARY, NotInstalled) as error:
            log.warning("picture_not_deleted", job_id=self._job_id, error=code_of(error) or type(error).__name__)

    async def _send(self, card: Card) -> None:
        # Text and blocks together: an edit with text alone would take the blocks away.
        author = self._author if "message" in self._place else None
        body: dict[str, Any] = {"text": summary(card), "blocks": blocks(card, author, self._place)}
        channel = self._place["channel"]
        self._outside.clients.edited(self._place["team"])
        if "message" in self._place:
            # An edit does no harm twice, and one that is left out may be the last for a while.
            client = await self._patient()
            await client.chat_update(channel=channel, ts=self._place["message"], **body)
            return
        client = await self._once()
        sent = await client.chat_postMessage(
            channel=channel, thread_ts=self._place.get("thread"), unfurl_links=False, unfurl_media=False, **body
        )
        self._place |= {"message": str(sent["ts"]), "channel": str(sent["channel"])}

    async def _patient(self) -> AsyncWebClient:
        return await self._outside.clients.patient(self._place["team"], self._place.get("enterprise"))

    async def _once(self) -> AsyncWebClient:
        return await self._outside.clients.once(self._place["team"], self._place.get("enterprise"))


def told(error: BaseException) -> TweenError:
    """Return what a failure of Slack's means to the core."""
    if isinstance(error, NotInstalled):
        return ChannelGone("the bot is not installed there any more")
    return of_slack(error)
