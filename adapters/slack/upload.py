"""One job's channel on Slack: its card, and its video, in the card's thread, once.

The video is uploaded before it is shared: its file's id is stored in between, so a restart asks Slack what became of
that file, and shares no second one. A link takes the same way, with the picture of the video as its
file; where the workspace takes no picture either, it is a bare message. Slack tells nobody whether that was posted, so
a restart takes it for posted: the card leads to the video too.
"""

import asyncio
from pathlib import Path

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.card_message import CardMessage, told
from adapters.slack.clients import NotInstalled
from adapters.slack.errors import LIBRARY, THREAD_GONE, code_of, is_shut_out, takes_no_file
from adapters.slack.files import LARGEST
from adapters.slack.text import ALT_TEXT
from adapters.slack.video_message import file_of, stem_of, text_of
from bot.domain.errors import ChannelBusy
from bot.domain.job import Job
from bot.ports import NotTaken, Parcel
from bot.wording import slack as words
from bot.wording.delivery import described

log = structlog.get_logger()

SHARE_LOOKS = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between looks for the message of a file that was shared: ``shares`` is empty at first."""


class SlackChannel(CardMessage):
    """``bot.ports.Channel`` of one job."""

    async def limit(self) -> int:
        """Return what Slack takes; what a workspace takes, it says when it is asked."""
        return LARGEST

    async def bring(self, job: Job, parcel: Parcel) -> None:
        """Upload the video, or its picture, and note the file's id; it is there once its bytes are."""
        way = parcel.delivery.way
        if self._place.get("brought", "as it is") == way and ("file" in self._place or "bare" in self._place):
            return
        self._forget_file()
        try:
            await self._bring(job, parcel)
        except (*LIBRARY, NotInstalled) as error:
            raise self._not_taken(error, parcel) from error
        self._place["brought"] = way
        if parcel.file is None and parcel.link is not None:
            self._place["permalink"] = parcel.link.url

    async def post(self, job: Job, parcel: Parcel) -> None:
        """Share what was brought in the card's thread, with a mention of its author."""
        try:
            await self._share(job, parcel)
        except (*LIBRARY, NotInstalled) as error:
            raise self._not_shared(error, parcel) from error
        try:
            if "file" in self._place:
                await self._find_video(await self._patient())
        except (*LIBRARY, NotInstalled) as error:
            # It is there; what is not known is its address.
            log.warning("video_not_found", job_id=self._job_id, error=code_of(error) or type(error).__name__)
        await self._broadcast()

    async def posted(self, job: Job) -> bool:
        """Whether the file that was brought is shared; a message that was just made is looked for a while."""
        del job
        if "file" not in self._place:
            # Nobody can tell, and a second message would be one too many.
            return "bare" in self._place
        try:
            found = await self._find_video(await self._patient())
        except (*LIBRARY, NotInstalled) as error:
            raise told(error) from error
        if found:
            await self._broadcast()
        return found

    async def _bring(self, job: Job, parcel: Parcel) -> None:
        client, alt, found = await self._patient(), described(job, ALT_TEXT), file_of(job, parcel)
        name, body = found or ("", b"")
        if isinstance(body, Path):
            self._place["file"] = await self._uploader.send(client, name, body, alt)
            return
        try:
            if body:
                self._place["file"] = await self._uploader.put(client, name, body, alt)
                return
        except LIBRARY as error:
            if not takes_no_file(error):
                raise
        self._place["bare"] = "1"

    async def _share(self, job: Job, parcel: Parcel) -> None:
        """Share it; what was paid for goes elsewhere where its own place has gone while the job ran."""
        thread = self._place.get("thread") or self._place.get("message")
        send = self._complete if "file" in self._place else self._say
        try:
            await send(job, parcel, thread)
        except LIBRARY as error:
            if code_of(error) in THREAD_GONE and thread is not None:
                # Somebody has deleted the card: into the channel itself.
                await send(job, parcel, None)
            elif is_shut_out(error) and "direct" not in self._place:
                await self._to_direct_messages()
                await send(job, parcel, None)
            else:
                raise

    async def _complete(self, job: Job, parcel: Parcel, thread: str | None) -> None:
        client = await self._once()
        name, _ = file_of(job, parcel) or (stem_of(job), None)
        await client.files_completeUploadExternal(
            files=[{"id": self._place["file"], "title": name}],
            channel_id=self._place["channel"],
            thread_ts=thread,
            initial_comment=text_of(job, self._author, parcel),
        )

    async def _say(self, job: Job, parcel: Parcel, thread: str | None) -> None:
        """Post a link that has no picture of its own: Slack may show what it finds there."""
        client = await self._once()
        sent = await client.chat_postMessage(
            channel=self._place["channel"],
            thread_ts=thread,
            text=text_of(job, self._author, parcel),
            unfurl_links=False,
            unfurl_media=True,
        )
        self._place["post"] = str(sent["ts"])

    async def _find_video(self, client: AsyncWebClient) -> bool:
        """Look for the message that the file is shared in, and note its address."""
        for pause in (0.0, *SHARE_LOOKS):
            await asyncio.sleep(pause)
            file = (await client.files_info(file=self._place["file"]))["file"]
            shares = {**(file.get("shares") or {})}
            posts = [post for kind in shares.values() for posts in kind.values() for post in posts]
            if posts:
                if self._place.get("brought") != "link":
                    self._place |= {"video": self._place["file"], "permalink": str(file.get("permalink", ""))}
                self._place["post"] = str(posts[0]["ts"])
                return True
        return False

    async def _broadcast(self) -> None:
        """Show the video in the channel too, where its author wanted that, by a reply that pings nobody."""
        wanted = {"broadcast", "permalink"} <= self._place.keys()
        thread = self._place.get("thread") or self._place.get("message")
        # Without a thread it stands in the channel already.
        if not wanted or thread is None or "direct" in self._place or "line" in self._place:
            return
        try:
            client = await self._once()
            sent = await client.chat_postMessage(
                channel=self._place["channel"],
                thread_ts=thread,
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

    def _not_taken(self, error: BaseException, parcel: Parcel) -> Exception:
        problem = told(error)
        if parcel.file is None or not takes_no_file(error):
            return problem
        return NotTaken(0, words.NOT_TAKEN.get(code_of(error), str(problem)))

    def _not_shared(self, error: BaseException, parcel: Parcel) -> Exception:
        if code_of(error) == "file_not_found":
            # It was never completed, and Slack has let it go.
            self._forget_file()
            return ChannelBusy()
        if takes_no_file(error):
            self._forget_file()
            if parcel.file is None:
                # Not even its picture: that it goes without is durable before it goes.
                self._place["bare"] = "1"
                return ChannelBusy()
        return self._not_taken(error, parcel)

    def _forget_file(self) -> None:
        for name in ("file", "bare"):
            self._place.pop(name, None)
