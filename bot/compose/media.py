"""Videos that are handed out by a link, joined: the index in the job store, the files on the disk or in a bucket."""

import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass

from adapters.media_store.disk import DiskStorage
from adapters.media_store.serve import MediaServer
from adapters.media_store.shelf import MediaShelf, Room
from adapters.media_store.storage import Storage
from adapters.media_store.sweep import kept_swept
from adapters.store.database import Database
from adapters.store.media_index import StoredMediaIndex
from adapters.web.server import Route
from bot.domain.errors import SettingsUnfit
from bot.ports import MediaIndex, MediaStore
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


@dataclass(frozen=True)
class KeptMedia:
    """What a process does for the files that are kept, also where no new ones are: what was promised is served."""

    index: MediaIndex
    storage: Storage

    def routes(self) -> Sequence[Route]:
        """Return what the bot's HTTP server serves of them."""
        return MediaServer(self.index, self.storage, time.time).routes()

    def swept(self) -> AbstractAsyncContextManager[None]:
        """Remove those whose time is over, as long as the context is open."""
        return kept_swept(self.index, self.storage, time.time)


def kept_media(stack: AsyncExitStack, settings: Settings, database: Database) -> KeptMedia:
    """Open the files that are kept."""
    return KeptMedia(StoredMediaIndex(database), media_storage(stack, settings))


def media_storage(stack: AsyncExitStack, settings: Settings) -> Storage:
    """Open where the files lie: a bucket where one is named, else the data folder. Raises :class:`SettingsUnfit`."""
    if settings.s3_bucket is None:
        if settings.s3_endpoint is not None:
            raise SettingsUnfit("TWEENBOT_S3_ENDPOINT", (("TWEENBOT_S3_BUCKET",),))
        storage = DiskStorage(settings.data_dir / "media")
        stack.callback(storage.close)
        return storage
    # Fifteen megabytes that nobody else needs.
    from adapters.media_store.s3 import Bucket, BucketStorage  # noqa: PLC0415

    key_id, secret = settings.aws_access_key_id, settings.aws_secret_access_key
    if (key_id is None) is not (secret is None):
        given, lacks = sorted(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), reverse=key_id is None)
        raise SettingsUnfit(given, ((lacks,),))
    endpoint = None if settings.s3_endpoint is None else str(settings.s3_endpoint)
    key = None if secret is None else secret.get_secret_value()
    return BucketStorage(Bucket(settings.s3_bucket, endpoint, settings.aws_region, key_id, key))
