"""Slack, joined: its adapter over the store, and what looks into pictures and videos for it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing

from adapters.media.last_frame import PyAVLastFrames
from adapters.media.preview import PillowPreviews
from adapters.slack.clients import OneToken
from adapters.slack.connection import Connection
from adapters.slack.platform import SlackPlatform, Tools
from adapters.store.database import Database
from adapters.store.servers import ServerBook
from adapters.web.server import Route
from bot.compose.face import Face
from bot.compose.outside import prepare
from bot.compose.storage import terms
from bot.domain.model import Model
from bot.flow.desk import Desk
from bot.ports import JobStore
from config.settings import Settings


def slack_face(stack: AsyncExitStack, settings: Settings, model: Model, database: Database, jobs: JobStore) -> Face:
    """Open Slack for the app whose tokens the settings hold."""
    assert settings.slack_bot_token is not None
    assert settings.slack_app_token is not None
    token, app_token = settings.slack_bot_token.get_secret_value(), settings.slack_app_token.get_secret_value()
    room = settings.data_dir / "work"
    prepare(room)
    tools = Tools(
        store=jobs,
        servers=ServerBook(database),
        previews=stack.enter_context(closing(PillowPreviews())),
        last_frames=stack.enter_context(closing(PyAVLastFrames())),
        terms=terms(settings),
        room=room,
    )
    connection = Connection(None if settings.slack_api_url is None else str(settings.slack_api_url))
    host = settings.slack_api_url.host if settings.slack_api_url else None
    platform = SlackPlatform(connection, OneToken(token), tools, frozenset({host} if host else ()))

    @asynccontextmanager
    async def listening(desk: Desk) -> AsyncIterator[None]:
        app = connection.app(token)
        platform.listen(app, desk, model)
        async with connection.listening(app, app_token):
            yield

    def routes(_: Desk) -> Sequence[Route]:
        return []

    def opened() -> AbstractAsyncContextManager[None]:
        return connection.opened(token)

    return Face(platform, listening, routes, opened=opened)
