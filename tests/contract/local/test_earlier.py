"""New jobs of earlier ones, the pictures that they are made of, and deleting a job."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.errors import BadVideo, SubmitUnclear
from bot.domain.job import Job
from bot.domain.progress import Completed, InProgress, Phase
from bot.domain.request import Author, Command, ImageRef
from bot.flow.accept import accept
from bot.ports import Terms
from config import catalogue
from tests.contract.local.running import END, START, Bot, Setting, running
from tests.fakes import FakeProvider
from tests.fakes_store import MemoryStore

LAST = (640, 360)


async def _get(bot: Bot, path: str) -> tuple[int, bytes, str]:
    async with bot.http.get(bot.url + path) as answer:
        return answer.status, await answer.read(), answer.content_type


async def _stored(bot: Bot, job_id: str) -> Job:
    job = await bot.store.load(job_id)
    assert job is not None
    return job


def _faults(told: dict[str, object]) -> list[tuple[str, str]]:
    return [(fault["field"], fault["rule"]) for fault in told["error"]["faults"]]  # type: ignore[index]  # JSON


async def test_frames_are_kept_until_their_job_is_deleted(bot: Bot) -> None:
    """They are served as they went to the model; a job that has them offers what can be made of them."""
    job_id = await bot.made()
    _, told = await bot.call("GET", f"/v1/tweens/{job_id}")
    assert told["has_frames"]
    assert list(told["card"]["actions"]) == ["rerun", "edit", "swap", "continue", "delete"]
    assert await _get(bot, f"/v1/tweens/{job_id}/start") == (200, START, "image/jpeg")
    assert await _get(bot, f"/v1/tweens/{job_id}/end") == (200, END, "image/jpeg")
    assert await bot.call("DELETE", f"/v1/tweens/{job_id}") == (200, {"deleted": True})
    assert [bot.files(folder) for folder in ("inbox", "videos", "frames")] == [[], [], []]
    assert (await bot.call("GET", f"/v1/tweens/{job_id}"))[0] == 404


async def test_the_ends_of_a_video_are_drawn_once(bot: Bot) -> None:
    """When they are asked for, and kept with the job."""
    job_id = await bot.made()
    for _ in range(2):
        assert (await _get(bot, f"/v1/tweens/{job_id}/last"))[:2] == (200, b"640x360")
        assert (await _get(bot, f"/v1/tweens/{job_id}/poster"))[:2] == (200, b"poster")
    assert bot.drawings.drawn == 2
    await bot.call("DELETE", f"/v1/tweens/{job_id}")
    assert bot.files("frames") == []


async def test_a_video_that_cannot_be_read_has_no_picture(bot: Bot) -> None:
    """A 404 says so, and the next one tries again."""
    job_id = await bot.made()
    bot.drawings.error = BadVideo("damaged")
    status, told = await bot.call("GET", f"/v1/tweens/{job_id}/last")
    assert (status, told["error"]["code"]) == (404, "no_picture")
    bot.drawings.error = None
    assert (await _get(bot, f"/v1/tweens/{job_id}/last"))[0] == 200


async def test_a_job_under_way_has_no_pictures_and_is_not_deleted(bot: Bot) -> None:
    """There is nothing to make another one of yet."""
    _, sent = await bot.send()
    assert (sent["has_frames"], list(sent["card"]["actions"])) == (False, ["cancel"])
    for name in ("start", "end", "last", "poster"):
        assert (await _get(bot, f"/v1/tweens/{sent['id']}/{name}"))[0] == 404
    assert (await bot.call("DELETE", f"/v1/tweens/{sent['id']}"))[0] == 409
    for action in ("rerun", "swap"):
        assert (await bot.call("POST", f"/v1/tweens/{sent['id']}/{action}"))[0] == 200
    assert len((await bot.call("GET", "/v1/tweens"))[1]["tweens"]) == 1


async def test_an_unclear_job_is_not_deleted(tmp_path: Path) -> None:
    """It may be charged, and come home."""
    async with running(tmp_path, Setting(provider=FakeProvider(submit_error=SubmitUnclear()))) as bot:
        job_id = await bot.made()
        assert (await bot.call("DELETE", f"/v1/tweens/{job_id}"))[1]["error"]["code"] == "under_way"
        assert len(bot.files("frames")) == 2


async def test_once_more_is_another_job_of_the_same_frames_with_another_seed(bot: Bot) -> None:
    """Prompt and options are the first one's; the same key is the same job."""
    first = await bot.made(seed="7", resolution="480p", prompt="it snows")
    headers = {"Idempotency-Key": "again"}
    status, told = await bot.call("POST", f"/v1/tweens/{first}/rerun", headers=headers)
    assert (status, told["prompt"], told["options"]["resolution"]) == (202, "it snows", "480p")
    assert "seed" not in told["options"]
    assert (await bot.call("POST", f"/v1/tweens/{first}/rerun", headers=headers))[0] == 200
    await bot.carry(told["id"])
    job = await _stored(bot, told["id"])
    assert job.image_sizes == ((1280, 720), (832, 480))
    assert bot.files("inbox") == []


async def test_a_swap_has_the_images_the_other_way_round(bot: Bot) -> None:
    """And the seed that it had."""
    first = await bot.made(seed="7")
    status, told = await bot.call("POST", f"/v1/tweens/{first}/swap")
    assert (status, told["options"]["seed"]) == (202, 7)
    await bot.carry(told["id"])
    job = await _stored(bot, told["id"])
    assert job.image_sizes == ((832, 480), (1280, 720))
    assert (job.request.start.name, job.request.end.name) == ("end.png", "start.png")


async def test_a_job_whose_frames_are_gone_offers_nothing_of_them(bot: Bot) -> None:
    """As those do that were made before frames were kept; the video goes on."""
    job_id = await bot.made()
    for name in bot.files("frames"):
        (bot.data_dir / "frames" / name).unlink()
    _, told = await bot.call("GET", f"/v1/tweens/{job_id}")
    assert (told["has_frames"], list(told["card"]["actions"])) == (False, ["continue", "delete"])
    status, same = await bot.call("POST", f"/v1/tweens/{job_id}/rerun")
    assert (status, same["id"]) == (200, job_id)


@pytest.mark.parametrize(("name", "size"), [("start", (1280, 720)), ("end", (832, 480)), ("last", LAST)])
async def test_a_picture_of_an_earlier_job_takes_an_images_place(bot: Bot, name: str, size: tuple[int, int]) -> None:
    """So the next video begins where one begins or ends; the job has a copy of its own."""
    first = await bot.made()
    status, sent = await bot.send(start=None, start_from=f"{first}/{name}")
    assert (status, len(bot.files("inbox"))) == (202, 2)
    await bot.call("DELETE", f"/v1/tweens/{first}")
    await bot.carry(sent["id"])
    job = await _stored(bot, sent["id"])
    assert job.image_sizes == (size, (832, 480))
    assert (job.request.start.name, bot.files("inbox")) == (name, [])


async def test_both_images_may_be_an_earlier_jobs(bot: Bot) -> None:
    """As an edit has them; an empty field names none."""
    first = await bot.made()
    sources = {"start_from": f"{first}/end", "end_from": f"{first}/start"}
    assert (await bot.send(start=None, end=None, **sources))[0] == 202
    assert (await bot.send(start_from="", end_from=""))[0] == 202


@pytest.mark.parametrize(
    "source",
    [
        "{id}/poster",
        "{id}/video",
        "{id}",
        "{id}/",
        "{id}/start/..",
        "{id}/../../secret",
        "{id}/start\\..",
        "{id} /start",
        "local-" + "0" * 32 + "/start",
        "../../../etc/passwd",
        "/etc/passwd",
        "..",
        "/",
        "secret/start",
        "{id}+/start",
        "\u0661/start",
        "x" * 5000,
    ],
)
async def test_a_source_that_is_no_picture_of_a_job_is_the_fields_fault(bot: Bot, source: str) -> None:
    """Whatever is written there, no other file is read, and nothing is kept."""
    job_id = await bot.made()
    (bot.data_dir / "secret").write_bytes(b"secret")
    status, told = await bot.send(start=None, start_from=source.format(id=job_id))
    assert (status, _faults(told)) == (422, [("start", "missing")])
    assert bot.files("inbox") == []


async def test_a_picture_of_somebody_elses_job_is_none(bot: Bot) -> None:
    """What another platform's people have sent is not the owner's to use, whatever their files are called."""
    mine = await bot.made()
    other = "local-" + "9" * 32
    image = ImageRef("a", "b")
    command = Command(other, Author("local", "somebody else"), image, image, "it rains", {})
    model = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
    await bot.store.accept(accept(command, model, 0.0), Terms(9, 9, 9, 9, 9, bot.desk._terms.allowance))
    for name in ("start", "end"):
        (bot.data_dir / "frames" / f"{mine}.{name}").rename(bot.data_dir / "frames" / f"{other}.{name}")
    status, told = await bot.send(start=None, start_from=f"{other}/start")
    assert (status, _faults(told)) == (422, [("start", "missing")])
    for path in (f"{other}/start", f"{other}/last", other):
        assert (await bot.call("GET", f"/v1/tweens/{path}"))[0] == 403
    assert bot.files("inbox") == []


async def test_an_image_and_a_picture_in_its_place_are_too_much(bot: Bot) -> None:
    """Nobody knows which one is meant."""
    job_id = await bot.made()
    status, told = await bot.send(start_from=f"{job_id}/start")
    assert (status, told["error"]["code"], bot.files("inbox")) == (400, "form", [])


async def test_a_picture_over_the_limit_is_refused_as_an_image_is(bot: Bot) -> None:
    """The limit may have been lowered since."""
    job_id = await bot.made()
    (bot.data_dir / "frames" / f"{job_id}.end").write_bytes(b"0" * 200_000)
    status, told = await bot.send(end=None, end_from=f"{job_id}/end")
    assert (status, _faults(told), bot.files("inbox")) == (422, [("end", "too heavy")], [])


async def test_what_is_refused_leaves_no_copy(tmp_path: Path) -> None:
    """A queue that is full takes no second job, and keeps nothing of it."""
    async with running(tmp_path, Setting(waiting=1)) as bot:
        job_id = await bot.made()
        await bot.send()
        before = bot.files("inbox")
        assert (await bot.call("POST", f"/v1/tweens/{job_id}/swap"))[0] == 429
        assert (await bot.send(start=None, start_from=f"{job_id}/end"))[0] == 429
        assert bot.files("inbox") == before


async def test_the_same_key_twice_at_once_is_one_job_here_too(bot: Bot) -> None:
    """A double click makes one video."""
    job_id = await bot.made()
    headers = {"Idempotency-Key": "twice"}
    answers = await asyncio.gather(*(bot.call("POST", f"/v1/tweens/{job_id}/rerun", headers=headers) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [200, 200, 200, 200, 202]
    assert len(bot.files("inbox")) == 2


async def test_a_cancelled_job_has_its_frames_too(tmp_path: Path) -> None:
    """What was prepared can be sent again; there is no video to continue."""
    rendering = asyncio.Event()
    provider = FakeProvider(updates=[InProgress(), rendering, Completed()])
    async with running(tmp_path, Setting(provider=provider)) as bot:
        _, sent = await bot.send()
        with bot.board.watched(sent["id"]) as changed:
            carrying = asyncio.create_task(bot.carry(sent["id"]))
            while (card := bot.board.newest(sent["id"])) is None or card.phase is not Phase.RENDERING:
                await asyncio.wait_for(changed.wait(), 10)
                changed.clear()
        await bot.call("POST", f"/v1/tweens/{sent['id']}/cancel")
        await carrying
        _, told = await bot.call("GET", f"/v1/tweens/{sent['id']}")
        assert (told["state"], told["has_frames"]) == ("cancelled", True)
        assert list(told["card"]["actions"]) == ["rerun", "edit", "swap", "delete"]
        assert await bot.call("DELETE", f"/v1/tweens/{sent['id']}") == (200, {"deleted": True})
        assert bot.files("frames") == []


async def test_a_deletion_that_was_cut_off_goes_on_at_the_next_start(bot: Bot) -> None:
    """What the store no longer has goes from the disk, whichever moment the process ended in."""
    job_id = await bot.made()
    bot.folders.note_to_forget(job_id)
    assert await bot.desk.delete(job_id, Author("local", "local"))
    assert bot.files("videos") == [f"{job_id}.mp4"]
    await bot.folders.tidy(bot.store.load)
    assert [bot.files(folder) for folder in ("inbox", "videos", "frames")] == [[], [], []]


async def test_my_data_goes_with_its_pictures(bot: Bot) -> None:
    """Frames, last frames and posters too."""
    job_id = await bot.made()
    await _get(bot, f"/v1/tweens/{job_id}/last")
    await bot.call("DELETE", "/v1/me")
    assert bot.files("frames") == []


async def test_a_disk_that_keeps_no_frames_costs_no_video(bot: Bot) -> None:
    """The job goes on, and offers less."""
    (bot.data_dir / "frames").rmdir()
    (bot.data_dir / "frames").write_bytes(b"")
    job_id = await bot.made()
    _, told = await bot.call("GET", f"/v1/tweens/{job_id}")
    assert (told["state"], told["has_frames"], list(told["card"]["actions"])) == (
        "delivered",
        False,
        ["continue", "delete"],
    )
    assert (await bot.call("GET", f"/v1/tweens/{job_id}/last"))[0] == 404


async def test_a_store_that_goes_away_keeps_what_may_have_been_stored(tmp_path: Path) -> None:
    """An answer that is lost is asked for once more, with the same key, and is the same job."""
    store = MemoryStore()
    async with running(tmp_path, Setting(store)) as bot:
        job_id = await bot.made()
        store.table.away = True
        assert (await bot.call("POST", f"/v1/tweens/{job_id}/swap"))[0] == 503
        assert (await bot.call("DELETE", f"/v1/tweens/{job_id}"))[0] == 503
