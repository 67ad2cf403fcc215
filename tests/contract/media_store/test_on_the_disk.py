"""Files on the disk: named by nothing but their ids, for their owner alone, whole or not there."""

import errno
import os
from contextlib import closing
from pathlib import Path

import pytest

from adapters.media_store import disk
from adapters.media_store.disk import DiskStorage
from adapters.media_store.storage import NotStored
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
