"""The local channel, joined: images come and videos go over the bot's own HTTP server."""

import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

import structlog

from adapters.local.board import Board
from adapters.local.desk_api import DeskApi
from adapters.local.folders import Folders
from adapters.local.form import ME, FormReader
from adapters.local.platform import LocalPlatform
from adapters.web.server import Route
from bot.compose.face import Face
from bot.domain.model import Model
from bot.domain.request import Author
from bot.flow.desk import Desk
from bot.ports import JobStore
from config.settings import Settings

log = structlog.get_logger()


def local_face(settings: Settings, model: Model, store: JobStore) -> Face:
    """Open the local channel in the data folder."""
    folders, board = Folders(settings.data_dir), Board()
    form = FormReader(model, folders, settings.max_image_bytes)

    @asynccontextmanager
    async def listening(_: Desk) -> AsyncIterator[None]:
        async with folders.kept_tidy(store.load):
            yield

    def routes(desk: Desk) -> Sequence[Route]:
        return DeskApi(desk, form, folders, board, store.load, time.time).routes()

    async def gone(job_ids: Collection[str]) -> None:
        try:
            await folders.drop(job_ids, store.load)
        except OSError as error:
            log.warning("local_files_not_removed", error=error.strerror)

    return Face(LocalPlatform(folders, board, store.load), listening, routes, gone)


async def forget(settings: Settings, store: JobStore, author: Author) -> tuple[int, int]:
    """Delete an author's data, the files of the local channel too; as ``JobStore.forget``."""
    if author != ME:
        return await store.forget(author)
    folders = Folders(settings.data_dir)
    known = await folders.known(store.load)
    deleted, under_way = await store.forget(author)
    await folders.forget(known, store.load)
    return deleted, under_way
