"""The local channel, joined: images come and videos go over the bot's own HTTP server."""

import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import ExitStack, asynccontextmanager, closing
from ipaddress import ip_address

import structlog
from yarl import URL

from adapters.local.access import Access
from adapters.local.board import Board
from adapters.local.folders import Folders
from adapters.local.form import ME, FormReader
from adapters.local.guard import Guard
from adapters.local.pictures import Pictures
from adapters.local.platform import LocalPlatform
from adapters.local.routes import routes as all_routes
from adapters.local.service import Service
from adapters.media.apart import LastFramesApart, PostersApart
from adapters.web.server import Route
from bot.compose.face import Face
from bot.compose.role import Role
from bot.domain.errors import SettingsUnfit
from bot.domain.job import Job
from bot.domain.model import Model
from bot.domain.request import Author
from bot.flow.desk import Desk
from bot.ports import Deed, JobStore, Links, Outlook
from config.settings import Settings

log = structlog.get_logger()


def local_face(settings: Settings, model: Model, store: JobStore, links: Links, outlook: Outlook) -> Face:
    """Open the local channel in the data folder."""
    folders, board = Folders(settings.data_dir), Board()
    last_frames, posters = LastFramesApart(), PostersApart()

    @asynccontextmanager
    async def listening(_: Desk) -> AsyncIterator[None]:
        with ExitStack() as stack:
            stack.enter_context(closing(last_frames))
            stack.enter_context(closing(posters))
            async with folders.kept_tidy(store.load):
                yield

    def routes(desk: Desk) -> Sequence[Route]:
        if not settings.local:
            return []
        pictures = Pictures(folders, last_frames, posters, store.load)
        form = FormReader(model, folders, settings.max_image_bytes, links)
        service = Service(
            desk, form, folders, board, pictures, store.load, time.time, outlook, lambda job: _link(job, settings)
        )
        public = None if settings.public_url is None else URL(str(settings.public_url)).origin()
        access = _access(settings, public)
        return all_routes(service, Guard(time.time, access, public), access)

    async def gone(job_ids: Collection[str]) -> None:
        try:
            await folders.drop(job_ids, store.load)
        except OSError as error:
            log.warning("local_files_not_removed", error=error.strerror)

    return Face(LocalPlatform(folders, board, store.load), listening, routes, gone)


def check_access(settings: Settings, role: Role) -> None:
    """Raise :class:`SettingsUnfit` where strangers could reach the local channel, and no token would keep them out."""
    if role.takes and is_reached_by_others(settings) and settings.local_token is None:
        host = f"TWEENBOT_HTTP_HOST={settings.http_host}"
        raise SettingsUnfit(host, (("TWEENBOT_LOCAL_TOKEN",), ("TWEENBOT_LOCAL=off",)))


def is_reached_by_others(settings: Settings) -> bool:
    """Whether the local channel is served to more than this machine."""
    return settings.local and not _is_loopback(settings.http_host.strip("[]"))


async def forget(settings: Settings, store: JobStore, author: Author, deed: Deed) -> tuple[int, int]:
    """Delete an author's data, the files of the local channel too; as ``JobStore.forget``."""
    if author != ME:
        return await store.forget(author, deed)
    folders = Folders(settings.data_dir)
    known = await folders.known(store.load)
    deleted, under_way = await store.forget(author, deed)
    await folders.forget(known, store.load)
    return deleted, under_way


def _access(settings: Settings, public: URL | None) -> Access | None:
    if not is_reached_by_others(settings):
        return None
    assert settings.local_token is not None, "checked at the start"
    return Access(settings.local_token.get_secret_value(), time.time, public)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _link(job: Job, settings: Settings) -> str | None:
    """Return where a job of a chat platform can be seen; None where its author alone sees it, or it is not known."""
    place = job.place
    if "private" in place:
        return None
    message = place.get("video") or place.get("message")
    if job.request.author.platform == "discord" and settings.discord_token and message and "channel" in place:
        # A second of imports that nobody else needs, and that a bot on Discord has made already.
        from adapters.discord.text import link  # noqa: PLC0415

        return link(place, message)
    return place.get("permalink") or None
