"""One job's channel on Discord: its card, edited for as long as the job goes, and its video, posted once.

A card is edited with its interaction's token while that lives, and with the bot's own afterwards. An ephemeral card has
no afterwards: then the card goes on in the author's direct messages, and so does a job whose channel the bot cannot
post in any more, or that is gone.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import discord
import structlog

from adapters.discord.answer import said
from adapters.discord.card import layout
from adapters.discord.carried_files import (
    BOOSTED,
    DEFAULT_LIMIT,
    as_files,
    digest_of,
    frame_files,
    nonce_of,
)
from adapters.discord.errors import LIBRARY, is_out_of_reach, is_shut_out, is_token_dead, is_too_large, of_discord
from adapters.discord.live import Live
from adapters.discord.outside import Outside
from adapters.discord.publish import PublishButton
from adapters.discord.video_message import files_of, is_of, reply_to, text_of
from bot.domain.card import Card, Tone
from bot.domain.errors import ChannelBusy
from bot.domain.job import Job
from bot.domain.media import Frame
from bot.ports import NotTaken, Parcel
from bot.wording import chat
from bot.wording import discord as words

log = structlog.get_logger()

PACES = ((120.0, 3.0), (600.0, 6.0), (1800.0, 15.0))
"""Seconds between two edits while the job is younger than so many: an edit's rate limit is Discord's secret."""
SLOWEST = 30.0
LOOK_BACK = 200
"""Messages after the card that are looked through for a video whose answer was lost."""


class DiscordChannel:
    """``bot.ports.Channel`` of one job."""

    def __init__(self, job: Job, outside: Outside) -> None:
        self._job_id = job.id
        self._author = job.request.author.id
        self._accepted_at = job.accepted_at
        self._place = dict(job.place)
        self._outside = outside
        self._card: Card | None = None
        self._files: list[tuple[str, bytes]] = []
        self._digest = ""
        self._lost = ""
        # The frames come beside the narrator's edits, and two edits at once may arrive in either order.
        self._turn = asyncio.Lock()

    @property
    def pace(self) -> float:
        """Seconds between two edits: fewer edits, the older the job."""
        age = time.time() - self._accepted_at
        return next((pace for until, pace in PACES if age < until), SLOWEST)

    @property
    def place(self) -> Mapping[str, str]:
        """``guild``, ``channel`` and ``message`` of the card, ``video`` once it is posted, and what the card holds."""
        return dict(self._place)

    async def frames(self, start: Frame, end: Frame, size: tuple[int, int]) -> None:
        """Hang both frames on the card: as one picture that it shows, and as they are, for later jobs."""
        picture = await self._outside.previews.draw(start, end, size)
        files = frame_files(picture, (start, end))
        digest = digest_of(files)
        async with self._turn:
            if self._place.get("frames") == digest and "message" in self._place:
                # They hang there: a job that its author has let go on shows what it has shown before.
                self._files = []
                return
            self._files, self._digest = files, digest
            if self._card is not None:
                await self._show(self._card)

    async def show(self, card: Card) -> None:
        """Edit the card, or post it where there is none yet."""
        async with self._turn:
            self._card = card
            await self._show(card)

    async def limit(self) -> int:
        """Return what its server takes now, by its boosts; direct messages take what every server takes."""
        live = self._outside.live.of(self._job_id)
        if live is not None and ("guild" in self._place or "private" in self._place):
            return live.interaction.filesize_limit
        if "guild" not in self._place or "private" in self._place:
            return DEFAULT_LIMIT
        return BOOSTED.get(await self._outside.boost_tier(int(self._place["guild"])), DEFAULT_LIMIT)

    async def bring(self, job: Job, parcel: Parcel) -> None:
        """Do nothing: a message carries its file."""

    async def post(self, job: Job, parcel: Parcel) -> None:
        """Post the parcel as a new message that mentions its author."""
        try:
            if "private" not in self._place:
                await self._post(job, parcel)
            elif not await self._post_privately(job, parcel):
                async with self._turn:
                    await self._to_direct_messages()
                raise ChannelBusy
        except LIBRARY as error:
            if parcel.file is not None and is_too_large(error):
                # A server that has lost its boosts since, or direct messages in its place.
                raise NotTaken(DEFAULT_LIMIT, str(of_discord(error))) from error
            raise of_discord(error) from error

    async def posted(self, job: Job) -> bool:
        """Whether the message with the video, or the link to it, is there: one of the bot's own, after the card."""
        if "video" in self._place:
            return True
        if "private" in self._place or not {"message", "direct"} & self._place.keys():
            return False
        me, card = self._outside.client.user, int(self._place.get("message", 0))
        try:
            # In direct messages that a job has moved to, the video may be there before the card.
            is_moved = "direct" in self._place
            after = datetime.fromtimestamp(self._accepted_at, UTC) if is_moved else discord.Object(card)
            async for message in self._channel().history(limit=LOOK_BACK, after=after, oldest_first=True):
                if message.author == me and is_of(message, job, card):
                    self._place["video"] = str(message.id)
                    return True
        except LIBRARY as error:
            raise of_discord(error) from error
        return False

    async def _show(self, card: Card) -> None:
        if self._outside.client.is_closed():
            # The bot is ending, or was turned out: the next start shows it.
            raise ChannelBusy
        try:
            if (live := await self._live()) is not None:
                try:
                    await self._edit_as_guest(live, card)
                except discord.HTTPException as error:
                    if not is_token_dead(error) and not (_is_owed(card) and is_out_of_reach(error)):
                        raise
                    self._outside.live.end(self._job_id)
                else:
                    return
            await self._edit_as_bot(card)
        except LIBRARY as error:
            raise of_discord(error) from error

    async def _live(self) -> Live | None:
        """Return the interaction whose answer the card is, while its token lives."""
        live = self._outside.live.of(self._job_id)
        if live is None or "direct" in self._place:
            return None
        if "message" not in self._place:
            if (message := await live.answered()) is None:
                return None
            self._place["message"] = str(message)
        return live

    async def _edit_as_guest(self, live: Live, card: Card) -> None:
        files, place = self._with_files()
        view = layout(card, self._author, place)
        if files:
            await live.interaction.edit_original_response(view=view, attachments=files)
        else:
            await live.interaction.edit_original_response(view=view)
        self._shown(place)

    async def _edit_as_bot(self, card: Card) -> None:
        if "private" in self._place:
            await self._to_direct_messages()
        if "message" not in self._place and "direct" not in self._place:
            self._place |= await self._outside.message_of(self._job_id, self._accepted_at)
        try:
            await self._put(card)
        except discord.HTTPException as error:
            if not _is_owed(card) or not is_out_of_reach(error):
                raise
            if is_shut_out(error):
                await self._to_direct_messages()
            else:
                self._lost = self._place.pop("message", "")
                self._place.pop("frames", None)
            await self._put(card)

    async def _put(self, card: Card) -> None:
        files, place = self._with_files()
        view = layout(card, self._author, place)
        if "message" not in self._place:
            # One nonce is one message of the bot's, in whatever channel.
            nonce = nonce_of(self._job_id, f"card {self._place['channel']} {self._lost}")
            sent = await self._channel().send(view=view, files=files, nonce=nonce)
            place["message"] = str(sent.id)
        else:
            message = self._channel().get_partial_message(int(self._place["message"]))
            if files:
                await message.edit(view=view, attachments=files)
            else:
                await message.edit(view=view)
        self._shown(place)

    def _with_files(self) -> tuple[list[discord.File], dict[str, str]]:
        """Return the files that are still to be hung on the card, and the place as it is once they are."""
        files = as_files(self._files)
        return files, self._place | ({"frames": self._digest} if files else {})

    def _shown(self, place: dict[str, str]) -> None:
        # What was posted while the edit was under way is not forgotten.
        self._place |= {name: place[name] for name in ("message", "frames") if name in place}
        self._files = []

    async def _to_direct_messages(self) -> None:
        """Go on in the author's direct messages, with a card of its own."""
        if "direct" in self._place:
            return
        user = discord.Object(int(self._author))
        channel = await self._outside.client.create_dm(user)
        for gone in ("private", "message", "frames", "guild"):
            self._place.pop(gone, None)
        self._place |= {"channel": str(channel.id), "direct": "1"}

    async def _leave_behind(self) -> None:
        """Have the card say where its job went on, where the bot may still edit it."""
        view = said(words.GONE_ON)
        try:
            if (live := await self._live()) is not None:
                await live.interaction.edit_original_response(view=view)
            elif "message" in self._place:
                await self._channel().get_partial_message(int(self._place["message"])).edit(view=view)
        except LIBRARY as error:
            log.info("card_left_behind", job_id=self._job_id, error=type(error).__name__)

    async def _post_privately(self, job: Job, parcel: Parcel) -> bool:
        live = self._outside.live.of(job.id)
        if live is None:
            return False
        spoiler = "spoiler" in self._place
        text = text_of(f"{chat.ready(job)} {words.ONLY_YOU}", parcel, spoiler=spoiler)
        files, view = files_of(job, parcel, spoiler=spoiler), PublishButton.alone(job.id)
        try:
            sent = await live.interaction.followup.send(text, files=files, view=view, ephemeral=True, wait=True)
        except discord.HTTPException as error:
            if not is_token_dead(error):
                raise
            self._outside.live.end(job.id)
            return False
        self._place["video"] = str(sent.id)
        return True

    async def _post(self, job: Job, parcel: Parcel) -> None:
        spoiler = "spoiler" in self._place
        mentions = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(int(self._author))])
        channel = self._channel()
        try:
            sent = await channel.send(
                text_of(f"<@{self._author}> {chat.ready(job)}", parcel, spoiler=spoiler),
                files=files_of(job, parcel, spoiler=spoiler),
                allowed_mentions=mentions,
                nonce=nonce_of(job.id, "video"),
                reference=reply_to(self._place),
            )
        except discord.HTTPException as error:
            if not is_shut_out(error) or "direct" in self._place:
                raise
            # The bot was shut out of the channel while the job ran: what was paid for goes to its author.
            async with self._turn:
                await self._leave_behind()
                await self._to_direct_messages()
            # Where it goes on is durable before it is posted there: a restart would know its old place alone.
            raise ChannelBusy from error
        else:
            self._place["video"] = str(sent.id)

    def _channel(self) -> discord.PartialMessageable:
        return self._outside.client.get_partial_messageable(int(self._place["channel"]))


def _is_owed(card: Card) -> bool:
    """Whether a card's reader is to have it wherever it can be had: an end that no video tells of."""
    return card.phase is None and card.tone is not Tone.DONE
