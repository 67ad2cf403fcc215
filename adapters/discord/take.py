"""take: what somebody asks for becomes a job. Answered within Discord's three seconds, from memory and the store alone.

The images are fetched beside the answer. A bot that is killed before it has them ends the job with that as its reason,
and nothing is charged.
"""

import asyncio
from collections.abc import Mapping

import discord
import structlog

from adapters.discord.access import Access, Surface, access_of
from adapters.discord.answer import refuse, said, tell
from adapters.discord.ask import Ask, Files, Source
from adapters.discord.attachments import SCHEME
from adapters.discord.card import layout
from adapters.discord.carried_files import nonce_of
from adapters.discord.errors import ALREADY_ANSWERED, LIBRARY, UNKNOWN_INTERACTION, is_shut_out
from adapters.discord.live import Live
from adapters.discord.outside import Outside
from adapters.discord.text import link
from bot.domain.card import Card
from bot.domain.errors import BadImage, NoWayIn, StoreAway, TweenError, Which
from bot.domain.job import Job
from bot.domain.request import Author, Command, ImageRef, Where
from bot.flow.desk import Desk
from bot.ports import Inbox
from bot.wording import discord as words

log = structlog.get_logger()

NAME = "discord"
"""As in :class:`bot.domain.request.Author`."""


class Taker:
    """Takes what is asked for."""

    def __init__(self, outside: Outside, desk: Desk, inbox: Inbox, files: Files) -> None:
        self._outside = outside
        self._desk = desk
        self._inbox = inbox
        self._files = files
        self._fetching: set[asyncio.Task[None]] = set()

    async def take(self, interaction: discord.Interaction, ask: Ask) -> None:
        """Make a job of it, or say why not, which only its author sees."""
        job_id = f"{NAME}:{interaction.id}"
        live = self._outside.live.begin(job_id, interaction)
        if live is None:
            log.info("delivered_again", job_id=job_id)
            return
        try:
            await self._take(interaction, ask, live, job_id)
        except TweenError as error:
            self._outside.live.end(job_id)
            await refuse(interaction, error)
        except LIBRARY as error:
            # The job may be there: its card is then posted without the interaction.
            self._outside.live.end(job_id)
            log.warning("not_answered", job_id=job_id, error=type(error).__name__)

    async def fetch_for(self, job_id: str, ask: Ask) -> tuple[ImageRef, ImageRef]:
        """Put images into the inbox for a job that is about to be accepted; return what they are known by."""
        await self._fetch(job_id, ask)
        return images_of(ask, job_id)

    async def close(self) -> None:
        """Wait for the images that are on their way."""
        if self._fetching:
            await asyncio.wait(self._fetching)

    async def _take(self, interaction: discord.Interaction, ask: Ask, live: Live, job_id: str) -> None:
        access = access_of(interaction, private=ask.private)
        place = _place(interaction, ask, access)
        if access.surface is Surface.DIRECT:
            place |= await self._into_direct_messages(interaction, job_id, access)
        try:
            job = await self._desk.accept(_command(interaction, ask, job_id), place)
        except TweenError:
            if access.surface is Surface.DIRECT:
                await self._out_of_direct_messages(place)
            raise
        self._begin_to_fetch(job_id, ask)
        card = self._desk.first_card(job)
        if access.surface is Surface.DIRECT:
            self._outside.live.end(job_id)
            await tell(interaction, words.in_direct_messages(link(place, place["message"]), access.missing))
            return
        await self._answer(interaction, live, card, job)

    async def _answer(self, interaction: discord.Interaction, live: Live, card: Card, job: Job) -> None:
        view = layout(card, job.request.author.id, {**job.place})
        try:
            answer = await interaction.response.send_message(view=view, ephemeral="private" in job.place)
        except discord.HTTPException as error:
            self._outside.live.end(job.id)
            if error.code in (ALREADY_ANSWERED, UNKNOWN_INTERACTION):
                log.info("answered_before", job_id=job.id, code=error.code)
                return
            raise
        if answer.message_id is not None and not live.message.done():
            live.message.set_result(answer.message_id)
            await self._desk.placed(job.id, {"message": str(answer.message_id)})

    async def _into_direct_messages(
        self, interaction: discord.Interaction, job_id: str, access: Access
    ) -> dict[str, str]:
        """Open the author's direct messages with a line in them, to know that they are open; raise :class:`NoWayIn`."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            channel = await self._outside.client.create_dm(interaction.user)
            # A message that begins without components could not become a card.
            sent = await channel.send(view=said(words.HERE_INSTEAD), nonce=nonce_of(job_id, "direct"))
        except discord.HTTPException as error:
            if not is_shut_out(error):
                raise
            raise NoWayIn(access.missing) from error
        return {"channel": str(channel.id), "message": str(sent.id), "direct": "1"}

    async def _out_of_direct_messages(self, place: Mapping[str, str]) -> None:
        channel = self._outside.client.get_partial_messageable(int(place["channel"]))
        try:
            await channel.get_partial_message(int(place["message"])).delete()
        except LIBRARY as error:
            log.warning("line_not_removed", error=type(error).__name__)

    def _begin_to_fetch(self, job_id: str, ask: Ask) -> None:
        task = asyncio.create_task(self._fetch(job_id, ask), name=f"fetch {job_id}")
        self._fetching.add(task)
        task.add_done_callback(self._fetching.discard)

    async def _fetch(self, job_id: str, ask: Ask) -> None:
        sources: dict[Which, Source] = {"start": ask.start, "end": ask.end}
        async with asyncio.TaskGroup() as group:
            for which, source in sources.items():
                group.create_task(self._put(job_id, which, source))

    async def _put(self, job_id: str, which: Which, source: Source) -> None:
        try:
            try:
                data = await self._files.read(which, source)
            except BadImage as error:
                await self._inbox.put_fault(error, job_id)
            else:
                await self._inbox.put(job_id, which, data)
        except StoreAway as error:
            log.warning("image_not_kept", job_id=job_id, which=which, error=str(error))
        except Exception:
            # The job ends by itself once its images have not come.
            log.exception("image_not_fetched", job_id=job_id, which=which)


def _command(interaction: discord.Interaction, ask: Ask, job_id: str) -> Command:
    start, end = images_of(ask, job_id)
    return Command(
        job_id,
        author_of(interaction),
        start,
        end,
        ask.prompt,
        ask.options,
        where=_where(interaction),
        fit=ask.fit,
        asks=ask.asks,
    )


def images_of(ask: Ask, job_id: str) -> tuple[ImageRef, ImageRef]:
    """Return what an ask's images are known by once they are in the inbox."""
    locator = f"{SCHEME}{job_id}"
    return ImageRef(ask.start.name, locator), ImageRef(ask.end.name, locator)


def author_of(interaction: discord.Interaction) -> Author:
    """Return who gave a command, with the server and the roles there."""
    user = interaction.user
    roles = tuple(str(role.id) for role in user.roles) if isinstance(user, discord.Member) else ()
    return Author(NAME, str(user.id), str(interaction.guild_id or ""), roles)


def _where(interaction: discord.Interaction) -> Where:
    channel = interaction.channel
    if isinstance(channel, discord.Thread):
        return Where((str(channel.id), str(channel.parent_id)), age_restricted=channel.is_nsfw())
    is_nsfw = getattr(channel, "is_nsfw", None)
    return Where((str(interaction.channel_id),), age_restricted=bool(is_nsfw and is_nsfw()))


def _place(interaction: discord.Interaction, ask: Ask, access: Access) -> dict[str, str]:
    place = {"channel": str(interaction.channel_id)}
    if interaction.guild_id is not None and access.surface is not Surface.DIRECT:
        place["guild"] = str(interaction.guild_id)
    if access.surface is Surface.PRIVATE:
        place["private"] = "1"
    if ask.spoiler:
        place["spoiler"] = "1"
    return place
