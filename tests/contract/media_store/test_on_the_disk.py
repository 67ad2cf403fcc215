"""Files on the disk: named by nothing but their ids, for their owner alone, whole or not there."""

import asyncio
import contextlib
import errno
import os
from contextlib import closing
from pathlib import Path

import pytest

from adapters.media_store import disk
from adapters.media_store.disk import DiskStorage
from adapters.media_store.serve import SLICE, MediaServer
from adapters.media_store.storage import NotStored
from adapters.web.server import Address, Health
from adapters.web.server import serve as serve_http
from bot.ports import Kept
from tests.contract.media_store.shelves import OnDisk


async def test_nothing_in_a_name_tells_whose_it_is(on_disk: OnDisk) -> None:
    """The folder is its owner's alone, and a file's name is its id."""
    kept = await on_disk.shelf.keep("discord-123", on_disk.video(1000))
    assert [path.name for path in on_disk.folder.iterdir()] == [f"{kept.id}.mp4"]
    assert on_disk.folder.stat().st_mode & 0o777 == 0o700


async def test_the_disk_holds_the_bytes_once(on_disk: OnDisk) -> None:
    """On the same disk the copy is another name."""
    path = on_disk.video(1000)
    kept = await on_disk.shelf.keep("e1", path)
    assert (on_disk.folder / f"{kept.id}.mp4").samefile(path)


async def test_a_disk_without_second_names_gets_a_copy(on_disk: OnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or another disk: the same bytes, in another file."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "link", refuse)
    path = on_disk.video(1000)
    kept = await on_disk.shelf.keep("e1", path)
    copy = on_disk.folder / f"{kept.id}.mp4"
    assert not copy.samefile(path)
    assert copy.read_bytes() == path.read_bytes()


async def test_a_full_disk_leaves_nothing_behind(on_disk: OnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write that fails removes what it has begun."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(NotStored) as raised:
            await on_disk.storage.write("a" * 40, on_disk.video(1000))
    assert raised.value.said == "no space left on device"
    assert await on_disk.files() == []


async def test_what_a_kill_left_is_tidied_away_after_a_day(on_disk: OnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody may still be writing stays, and so does every file that is whole."""
    kept = await on_disk.shelf.keep("e1", on_disk.video(1000))
    part = on_disk.folder / "0123.ab.part"
    part.write_bytes(b"half")
    await on_disk.storage.tidy()
    assert part.exists()
    monkeypatch.setattr(disk, "BROKEN_OFF_S", -60.0)
    await on_disk.storage.tidy()
    assert not part.exists()
    assert await on_disk.files() == [kept.id]


async def test_a_folder_that_was_never_made_is_empty(tmp_path: Path) -> None:
    """Reading, removing and tidying find nothing, and make nothing."""
    with closing(DiskStorage(tmp_path / "media")) as storage:
        async with storage.reading("a" * 40) as content:
            assert content is None
        await storage.remove(["a" * 40])
        await storage.tidy()
    assert not (tmp_path / "media").exists()


async def test_a_reader_reads_to_the_end_of_what_was_removed(on_disk: OnDisk) -> None:
    """Whoever began before the end of its time gets all of it."""
    kept = await on_disk.shelf.keep("e1", on_disk.video(1000))
    async with on_disk.storage.reading(kept.id) as content:
        await on_disk.storage.remove([kept.id])
        assert content is not None
        assert await content.read(0, 1000) == on_disk.video(1000).read_bytes()


async def test_a_disk_that_fails_breaks_the_answer_off(
    on_disk: OnDisk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A folder of another machine may lose a file under its reader, who must not take our refusal for the video."""
    size = 2 * SLICE + 5
    kept = await on_disk.shelf.keep("e1", on_disk.video(size))
    sent, real = 0, os.sendfile

    def stale(to: int, file: int, offset: int, count: int) -> int:
        nonlocal sent
        if sent > SLICE:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        sent += (now := real(to, file, offset, min(count, 100_000)))
        return now

    monkeypatch.setattr(os, "sendfile", stale)
    assert await broken_off(on_disk, kept) == on_disk.video(size).read_bytes()[:sent]
    logged = capfd.readouterr().out
    assert "media_broken_off" in logged
    assert "stale file handle" in logged
    assert kept.id not in logged


async def test_a_file_that_is_shorter_than_it_was_breaks_the_answer_off(
    on_disk: OnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader would wait for the rest otherwise."""
    kept = await on_disk.shelf.keep("e1", on_disk.video(2 * SLICE + 5))
    real = os.sendfile

    def shortened(to: int, file: int, offset: int, count: int) -> int:
        os.truncate(on_disk.folder / f"{kept.id}.mp4", SLICE + 7)
        return real(to, file, offset, count)

    monkeypatch.setattr(os, "sendfile", shortened)
    assert len(await broken_off(on_disk, kept)) == SLICE + 7


async def broken_off(place: OnDisk, kept: Kept) -> bytes:
    """Read a video until the connection ends; return what came of it."""

    async def healthy() -> Health:
        return Health(draining=False, carried=0, store=True)

    routes = MediaServer(place.index, place.storage, lambda: place.now).routes()
    async with serve_http(routes, Address(), healthy) as address, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(f"GET /v/{kept.id}.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        got = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := await reader.read(2**16):
                got += piece
        writer.close()
        return got
