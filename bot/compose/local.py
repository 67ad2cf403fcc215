"""The local channel, joined: images come and videos go over the bot's own HTTP server."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from adapters.local.board import Board
from adapters.local.desk_api import DeskApi
from adapters.local.folders import Folders
from adapters.local.form import FormReader
from adapters.local.platform import LocalPlatform
from adapters.web.server import Route
from bot.compose.face import Face
from bot.domain.model import Model
from bot.flow.desk import Desk
from bot.ports import JobStore
from config.settings import Settings


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

    return Face(LocalPlatform(folders, board, store.load), listening, routes)
