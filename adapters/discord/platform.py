"""Discord as a platform of the bot, put together from its rooms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import discord

from adapters.discord.admin import Admin
from adapters.discord.answer import refuse, tell, think
from adapters.discord.ask import Files
from adapters.discord.attachments import Fetcher, InboxAttachments
from adapters.discord.client import Hooks
from adapters.discord.commands import Commands
from adapters.discord.connection import Connection
from adapters.discord.forms import Forms
from adapters.discord.listing import Listing
from adapters.discord.live import LiveInteractions
from adapters.discord.outside import Outside
from adapters.discord.pressed import Presses
from adapters.discord.recent import Recent
from adapters.discord.take import NAME, Taker, author_of
from adapters.discord.upload import DiscordChannel
from bot.domain.errors import TweenError
from bot.domain.job import Job
from bot.domain.model import Model
from bot.flow.desk import Desk
from bot.flow.office import Admin as Deciding
from bot.flow.office import Office
from bot.ports import Inbox, JobStore, LastFrames, MediaStore, Previews, Servers
from bot.wording.operator import forgotten


@dataclass(frozen=True)
class Tools:
    """The ports that the adapter is given. ``room`` is a folder for files under way, ``image_bytes`` their limit.

    ``media`` has the videos that came by a link; None where there are no links.
    """

    store: JobStore
    servers: Servers
    inbox: Inbox
    previews: Previews
    last_frames: LastFrames
    media: MediaStore | None
    office: Office
    room: Path
    image_bytes: int


class DiscordPlatform:
    """``bot.ports.Platform`` of Discord. ``own_hosts`` are those of a moved API, whose files are Discord's own then."""

    name = NAME

    def __init__(self, connection: Connection, tools: Tools, own_hosts: frozenset[str] = frozenset()) -> None:
        self._connection = connection
        self._tools = tools
        self._outside = Outside(connection.client, LiveInteractions(), tools.previews, tools.store.load)
        fetcher = Fetcher(lambda: connection.session, own_hosts)
        self._files = Files(fetcher, tools.last_frames, tools.room, tools.image_bytes, tools.media)
        self.attachments = InboxAttachments(tools.inbox)

    def channel(self, job: Job) -> DiscordChannel:
        """Open the channel of a job."""
        return DiscordChannel(job, self._outside)

    @asynccontextmanager
    async def listening(self, desk: Desk, model: Model) -> AsyncIterator[None]:
        """Take commands for a desk."""
        client = self._connection.client
        taker = Taker(self._outside, desk, self._tools.inbox, self._files)
        forms = Forms(client, model, taker, desk)
        presses = Presses(self._outside, desk, taker, forms, self._files)
        Commands(model, taker, forms, Listing(desk), Recent(desk)).add_to(client.tree)
        office = self._tools.office
        admin = Admin(model, office)
        client.tree.add_command(admin.group())

        async def forget(interaction: discord.Interaction) -> None:
            if not await think(interaction):
                return
            try:
                await tell(interaction, forgotten(*await desk.forget(author_of(interaction))))
            except TweenError as error:
                await refuse(interaction, error)

        async def submitted(interaction: discord.Interaction) -> bool:
            return await admin.forms.submitted(interaction) or await forms.submitted(interaction)

        async def joined(server: str) -> None:
            await office.joined(Deciding(NAME, server, ""))

        async def left(server: str) -> None:
            await office.left(NAME, server)

        hooks = Hooks(presses.press, presses.publish, forget, submitted, joined, left)
        try:
            async with self._connection.listening(hooks, self._tools.servers):
                yield
        finally:
            await taker.close()
