"""One job's channel on Slack: its card, one message that is edited, and its video, in the card's thread, once.

The card is posted by whoever takes the command, or else by whoever carries the job. The video is uploaded before it is
shared: its file's id is stored in between, so a restart asks Slack what became of that file, and shares no second one.
"""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.card import blocks, summary
from adapters.slack.clients import NotInstalled
from adapters.slack.errors import LIBRARY, NOT_SEEN_YET, THREAD_GONE, code_of, is_shut_out, of_slack
from adapters.slack.files import Uploader
from adapters.slack.outside import Outside
from adapters.slack.text import alt, who
from bot.domain.card import Card
from bot.domain.errors import ChannelBusy, ChannelGone, NotHandedOver, TweenError
from bot.domain.job import Job
from bot.domain.media import Frame, Video
from bot.wording import chat
from bot.wording import slack as words

log = structlog.get_logger()

SHARE_LOOKS = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between looks for the message of a file that was shared: ``shares`` is empty at first."""
PICTURE = "frames.jpg"


class SlackChannel:
    """``bot.ports.Channel`` of one job."""

    def __init__(self, job: Job, outside: Outside) -> None:
        self._job_id = job.id
        self._author = job.request.author.id
        self._accepted_at = job.accepted_at
        self._place = dict(job.place)
        self._outside = outside
        self._uploader = Uploader(outside.session)
        self._card: Card | None = None
        # The frames come beside the narrator's edits, and two edits at once may arrive in either order.
        self._turn = asyncio.Lock()

    @property
    def pace(self) -> float:
        """Seconds between two edits."""
        return self._outside.clients.pace(self._place["team"], time.time() - self._accepted_at)

    @property
    def place(self) -> Mapping[str, str]:
        """``team``, ``channel``, ``message`` and ``thread`` of the card, the video's file and post, and its address."""
        return dict(self._place)

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:
        """Show both frames on the card, in one picture."""
        picture = await self._outside.previews.draw(start, end, size)
        try:
            client = await self._patient()
            self._place["picture"] = await self._uploader.send_bytes(client, PICTURE, picture, chat.FRAMES)
        except (*LIBRARY, NotInstalled) as error:
            raise _told(error) from error
        if self._card is not None:
            await self.show(self._card)

    async def show(self, card: Card) -> None:
        """Edit the card, or post it where there is none yet."""
        async with self._turn:
            self._card = card
            try:
                await self._show(card)
            except (*LIBRARY, NotInstalled) as error:
                raise _told(error) from error

    async def begin(self, card: Card) -> Mapping[str, str]:
        """Post the first card, in answer to its command; return where it is."""
        await self._send(card)
        return {name: self._place[name] for name in ("message", "channel")}

    async def bring(self, job: Job, path: Path) -> None:
        """Upload the video, and note its file's id; it is there once its bytes are."""
        if "file" in self._place:
            return
        try:
            client = await self._patient()
            self._place["file"] = await self._uploader.send(client, video_name(job), path, alt(job.request.prompt))
        except (*LIBRARY, NotInstalled) as error:
            raise self._not_posted(error, path) from error

    async def post(self, job: Job, video: Video, path: Path) -> None:
        """Share the video in the card's thread, with a mention of its author."""
        del video
        try:
            await self._share(job)
        except (*LIBRARY, NotInstalled) as error:
            if code_of(error) == "file_not_found":
                # It was never completed, and Slack has let it go.
                self._place.pop("file", None)
                raise ChannelBusy from error
            raise self._not_posted(error, path) from error
        try:
            await self._find_video(await self._patient())
        except (*LIBRARY, NotInstalled) as error:
            # It is there; what is not known is its address.
            log.warning("video_not_found", job_id=self._job_id, error=code_of(error) or type(error).__name__)
        await self._broadcast()

    async def posted(self, job: Job) -> bool:
        """Whether the file of this job's video is shared; a message that was just made is looked for a while."""
        del job
        if "file" not in self._place:
            return False
        try:
            found = await self._find_video(await self._patient())
        except (*LIBRARY, NotInstalled) as error:
            raise _told(error) from error
        if found:
            await self._broadcast()
        return found

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
            await self._send(card)
            self._place["picture"] = picture

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

    async def _share(self, job: Job) -> None:
        """Share the video; what was paid for goes elsewhere where its own place has gone while the job ran."""
        thread = self._place.get("thread") or self._place.get("message")
        try:
            await self._complete(job, thread)
        except LIBRARY as error:
            if code_of(error) in THREAD_GONE and thread is not None:
                # Somebody has deleted the card: into the channel itself.
                await self._complete(job, None)
            elif is_shut_out(error) and "direct" not in self._place:
                await self._to_direct_messages()
                await self._complete(job, None)
            else:
                raise

    async def _complete(self, job: Job, thread: str | None) -> None:
        client = await self._once()
        await client.files_completeUploadExternal(
            files=[{"id": self._place["file"], "title": video_name(job)}],
            channel_id=self._place["channel"],
            thread_ts=thread,
            initial_comment=f"{who(self._author)} {chat.ready(job)}",
        )

    async def _find_video(self, client: AsyncWebClient) -> bool:
        """Look for the message that the file is shared in, and note its address."""
        for pause in (0.0, *SHARE_LOOKS):
            await asyncio.sleep(pause)
            file = (await client.files_info(file=self._place["file"]))["file"]
            shares = {**(file.get("shares") or {})}
            posts = [post for kind in shares.values() for posts in kind.values() for post in posts]
            if posts:
                self._place |= {"video": self._place["file"], "permalink": str(file.get("permalink", ""))}
                self._place["post"] = str(posts[0]["ts"])
                return True
        return False

    async def _broadcast(self) -> None:
        """Show the video in the channel too, where its author wanted that, by a reply that pings nobody."""
        wanted = {"broadcast", "permalink"} <= self._place.keys()
        if not wanted or "direct" in self._place or "line" in self._place:
            return
        try:
            client = await self._once()
            sent = await client.chat_postMessage(
                channel=self._place["channel"],
                thread_ts=self._place.get("thread") or self._place["message"],
                reply_broadcast=True,
                text=words.shared(self._place["permalink"]),
            )
            self._place["line"] = str(sent["ts"])
        except (*LIBRARY, NotInstalled) as error:
            log.warning("not_broadcast", job_id=self._job_id, error=code_of(error) or type(error).__name__)

    async def _to_direct_messages(self) -> None:
        client = await self._patient()
        opened = await client.conversations_open(users=[self._author])
        for gone in ("message", "thread", "broadcast"):
            self._place.pop(gone, None)
        self._place |= {"channel": str(opened["channel"]["id"]), "direct": "1"}

    def _not_posted(self, error: BaseException, path: Path) -> TweenError:
        problem = _told(error)
        return NotHandedOver(str(problem), Path(path.name)) if isinstance(problem, ChannelGone) else problem

    async def _patient(self) -> AsyncWebClient:
        return await self._outside.clients.patient(self._place["team"], self._place.get("enterprise"))

    async def _once(self) -> AsyncWebClient:
        return await self._outside.clients.once(self._place["team"], self._place.get("enterprise"))


def video_name(job: Job) -> str:
    """Return what the video's file is called."""
    return f"tween-{hashlib.sha256(job.id.encode()).hexdigest()[:12]}.mp4"


def _told(error: BaseException) -> TweenError:
    if isinstance(error, NotInstalled):
        return ChannelGone("the bot is not installed there any more")
    return of_slack(error)
