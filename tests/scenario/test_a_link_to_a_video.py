"""A video is handed out by a link: the real bot serves it to strangers, over restarts, and not a moment too long."""

import asyncio
import shutil
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from random import Random

import aiohttp
import pytest
import sqlalchemy as sa

from adapters.media_store.disk import DiskStorage
from adapters.media_store.s3 import Bucket, BucketStorage
from adapters.media_store.shelf import MediaShelf, Room
from adapters.store.database import Database, url_of
from adapters.store.media_index import StoredMediaIndex
from adapters.store.migrate import migrate
from adapters.store.tables import media
from bot.ports import Kept
from tests.scenario.at_fal import at
from tests.scenario.bot import Bot, running
from tests.twins.fal import FalTwin
from tests.twins.s3 import S3Twin

PUBLIC = "https://bot.example"
DATA = Random(7).randbytes(3_000_000)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Return the job store of a bot in this folder."""
    (tmp_path / ".tweenbot").mkdir()
    with closing(Database(url_of(tmp_path / ".tweenbot"))) as database:
        await migrate(database)
        yield database


async def keep(folder: Path, database: Database, job_id: str = "e1") -> Kept:
    """Keep the video as the process does that carries its job."""
    path = folder / "video.mp4"
    path.write_bytes(DATA)
    with closing(DiskStorage(folder / ".tweenbot" / "media")) as storage:
        shelf = MediaShelf(StoredMediaIndex(database), storage, PUBLIC, Room(3600.0, 10**9, 10**9))
        return await shelf.keep(job_id, path)


@asynccontextmanager
async def bot_in(folder: Path, **env: str) -> AsyncIterator[Bot]:
    """Run a bot that has a public address."""
    async with running(folder, {"TWEENBOT_PUBLIC_URL": PUBLIC, **env}) as bot:
        yield bot


async def got(bot: Bot, kept: Kept, **headers: str) -> tuple[int, bytes]:
    """Follow the link as a stranger does, through the proxy at the public address."""
    url = kept.url.replace(PUBLIC, bot.url)
    forwarded = {"Host": "bot.example", "X-Forwarded-For": "203.0.113.7", **headers}
    async with aiohttp.request("GET", url, headers=forwarded) as answer:
        return answer.status, await answer.read()


async def curl(*arguments: str | Path) -> bytes:
    """Run somebody else's client."""
    command = [shutil.which("curl") or "curl", "-sS", "--noproxy", "*", *map(str, arguments)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out


async def test_it_opens_over_a_kill_and_until_its_time_is_over(tmp_path: Path, database: Database) -> None:
    """The next process serves it on; once it is over it answers so, and its next sweep takes the file off the disk."""
    kept = await keep(tmp_path, database)
    file = tmp_path / ".tweenbot" / "media" / f"{kept.id}.mp4"
    async with bot_in(tmp_path) as bot:
        assert await got(bot, kept) == (200, DATA)
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
    async with bot_in(tmp_path) as bot:
        assert await got(bot, kept, Range="bytes=1000-1999") == (206, DATA[1000:2000])
        over = sa.update(media).values(expires_at=time.time() - 1)
        await database.run(lambda connection: connection.execute(over))
        assert (await got(bot, kept))[0] == 410
    assert file.exists()
    async with bot_in(tmp_path) as bot:
        async with asyncio.timeout(20):
            while file.exists():  # noqa: ASYNC110  # another process removes it
                await asyncio.sleep(0.05)
        assert (await got(bot, kept))[0] == 410


async def test_deleting_the_job_takes_the_link_back(tmp_path: Path, database: Database, fal: FalTwin) -> None:
    """At once, and for good."""
    async with bot_in(tmp_path, **at(fal)) as bot:
        job_id = await bot.accepted()
        (await fal.next_job()).finish()
        await bot.until(job_id, final=True)
        kept = await keep(tmp_path, database, job_id)
        assert await got(bot, kept) == (200, DATA)
        async with aiohttp.request("DELETE", f"{bot.url}/v1/tweens/{job_id}") as answer:
            assert answer.status == 200
        assert (await got(bot, kept))[0] == 410


async def test_strangers_get_the_video_and_nothing_else(tmp_path: Path, database: Database) -> None:
    """Where the local channel has its token, a link needs none; the page and the jobs do."""
    kept = await keep(tmp_path, database)
    guarded = {"TWEENBOT_HTTP_HOST": "0.0.0.0", "TWEENBOT_LOCAL_TOKEN": "a token of enough characters"}
    for env in (guarded, {}, {"TWEENBOT_LOCAL": "off"}):
        async with bot_in(tmp_path, **env) as bot:
            assert await got(bot, kept) == (200, DATA)
            async with aiohttp.request("GET", f"{bot.url}/v1/tweens", headers={"Host": "bot.example"}) as answer:
                assert answer.status in (401, 403, 404)


async def test_other_peoples_clients_read_parts(tmp_path: Path, database: Database) -> None:
    """curl: a range, a download that goes on where it broke off, and one that has all already."""
    kept = await keep(tmp_path, database)
    async with bot_in(tmp_path) as bot:
        url = kept.url.replace(PUBLIC, bot.url)
        assert await curl("-r", "0-99", url) == DATA[:100]
        assert await curl("-r", "-50", url) == DATA[-50:]
        assert b"\r\nContent-Length: 3000000\r\n" in await curl("-I", url)
        half = tmp_path / "half.mp4"
        half.write_bytes(DATA[:1_234_567])
        await curl("-C", "-", "-o", half, url)
        assert half.read_bytes() == DATA
        tag = tmp_path / "etag"
        await curl("--etag-save", tag, "-o", half, url)
        told = await curl("--etag-compare", tag, "-o", half, "-w", "%{http_code} %{size_download}", url)
        assert told == b"304 0"


async def test_it_opens_from_a_bucket(tmp_path: Path, database: Database) -> None:
    """Where the operator names one, whichever process put it there; nothing lies in the data folder."""
    path = tmp_path / "video.mp4"
    path.write_bytes(DATA)
    async with S3Twin().running() as s3:
        bucket = Bucket("bucket", s3.url, "eu-central-1", "twin-key-id", "twin-secret")
        shelf = MediaShelf(StoredMediaIndex(database), BucketStorage(bucket), PUBLIC, Room(3600.0, 10**9, 10**9))
        kept = await shelf.keep("e1", path)
        env = {
            "TWEENBOT_S3_BUCKET": "bucket",
            "TWEENBOT_S3_ENDPOINT": s3.url,
            "AWS_ACCESS_KEY_ID": "twin-key-id",
            "AWS_SECRET_ACCESS_KEY": "twin-secret",
            "AWS_REGION": "eu-central-1",
        }
        async with bot_in(tmp_path, **env) as bot:
            assert await got(bot, kept) == (200, DATA)
            assert await got(bot, kept, Range="bytes=999990-1000009") == (206, DATA[999_990:1_000_010])
            await shelf.drop("e1")
            assert (await got(bot, kept))[0] == 410
    assert not (tmp_path / ".tweenbot" / "media").exists()


async def test_no_address_is_in_the_log(tmp_path: Path, database: Database) -> None:
    """The bot's own output says nothing of who opened what."""
    kept = await keep(tmp_path, database)
    async with bot_in(tmp_path) as bot:
        await got(bot, kept)
        await got(bot, kept, Range="bytes=9999999-")
        bot.process.interrupt(signal.SIGTERM)
        ended = await bot.process.end()
    assert kept.id not in ended.out + ended.err
