"""Images of jobs under way lie on this disk: fetched once, whole or not at all, and gone when the job has ended."""

import asyncio
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.store.staged_files import StagedFolder
from bot.domain.errors import BadImage, FolderUnusable, ImageFault, Which
from bot.domain.request import ImageRef
from tests.contract.store.stored import job

A, B = ImageRef("a.png", "file:a"), ImageRef("b.png", "file:b")


@dataclass
class Platform:
    """Attachments that count what is fetched of them; a locator without content is missing."""

    files: dict[str, bytes] = field(default_factory=lambda: {"file:a": b"aaaa", "file:b": b"bb"})
    fetched: list[str] = field(default_factory=list)

    async def fetch(self, which: Which, image: ImageRef, limit: int) -> bytes:
        """Return the content."""
        self.fetched.append(image.locator)
        if image.locator not in self.files:
            raise BadImage(which, ImageFault.MISSING)
        return self.files[image.locator]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder's path, which is not there yet."""
    return tmp_path / "data" / "staged"


@pytest.fixture
def staged(folder: Path) -> Iterator[StagedFolder]:
    """Return the files of one process."""
    staged = StagedFolder(folder)
    yield staged
    staged.close()


async def test_a_file_is_fetched_once(staged: StagedFolder, folder: Path) -> None:
    """Also over a restart: the platform's link may have expired by then."""
    platform = Platform()
    assert await staged.around(job(), platform).fetch("start", A, 10) == b"aaaa"
    assert await staged.around(job(), platform).fetch("end", B, 10) == b"bb"
    platform.files.clear()
    after = StagedFolder(folder)
    assert await after.around(job(), platform).fetch("start", A, 10) == b"aaaa"
    assert await after.around(job(), platform).fetch("end", B, 10) == b"bb"
    assert platform.fetched == ["file:a", "file:b"]
    after.close()


async def test_only_this_user_can_read_what_is_kept(staged: StagedFolder, folder: Path) -> None:
    """Folder and files are private, and their names tell nothing of the job."""
    await staged.around(job("../../etc/passwd"), Platform()).fetch("start", A, 10)
    (kept,) = folder.iterdir()
    assert (stat.S_IMODE(kept.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (0o600, 0o700)
    assert "passwd" not in kept.name


async def test_a_limit_holds_for_what_is_kept(staged: StagedFolder) -> None:
    """A limit that was lowered in the meantime is the one that counts."""
    attachments = staged.around(job(), Platform())
    await attachments.fetch("start", A, 10)
    with pytest.raises(BadImage) as refused:
        await attachments.fetch("start", A, 3)
    assert (refused.value.which, refused.value.fault) == ("start", ImageFault.TOO_HEAVY)


async def test_what_is_refused_is_not_kept(staged: StagedFolder, folder: Path) -> None:
    """The next attempt asks the platform again."""
    platform = Platform({})
    for _ in range(2):
        with pytest.raises(BadImage):
            await staged.around(job(), platform).fetch("start", A, 10)
    assert platform.fetched == ["file:a", "file:a"]
    assert list(folder.iterdir()) == []


async def test_a_job_that_has_ended_leaves_nothing(staged: StagedFolder, folder: Path) -> None:
    """Its two files go, another job's stay; dropping twice is fine."""
    for job_id in ("e1", "e2"):
        attachments = staged.around(job(job_id), Platform())
        await attachments.fetch("start", A, 10)
        await attachments.fetch("end", B, 10)
    await staged.drop("e1")
    await staged.drop("e1")
    assert len(list(folder.iterdir())) == 2
    platform = Platform()
    await staged.around(job("e2"), platform).fetch("start", A, 10)
    assert platform.fetched == []


async def test_leftovers_are_swept_at_start(staged: StagedFolder, folder: Path) -> None:
    """Files of jobs that have ended, and halves of files, go; those of jobs under way stay."""
    for job_id in ("ended", "under way"):
        await staged.around(job(job_id), Platform()).fetch("start", A, 10)
    (folder / "0123.start.half").write_bytes(b"x")

    async def unfinished() -> set[str]:
        return {"under way", "new"}

    assert await staged.sweep(unfinished) == 2
    platform = Platform()
    await staged.around(job("under way"), platform).fetch("start", A, 10)
    assert platform.fetched == []


async def test_a_job_that_begins_during_the_sweep_keeps_its_files(staged: StagedFolder) -> None:
    """It is not among the unfinished that were asked for before it began."""
    await staged.around(job("ended"), Platform()).fetch("start", A, 10)
    platform = Platform()

    async def unfinished() -> set[str]:
        await staged.around(job("new"), platform).fetch("start", A, 10)
        return set()

    assert await staged.sweep(unfinished) == 1
    await staged.around(job("new"), platform).fetch("start", A, 10)
    assert platform.fetched == ["file:a"]


async def test_a_disk_that_fails_ends_no_job(staged: StagedFolder, folder: Path) -> None:
    """What cannot be kept is handed over all the same, and fetched again the next time."""
    folder.rmdir()
    platform = Platform()
    for _ in range(2):
        assert await staged.around(job(), platform).fetch("start", A, 10) == b"aaaa"
    assert platform.fetched == ["file:a", "file:a"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """The operator is told which, and why."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FolderUnusable) as refused:
        StagedFolder(tmp_path / "file" / "staged")
    assert refused.value.folder == tmp_path / "file" / "staged"


async def test_two_jobs_at_once_do_not_mix(staged: StagedFolder) -> None:
    """Each has the files of its own."""
    one, two = Platform({"file:a": b"one"}), Platform({"file:a": b"two"})
    fetched = await asyncio.gather(
        staged.around(job("e1"), one).fetch("start", A, 10), staged.around(job("e2"), two).fetch("start", A, 10)
    )
    assert list(fetched) == [b"one", b"two"]
