"""Videos that are handed out by a link, joined: the index in the job store, the files in the data folder."""

import time
from contextlib import AsyncExitStack

from adapters.media_store.disk import DiskStorage
from adapters.media_store.shelf import MediaShelf, Room
from adapters.media_store.storage import Storage
from adapters.store.database import Database
from adapters.store.media_index import StoredMediaIndex
from bot.ports import MediaStore
from config.settings import Settings

DAY_S = 86_400.0
FILE_BYTES = 2 * 1024**3
"""The largest file that is kept: more than any platform takes, and than anybody waits for."""


def media_store(stack: AsyncExitStack, settings: Settings, database: Database) -> MediaStore | None:
    """Open the store of kept videos; None where no address leads here from outside, for their links begin with it."""
    if settings.public_url is None:
        return None
    room = Room(settings.media_days * DAY_S, FILE_BYTES, settings.media_max_bytes)
    index, storage = StoredMediaIndex(database), media_storage(stack, settings)
    return MediaShelf(index, storage, str(settings.public_url), room, time.time)


def media_storage(stack: AsyncExitStack, settings: Settings) -> Storage:
    """Open where the files lie."""
    storage = DiskStorage(settings.data_dir / "media")
    stack.callback(storage.close)
    return storage
