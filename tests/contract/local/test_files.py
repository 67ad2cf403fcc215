"""The local channel's files: where they lie, who may need them, and when they go."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from adapters.local.board import Board
from adapters.local.folders import ORPHAN_S, Folders, job_id_of
from adapters.local.platform import InboxAttachments, LocalPlatform
from bot.domain.errors import BadImage, FolderUnusable, ImageFault, NotHandedOver, SubmitUnclear
from bot.domain.job import Job
from bot.domain.request import Author, Command, ImageRef
from bot.flow.accept import accept
from config import catalogue
from tests.contract.local.running import Bot, Setting, running
from tests.fakes import FakeProvider, as_it_is


def _job(job_id: str) -> Job:
    image = ImageRef("a", "b")
    return accept(
        Command(job_id, Author("local", "local"), image, image, "it rains", {}),
        catalogue.load()[catalogue.DEFAULT_ENDPOINT],
        now=0.0,
    )


async def _unknown(_: str) -> Job | None:
    return None


@pytest.mark.parametrize("locator", ["../secret", "/etc/passwd", "secret", "", "..", "local-" + "0" * 32 + ".x.start"])
async def test_a_locator_that_is_no_name_of_ours_finds_nothing(tmp_path: Path, locator: str) -> None:
    """What is stored with a job is a bare name; anything else is no file, wherever it would lead."""
    (tmp_path / "secret").write_bytes(b"secret")
    folders = Folders(tmp_path)
    with pytest.raises(BadImage) as caught:
        await InboxAttachments(folders).fetch("start", ImageRef("a.png", locator), 100)
    assert (caught.value.fault, caught.value.detail) == (ImageFault.MISSING, "a.png")


async def test_an_image_is_read_up_to_the_limit(tmp_path: Path) -> None:
    """A limit that was lowered since holds for what was taken before."""
    folders = Folders(tmp_path)
    path = folders.new_image(job_id_of("a"), "end")
    path.write_bytes(b"12345")
    attachments = InboxAttachments(folders)
    assert await attachments.fetch("end", ImageRef("a", path.name), 5) == b"12345"
    with pytest.raises(BadImage) as caught:
        await attachments.fetch("end", ImageRef("a", path.name), 4)
    assert caught.value.fault is ImageFault.TOO_HEAVY


async def test_a_video_is_moved_to_its_place_and_found_there(tmp_path: Path) -> None:
    """Posted is what lies there, also for a process that comes later; the place names the file."""
    job = _job(job_id_of("a"))
    platform = LocalPlatform(Folders(tmp_path), Board(), _unknown)
    channel = platform.channel(job)
    assert not await channel.posted(job)
    made = tmp_path / "r1.mp4"
    made.write_bytes(b"mp4")
    await channel.post(job, as_it_is(made))
    later = platform.channel(job)
    assert await later.posted(job)
    assert later.place == channel.place == {"video": f"{job.id}.mp4"}
    assert (tmp_path / "videos" / f"{job.id}.mp4").read_bytes() == b"mp4"
    assert not made.exists()


async def test_a_disk_that_does_not_take_the_video_leaves_it_where_it_is(tmp_path: Path) -> None:
    """Nothing is lost: the error says where the file still lies."""
    job = _job(job_id_of("a"))
    channel = LocalPlatform(Folders(tmp_path), Board(), _unknown).channel(job)
    made = tmp_path / "r1.mp4"
    made.write_bytes(b"mp4")
    # A folder in the video's place: a root user's tests know no permissions.
    (tmp_path / "videos" / f"{job.id}.mp4" / "x").mkdir(parents=True)
    with pytest.raises(NotHandedOver) as caught:
        await channel.post(job, as_it_is(made))
    assert (caught.value.kept, made.read_bytes()) == (made, b"mp4")
    assert [file.name for file in (tmp_path / "videos").iterdir()] == [f"{job.id}.mp4"]


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """The operator reads which one."""
    (tmp_path / "inbox").write_bytes(b"")
    with pytest.raises(FolderUnusable):
        Folders(tmp_path)


def test_the_folders_are_for_their_user_alone(tmp_path: Path) -> None:
    """Images and videos are nobody else's."""
    Folders(tmp_path)
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("inbox", "videos")} == {0o700}


async def test_what_a_broken_upload_left_goes_after_a_day(bot: Bot) -> None:
    """An image that no job needs goes when it is old; those of a job that waits stay however old they are."""
    await bot.send()
    waiting = bot.files("inbox")
    orphan = bot.folders.new_image(job_id_of("never stored"), "start")
    young = bot.folders.new_image(job_id_of("under way"), "start")
    for path in (orphan, young):
        path.write_bytes(b"x")
    old = time.time() - ORPHAN_S - 60
    for name in (*waiting, orphan.name):
        os.utime(bot.data_dir / "inbox" / name, (old, old))
    await bot.folders.tidy(bot.store.load)
    assert bot.files("inbox") == sorted([*waiting, young.name])


async def test_images_stay_for_the_job_that_sends_a_forgotten_one_again(tmp_path: Path) -> None:
    """Delete my data removes the unclear job; its second one is under way, with the same images, and ends well."""
    provider = FakeProvider(submit_error=SubmitUnclear())
    async with running(tmp_path, Setting(provider=provider)) as bot:
        first = await bot.made()
        provider.submit_error = None
        _, second = await bot.call("POST", f"/v1/tweens/{first}/again")
        assert (await bot.call("DELETE", "/v1/me"))[1] == {"deleted": 1, "under_way": 1}
        assert len([name for name in bot.files("inbox") if name.endswith((".start", ".end"))]) == 2
        await bot.carry(second["id"])
        assert bot.files("videos") == [f"{second['id']}.mp4"]
        await bot.folders.tidy(bot.store.load)
        assert (bot.files("inbox"), bot.files("videos")) == ([], [])


async def test_tidying_goes_on_at_start(bot: Bot) -> None:
    """What was to be forgotten when the last process ended is forgotten by the next one."""
    _, sent = await bot.send()
    await bot.call("DELETE", "/v1/me")
    await bot.carry(sent["id"])
    assert bot.files("videos") == [f"{sent['id']}.mp4"]
    async with bot.folders.kept_tidy(bot.store.load), asyncio.timeout(10):
        while bot.files("videos") or bot.files("inbox"):  # noqa: ASYNC110  # a folder tells nobody of its files
            await asyncio.sleep(0)


async def test_a_job_that_is_no_longer_stored_leaves_its_files(tmp_path: Path) -> None:
    """What the store deletes after its time goes here too; ids of other platforms name nothing."""
    folders = Folders(tmp_path)
    gone, kept = job_id_of("gone"), job_id_of("kept")
    for each in (gone, kept):
        folders.video(each).touch()
    await folders.drop([gone, "discord-1", "../../etc"], _unknown)
    assert [each.name for each in (tmp_path / "videos").iterdir()] == [folders.video(kept).name]
