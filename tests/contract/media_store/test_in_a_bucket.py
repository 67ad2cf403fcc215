"""Files in a bucket: uploaded in parts, read in ranges, and what the bucket says told without what is secret."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from adapters.media_store import s3 as room
from adapters.media_store import sweep as sweeping
from adapters.media_store.s3 import Bucket, BucketStorage
from adapters.media_store.serve import PIECE, MediaServer
from adapters.media_store.storage import NotStored
from adapters.web.server import Address, Health
from adapters.web.server import serve as serve_http
from bot.ports import Kept
from tests.contract.media_store.shelves import DAYS_30, InBucket
from tests.twins.s3 import S3Twin

ID = "0" * 40


@pytest.fixture
def bucket(s3: S3Twin) -> Bucket:
    """Return the stand-in's bucket."""
    return Bucket("bucket", s3.url, "eu-central-1", "twin-key-id", "twin-secret")


async def test_a_large_file_goes_in_parts(s3: S3Twin, bucket: Bucket, in_bucket: InBucket) -> None:
    """Straight from the disk, as a video; it is there when the last part is."""
    path = in_bucket.video(12 * 1024 * 1024 + 5)
    await BucketStorage(bucket).write(ID, path)
    assert s3.requests == ["POST uploads", *["PUT partNumber&uploadId"] * 3, "POST uploadId"]
    assert s3.buckets["bucket"] == {f"media/{ID}.mp4": path.read_bytes()}
    assert s3.types[f"media/{ID}.mp4"] == "video/mp4"


async def test_many_are_removed_with_one_request(s3: S3Twin, bucket: Bucket) -> None:
    """Those that are not there too; none is none."""
    storage = BucketStorage(bucket)
    s3.buckets["bucket"] = {f"media/{number}.mp4": b"x" for number in range(5)}
    await storage.remove([str(number) for number in range(1, 9)])
    await storage.remove([])
    assert list(s3.buckets["bucket"]) == ["media/0.mp4"]
    assert s3.requests == ["POST delete"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"secret": "wrong"}, "SignatureDoesNotMatch"),
        ({"key_id": "nobody"}, "InvalidAccessKeyId"),
        ({"name": "another"}, "NoSuchBucket"),
        ({"endpoint": "http://127.0.0.1:9"}, "no answer"),
    ],
)
async def test_a_bucket_that_refuses_is_told_by_its_own_word(
    bucket: Bucket, in_bucket: InBucket, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], said: str
) -> None:
    """Without the key, the address or the file's name."""
    monkeypatch.setattr(room, "RETRIES", 0)
    storage = BucketStorage(replace(bucket, **changed))
    for size in (1000, 6 * 1024 * 1024):
        with pytest.raises(NotStored) as raised:
            await storage.write(ID, in_bucket.video(size))
        assert raised.value.said == said


async def test_a_file_that_a_bucket_keeps_is_told_by_its_own_word(
    s3: S3Twin, bucket: Bucket, in_bucket: InBucket
) -> None:
    """Its answer to a removal of many is a good one, and names those that it refuses; all others are gone."""
    storage = BucketStorage(bucket)
    s3.buckets["bucket"] = {f"media/{number}.mp4": b"x" for number in range(5)}
    s3.held = {"media/3.mp4"}
    with pytest.raises(NotStored) as raised:
        await storage.remove([str(number) for number in range(5)])
    assert raised.value.said == "AccessDenied"
    assert list(s3.buckets["bucket"]) == ["media/3.mp4"]


async def test_one_file_that_stays_keeps_no_other_ones_room(
    in_bucket: InBucket, s3: S3Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bucket may hold one by a rule of its own: the rest goes, a batch a sweep, and the room is free again."""
    monkeypatch.setattr(sweeping, "BATCH", 3)
    kept = [await in_bucket.shelf.keep(f"e{number}", in_bucket.video(1000)) for number in range(7)]
    s3.held = {f"media/{kept[1].id}.mp4"}
    in_bucket.now += DAYS_30
    for _ in range(4):
        with pytest.raises(NotStored, match="AccessDenied"):
            await in_bucket.swept()
    assert list(await in_bucket.files()) == [kept[1].id]
    assert await in_bucket.index.total() == 1000


async def test_a_bucket_that_refuses_everything_is_not_asked_for_each_file(
    in_bucket: InBucket, s3: S3Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is away, or does not let us: a few are tried, and it is tried again a minute later."""
    monkeypatch.setattr(room, "RETRIES", 0)
    for number in range(9):
        await in_bucket.shelf.keep(f"e{number}", in_bucket.video(1000))
    in_bucket.now += DAYS_30
    s3.says = (403, "AccessDenied")
    s3.requests.clear()
    with pytest.raises(NotStored, match="AccessDenied"):
        await in_bucket.swept()
    assert len(s3.requests) == 1 + sweeping.TRIED
    assert await in_bucket.index.total() == 9000


async def test_less_than_was_asked_for_is_not_taken_for_all(in_bucket: InBucket, s3: S3Twin) -> None:
    """A reader, or a chat platform, would get a broken video, and nobody would know."""
    kept = await in_bucket.shelf.keep("e1", in_bucket.video(1000))
    async with in_bucket.storage.reading(kept.id) as content:
        assert content is not None
        s3.buckets["bucket"][f"media/{kept.id}.mp4"] = b"x" * 400
        with pytest.raises(NotStored) as raised:
            await content.read(0, 1000)
    assert raised.value.said == "the file is shorter than it was"


async def test_a_bucket_that_is_busy_is_asked_again(s3: S3Twin, bucket: Bucket, in_bucket: InBucket) -> None:
    """A few times; then what it says is told."""
    s3.says = (503, "SlowDown")
    with pytest.raises(NotStored) as raised:
        await BucketStorage(bucket).write(ID, in_bucket.video(1000))
    assert raised.value.said == "SlowDown"
    assert s3.requests == ["PUT"] * (1 + room.RETRIES)


async def test_a_slow_reader_holds_no_connection_to_the_bucket(in_bucket: InBucket, s3: S3Twin) -> None:
    """Each piece is a request of its own, and is asked for when there is room for it."""
    size = 80 * PIECE
    kept = await in_bucket.shelf.keep("e1", in_bucket.video(size))
    s3.requests.clear()
    async with _reading(in_bucket, kept) as answer:
        assert len(await answer.content.readexactly(PIECE)) == PIECE
        asked = -1
        while asked != len(s3.requests):
            asked = len(s3.requests)
            await asyncio.sleep(0.2)
        assert asked < 60
        assert len(await answer.read()) == size - PIECE
    assert s3.requests == ["HEAD", *["GET"] * 80]


async def test_a_bucket_that_goes_away_breaks_the_answer_off(
    in_bucket: InBucket, capfd: pytest.CaptureFixture[str]
) -> None:
    """The reader sees that this was not the end; the log says why, and not which file."""
    kept = await in_bucket.shelf.keep("e1", in_bucket.video(80 * PIECE))
    async with _reading(in_bucket, kept) as answer:
        await answer.content.readexactly(PIECE)
        await in_bucket.break_storage()
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
    logged = capfd.readouterr().out
    assert "media_broken_off" in logged
    assert "no answer" in logged
    assert kept.id not in logged


@contextlib.asynccontextmanager
async def _reading(place: InBucket, kept: Kept) -> AsyncIterator[aiohttp.ClientResponse]:
    async def healthy() -> Health:
        return Health(draining=False, carried=0, store=True)

    routes = MediaServer(place.index, place.storage, lambda: place.now).routes()
    async with (
        serve_http(routes, Address(), healthy) as address,
        aiohttp.ClientSession(read_bufsize=2**16, timeout=aiohttp.ClientTimeout(20)) as http,
        http.get(f"{address.url}/v/{kept.id}.mp4") as answer,
    ):
        yield answer
