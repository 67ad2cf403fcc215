"""Slack, joined: its adapter over the store, and what looks into pictures and videos for it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing

from pydantic import SecretStr

from adapters.media.apart import LastFramesApart
from adapters.media.preview import PillowPreviews
from adapters.media.sniff import Kind, kind_of
from adapters.slack import http
from adapters.slack.authorize import Installed, OneWorkspace
from adapters.slack.clients import OneToken
from adapters.slack.connection import Connection
from adapters.slack.install import InstallFlow, install_flow
from adapters.slack.installs import Installs
from adapters.slack.linked import Door
from adapters.slack.platform import SlackPlatform, Tools
from adapters.slack.take import NAME
from adapters.store.database import Database
from adapters.store.vault import StoredVault
from adapters.web.server import Route
from bot.compose.face import Face
from bot.compose.media import media_store
from bot.compose.moderation import guarded_links
from bot.compose.outside import prepare
from bot.compose.slack_way import Way
from bot.compose.storage import office_of
from bot.domain.errors import BadImage, Which
from bot.domain.model import Model
from bot.flow.desk import Desk
from bot.flow.office import Admin, Office
from bot.ports import JobStore
from config.settings import Settings


async def slack_face(
    stack: AsyncExitStack, settings: Settings, way: Way, model: Model, database: Database, jobs: JobStore
) -> Face:
    """Open Slack, in the way that the settings name."""
    connection = Connection(None if settings.slack_api_url is None else str(settings.slack_api_url))
    office = office_of(settings, model, database, jobs)
    tools = await _tools(stack, settings, database, office, jobs)
    host = settings.slack_api_url.host if settings.slack_api_url else None
    own_hosts = frozenset({host} if host else ())
    if way in (Way.OAUTH, Way.CARRY_MANY):
        installs = Installs(StoredVault(database), _text(settings.secret_key))
        platform = SlackPlatform(connection, installs, tools, own_hosts)
        flow = _install_flow(connection, installs, settings, StoredVault(database), office)
        return _of_many(connection, platform, installs, settings, model, flow)
    token = _text(settings.slack_bot_token)
    platform = SlackPlatform(connection, OneToken(token), tools, own_hosts)
    return _of_one(connection, platform, token, settings, way, model)


async def _tools(
    stack: AsyncExitStack, settings: Settings, database: Database, office: Office, jobs: JobStore
) -> Tools:
    room = settings.data_dir / "work"
    prepare(room)
    return Tools(
        store=jobs,
        previews=stack.enter_context(closing(PillowPreviews())),
        last_frames=stack.enter_context(closing(LastFramesApart())),
        media=media_store(stack, settings, database),
        office=office,
        door=Door(await guarded_links(stack, settings), _look, settings.max_image_bytes),
        room=room,
    )


def _look(which: Which, data: bytes) -> None:
    """Raise :class:`BadImage` for what is no image, by how it begins."""
    kind = kind_of(data)
    if not isinstance(kind, Kind):
        raise BadImage(which, *kind)


def _of_one(
    connection: Connection, platform: SlackPlatform, token: str, settings: Settings, way: Way, model: Model
) -> Face:
    """Return the face of a bot in one workspace, whose token the operator has."""
    authorize = OneWorkspace(token, lambda: connection.identity)

    @asynccontextmanager
    async def listening(desk: Desk) -> AsyncIterator[None]:
        if way is not Way.SOCKET:
            yield
            return
        app = connection.app(authorize)
        platform.listen(app, desk, model)
        async with connection.listening(app, _text(settings.slack_app_token)):
            yield

    def routes(desk: Desk) -> Sequence[Route]:
        if way is not Way.HTTP:
            return []
        secret = _text(settings.slack_signing_secret)
        app = connection.app(authorize, secret)
        platform.listen(app, desk, model)
        return http.routes(app, secret, None)

    return Face(platform, listening, routes, opened=lambda: connection.opened(token))


def _of_many(
    connection: Connection,
    platform: SlackPlatform,
    installs: Installs,
    settings: Settings,
    model: Model,
    flow: Callable[[], InstallFlow],
) -> Face:
    """Return the face of a bot that workspaces install, whose tokens are in the database."""

    @asynccontextmanager
    async def listening(_: Desk) -> AsyncIterator[None]:
        yield

    def routes(desk: Desk) -> Sequence[Route]:
        secret = _text(settings.slack_signing_secret)
        app = connection.app(Installed(installs), secret)
        platform.listen(app, desk, model, installs)
        return http.routes(app, secret, flow())

    @asynccontextmanager
    async def opened() -> AsyncIterator[None]:
        async with connection.opened(None):
            await installs.check()
            yield

    return Face(platform, listening, routes, opened=opened)


def _install_flow(
    connection: Connection, installs: Installs, settings: Settings, vault: StoredVault, office: Office
) -> Callable[[], InstallFlow]:
    """Return what makes the flow by which workspaces install the bot, once the connection is open."""

    async def joined(server: str, by: str) -> None:
        await office.joined(Admin(NAME, server, by))

    def flow() -> InstallFlow:
        credentials = (settings.slack_client_id or "", _text(settings.slack_client_secret))
        public = str(settings.public_url).rstrip("/")
        return install_flow(connection.client(), credentials, public, vault, installs, joined)

    return flow


def _text(secret: SecretStr | None) -> str:
    assert secret is not None, "the way says which are there"
    return secret.get_secret_value()
