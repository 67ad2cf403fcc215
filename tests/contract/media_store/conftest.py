"""A store of kept videos for each test, on the disk and in a bucket in turn.

``TWEENBOT_TEST_S3`` names a server on loopback that speaks S3 and lets everybody make buckets, such as moto's, to hold
the stand-in against: moto's libraries cannot be installed beside DBOS'.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from secrets import token_hex

import aiohttp
import pytest

from adapters.media_store.disk import DiskStorage
from adapters.media_store.s3 import Bucket, BucketStorage
from adapters.store.database import Database, url_of
from adapters.store.media_index import StoredMediaIndex
from adapters.store.migrate import migrate
from tests.contract.media_store.shelves import InBucket, OnDisk, Place
from tests.twins.cable import Cable
from tests.twins.s3 import S3Twin

SERVER = os.environ.get("TWEENBOT_TEST_S3", "").rstrip("/")


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
async def on_disk(index: StoredMediaIndex, tmp_path: Path) -> AsyncIterator[OnDisk]:
    """Return an empty store on the disk."""
    with closing(DiskStorage(tmp_path / "media")) as storage:
        yield OnDisk(index, storage, tmp_path)


@pytest.fixture
async def s3() -> AsyncIterator[S3Twin]:
    """Return a stand-in for S3 with an empty bucket."""
    async with S3Twin().running() as twin:
        yield twin


@pytest.fixture
async def in_bucket(index: StoredMediaIndex, s3: S3Twin, tmp_path: Path) -> AsyncIterator[InBucket]:
    """Return an empty store in a bucket, of the stand-in or of what ``TWEENBOT_TEST_S3`` names."""
    cable = Cable("127.0.0.1", int((SERVER or s3.url).rpartition(":")[2]))
    await cable.plug_in()
    name = "bucket"
    if SERVER:
        name = f"tweenbot-{token_hex(6)}"
        async with aiohttp.request("PUT", f"{SERVER}/{name}") as answer:
            assert answer.status == 200
    bucket = Bucket(name, f"http://127.0.0.1:{cable.port}", "us-east-1", "twin-key-id", "twin-secret")
    yield InBucket(index, BucketStorage(bucket), tmp_path, cable)
    await cable.pull_out()


@pytest.fixture(params=["on_disk", "in_bucket"])
def place(request: pytest.FixtureRequest) -> Place:
    """Return an empty store."""
    place = request.getfixturevalue(str(request.param))
    assert isinstance(place, Place)
    return place
