"""Discord, joined: its adapter over the store, and what looks into pictures and videos for it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing

from adapters.discord.client import point_at
from adapters.discord.connection import Connection
from adapters.discord.platform import DiscordPlatform, Tools
from adapters.media.apart import LastFramesApart
from adapters.media.preview import PillowPreviews
from adapters.store.database import Database
from adapters.store.inbox import StoredInbox
from adapters.store.servers import ServerBook
from adapters.web.server import Route
from bot.compose.face import Face
from bot.compose.media import media_store
from bot.compose.outside import prepare
from bot.compose.storage import office_of
from bot.domain.model import Model
from bot.flow.desk import Desk
from bot.ports import JobStore
from config.settings import Settings


def discord_face(stack: AsyncExitStack, settings: Settings, model: Model, database: Database, jobs: JobStore) -> Face:
    """Open Discord for the bot whose token the settings hold."""
    assert settings.discord_token is not None
    api_url = None if settings.discord_api_url is None else str(settings.discord_api_url)
    point_at(api_url, None if settings.discord_gateway_url is None else str(settings.discord_gateway_url))
    room = settings.data_dir / "work"
    prepare(room)
    tools = Tools(
        store=jobs,
        servers=ServerBook(database),
        office=office_of(settings, model, database, jobs),
        inbox=StoredInbox(database),
        previews=stack.enter_context(closing(PillowPreviews())),
        last_frames=stack.enter_context(closing(LastFramesApart())),
        media=media_store(stack, settings, database),
        room=room,
        image_bytes=settings.max_image_bytes,
    )
    own_hosts = {settings.discord_api_url.host} if settings.discord_api_url else set()
    connection = Connection(settings.discord_token.get_secret_value())
    platform = DiscordPlatform(connection, tools, frozenset(host for host in own_hosts if host))

    @asynccontextmanager
    async def listening(desk: Desk) -> AsyncIterator[None]:
        async with platform.listening(desk, model):
            yield

    def routes(_: Desk) -> Sequence[Route]:
        return []

    return Face(platform, listening, routes, opened=connection.opened, lost=connection.lost)
