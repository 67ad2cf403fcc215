"""A store of kept videos for each test, on the disk and in a bucket in turn."""

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.media_store.disk import DiskStorage
from adapters.store.database import Database, url_of
from adapters.store.media_index import StoredMediaIndex
from adapters.store.migrate import migrate
from tests.contract.media_store.shelves import OnDisk, Place


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[StoredMediaIndex]:
    """Return an empty index."""
    database = Database(url_of(tmp_path))
    await migrate(database)
    yield StoredMediaIndex(database)
    database.close()


@pytest.fixture
async def place(index: StoredMediaIndex, tmp_path: Path) -> AsyncIterator[Place]:
    """Return an empty store."""
    with closing(DiskStorage(tmp_path / "media")) as storage:
        yield OnDisk(index, storage, tmp_path)
