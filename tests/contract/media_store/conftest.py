"""A store of kept videos for each test, on the disk, in a bucket of the stand-in, and in one of moto's, in turn.

moto is other people's server that speaks S3. It has an environment of its own (``make test`` sets it up), for its
libraries cannot be installed beside DBOS'.
"""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
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

MOTO = Path(__file__).parents[3] / ".venv-s3/bin/moto_server"
STARTS_S = 60.0


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


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the port of moto's server."""
    if not MOTO.exists():
        pytest.skip("no moto: make test sets it up")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    log = tmp_path_factory.mktemp("moto") / "log"
    with log.open("wb") as output:
        server = subprocess.Popen([MOTO, "-H", "127.0.0.1", "-p", str(port)], stdout=output, stderr=output)
    try:
        _wait_for(port, log)
        yield port
    finally:
        server.kill()
        server.wait()


def _wait_for(port: int, log: Path) -> None:
    ends = time.monotonic() + STARTS_S
    while time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)  # a process of somebody else's, which tells nobody when it listens
        else:
            return
    raise AssertionError(log.read_text())


@pytest.fixture
async def in_bucket(index: StoredMediaIndex, s3: S3Twin, tmp_path: Path) -> AsyncIterator[InBucket]:
    """Return an empty store in a bucket of the stand-in."""
    async with _bucket("bucket", int(s3.url.rpartition(":")[2]), index, tmp_path) as place:
        yield place


@pytest.fixture
async def in_motos_bucket(index: StoredMediaIndex, moto: int, tmp_path: Path) -> AsyncIterator[InBucket]:
    """Return an empty store in a bucket of moto's."""
    name = f"tweenbot-{token_hex(6)}"
    async with aiohttp.request("PUT", f"http://127.0.0.1:{moto}/{name}") as answer:
        assert answer.status == 200
    async with _bucket(name, moto, index, tmp_path) as place:
        yield place


@asynccontextmanager
async def _bucket(name: str, port: int, index: StoredMediaIndex, folder: Path) -> AsyncIterator[InBucket]:
    cable = Cable("127.0.0.1", port)
    await cable.plug_in()
    bucket = Bucket(name, f"http://127.0.0.1:{cable.port}", "us-east-1", "twin-key-id", "twin-secret")
    yield InBucket(index, BucketStorage(bucket), folder, cable)
    await cable.pull_out()


@pytest.fixture(params=["on_disk", "in_bucket", "in_motos_bucket"])
def place(request: pytest.FixtureRequest) -> Place:
    """Return an empty store."""
    place = request.getfixturevalue(str(request.param))
    assert isinstance(place, Place)
    return place
