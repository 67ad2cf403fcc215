"""A store of kept videos for each test, on the disk and in a bucket in turn."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.media_store.disk import DiskStorage
from adapters.store.database import Database, url_of
from adapters.store.media_index import StoredMediaIndex
from adapters.store.migrate import migrate
from tests.contract.media_store.shelves import OnDisk, Place


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database that holds the tables, and nothing in them."""
    folder = tmp_path_factory.mktemp("tables")
    with closing(Database(url_of(folder))) as database:
        asyncio.run(migrate(database))
    return folder


@pytest.fixture
async def index(tables: Path, tmp_path: Path) -> AsyncIterator[StoredMediaIndex]:
    """Return an empty index."""
    shutil.copytree(tables, tmp_path, dirs_exist_ok=True)
    with closing(Database(url_of(tmp_path))) as database:
        yield StoredMediaIndex(database)


@pytest.fixture
async def place(index: StoredMediaIndex, tmp_path: Path) -> AsyncIterator[Place]:
    """Return an empty store."""
    with closing(DiskStorage(tmp_path / "media")) as storage:
        yield OnDisk(index, storage, tmp_path)
