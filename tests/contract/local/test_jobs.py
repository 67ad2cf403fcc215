"""Sending jobs through the local channel, and what is told of them."""

import asyncio
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.store.database import Database, url_of
from adapters.store.jobs import Jobs
from adapters.store.migrate import migrate
from bot.domain.budget import Allowance
from bot.domain.errors import SubmitUnclear
from bot.domain.progress import Completed, InProgress
from config import catalogue
from tests.contract.local.running import END, LIMIT, START, Bot, Setting, running
from tests.fakes import FakeProvider
from tests.fakes_store import MemoryStore
from tests.fakes_table import Table


async def test_a_job_that_is_sent_is_accepted_and_ends_in_its_video(bot: Bot) -> None:
    """202 with the first card; at the end the video, byte for byte, with its facts, and no image is left behind."""
    status, sent = await bot.send(seed="7", resolution="480p")
    assert (status, sent["state"], sent["card"]["actions"]) == (202, "accepted", {"cancel": "Cancel"})
    assert sent["options"]["seed"] == 7
    await bot.carry(sent["id"])
    _, told = await bot.call("GET", f"/v1/tweens/{sent['id']}")
    assert (told["state"], told["final"], told["seed"], told["frames"]) == ("delivered", True, 7, 81)
    assert told["card"]["title"] == "Done"
    async with bot.http.get(bot.url + told["video"]) as video:
        assert (await video.read(), video.content_type) == (b"mp4", "video/mp4")
    assert bot.files("inbox") == []
    assert list(bot.data_dir.glob("*.mp4")) == []


async def test_the_same_key_is_the_same_job(bot: Bot) -> None:
    """A request that is repeated with its key is answered with its job, and what it brought is not kept."""
    first, again = await bot.send("a key"), await bot.send("a key")
    assert (first[0], again[0]) == (202, 200)
    assert first[1]["id"] == again[1]["id"]
    assert len(bot.files("inbox")) == 2


async def test_the_same_key_twice_at_once_is_one_job_with_its_images(bot: Bot) -> None:
    """Whoever is second finds the first one's job; the job's own images stay, and it can be made."""
    answers = await asyncio.gather(*(bot.send("a key") for _ in range(5)))
    assert sorted(status for status, _ in answers) == [200, 200, 200, 200, 202]
    assert len({told["id"] for _, told in answers}) == 1
    assert len(bot.files("inbox")) == 2
    await bot.carry(answers[0][1]["id"])
    assert (await bot.call("GET", f"/v1/tweens/{answers[0][1]['id']}"))[1]["state"] == "delivered"


async def test_jobs_without_a_key_are_jobs_of_their_own(bot: Bot) -> None:
    """Two sends are two jobs, newest first in the history, with their times."""
    one, two = await bot.made(prompt="one"), await bot.made(prompt="two")
    _, history = await bot.call("GET", "/v1/tweens")
    assert [(each["id"], each["prompt"]) for each in history["tweens"]] == [(two, "two"), (one, "one")]
    assert history["tweens"][0]["finished_at"] >= history["tweens"][0]["started_at"]
    assert len((await bot.call("GET", "/v1/tweens?limit=1"))[1]["tweens"]) == 1


async def test_everything_that_is_wrong_is_told_at_once(bot: Bot) -> None:
    """A 422 names every field, its rule and the mend, in the words that all platforms use; nothing is kept."""
    status, told = await bot.send(start=None, end=b"", prompt=" ", num_frames="9999", resolution="4k", frames="3")
    faults = {fault["field"]: (fault["rule"], fault["message"]) for fault in told["error"]["faults"]}
    assert status == 422
    assert {name: rule for name, (rule, _) in faults.items()} == {
        "start": "missing",
        "end": "empty",
        "prompt": "required",
        "num_frames": "range",
        "resolution": "choice",
        "frames": "unknown",
    }
    assert faults["num_frames"][1].endswith("use 100.")
    assert bot.files("inbox") == []


async def test_a_value_of_the_wrong_kind_is_told(bot: Bot) -> None:
    """Text where a number belongs is the field's fault; an empty field of an option is one not filled in."""
    status, told = await bot.send(num_frames="many", seed="")
    assert (status, [fault["field"] for fault in told["error"]["faults"]]) == (422, ["num_frames"])


async def test_an_image_that_is_too_heavy_is_refused_and_not_kept(bot: Bot) -> None:
    """The limit of the settings holds; the message says it."""
    status, told = await bot.send(end=b"x" * (LIMIT + 1))
    assert (status, told["error"]["faults"][0]["rule"]) == (422, "too heavy")
    assert "100 kB" in told["error"]["message"]
    assert bot.files("inbox") == []


async def test_a_full_queue_and_a_spent_budget_are_429(tmp_path: Path) -> None:
    """Both say that nothing was taken; the budget says when it renews. Nothing of what was sent is kept."""
    async with running(tmp_path / "a", Setting(waiting=1)) as bot:
        await bot.send()
        status, told = await bot.send()
        assert (status, told["error"]["code"]) == (429, "queue_full")
        assert len(bot.files("inbox")) == 2
    async with (
        running(tmp_path / "b", Setting(allowance=Allowance(author=Decimal("0.01")))) as bot,
        bot.http.post(f"{bot.url}/v1/tweens", data=bot.form()) as response,
    ):
        assert (response.status, (await response.json())["error"]["code"]) == (429, "budget_spent")
        assert 0 < int(response.headers["Retry-After"]) <= 31 * 86400
        assert bot.files("inbox") == []


async def test_a_bot_that_drains_or_has_no_store_is_503(tmp_path: Path) -> None:
    """Nothing was taken, and a minute later it may be."""
    table = Table()
    async with running(tmp_path, Setting(MemoryStore(table))) as bot:
        bot.desk.close()
        assert (await bot.send())[1]["error"]["code"] == "draining"
        table.away = True
        async with bot.http.post(f"{bot.url}/v1/tweens", data=bot.form()) as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "60")
            assert (await response.json())["error"]["code"] == "store_away"


async def test_a_stop_is_told_to_the_provider(tmp_path: Path) -> None:
    """The job ends as cancelled; a second stop changes nothing."""
    rendering = asyncio.Event()
    provider = FakeProvider(updates=[InProgress(), rendering, Completed()])
    async with running(tmp_path, Setting(provider=provider)) as bot:
        _, sent = await bot.send()
        carrying = asyncio.create_task(bot.carry(sent["id"]))
        status, _ = await bot.call("POST", f"/v1/tweens/{sent['id']}/cancel")
        await carrying
        assert status == 202
        assert (await bot.call("POST", f"/v1/tweens/{sent['id']}/cancel"))[0] == 200
        _, told = await bot.call("GET", f"/v1/tweens/{sent['id']}")
        assert (told["state"], told["video"], bot.files("inbox")) == ("cancelled", None, [])


async def test_an_unclear_job_keeps_its_images_until_it_is_settled(tmp_path: Path) -> None:
    """It is sent again as one job, however often that is pressed; the images go when that one has ended well."""
    provider = FakeProvider(submit_error=SubmitUnclear())
    async with running(tmp_path, Setting(provider=provider)) as bot:
        first = await bot.made()
        _, told = await bot.call("GET", f"/v1/tweens/{first}")
        assert (told["state"], told["charge"]) == ("unclear", "possible")
        assert told["card"]["actions"] == {"look": "Look again", "again": "Send again (may charge twice)"}
        assert len(bot.files("inbox")) == 2
        provider.submit_error = None
        answers = [await bot.call("POST", f"/v1/tweens/{first}/again") for _ in range(2)]
        assert [(status, again["again_of"]) for status, again in answers] == [(202, first)] * 2
        second = answers[0][1]["id"]
        assert second == answers[1][1]["id"] != first
        await bot.carry(second)
        _, told = await bot.call("GET", f"/v1/tweens/{second}")
        assert told["state"] == "delivered"
        assert (await bot.call("GET", told["video"] + "x"))[0] == 404
        async with bot.http.get(bot.url + told["video"]) as video:
            assert await video.read() == b"mp4"
        assert bot.files("inbox") == []


async def test_an_unclear_job_is_looked_up_again_and_may_come_home(tmp_path: Path) -> None:
    """Look again asks the provider's history once more; the job goes on with what is found there."""
    provider = FakeProvider(submit_error=SubmitUnclear())
    async with running(tmp_path, Setting(provider=provider)) as bot:
        job_id = await bot.made()
        bot_found = await bot.call("POST", f"/v1/tweens/{job_id}/look")
        assert (bot_found[0], bot_found[1]["state"]) == (202, "submitting")
    async with running(tmp_path, Setting(bot.store, provider, reconcile=1e12)) as bot:
        provider.found = ["r9"]
        await bot.carry(job_id)
        _, told = await bot.call("GET", f"/v1/tweens/{job_id}")
        assert (told["state"], told["request_id"], bot.files("inbox")) == ("delivered", "r9", [])


async def test_a_video_is_served_in_ranges(bot: Bot) -> None:
    """A player that seeks gets the part that it asks for."""
    job_id = await bot.made()
    async with bot.http.get(f"{bot.url}/v1/tweens/{job_id}/video", headers={"Range": "bytes=1-1"}) as part:
        assert (part.status, await part.read(), part.headers["Content-Range"]) == (206, b"p", "bytes 1-1/3")
    async with bot.http.head(f"{bot.url}/v1/tweens/{job_id}/video") as head:
        assert (head.status, head.headers["Content-Length"]) == (200, "3")
    async with bot.http.head(f"{bot.url}/v1/tweens/{job_id}/events") as head:
        assert head.status == 405


async def test_after_a_restart_everything_is_told_as_before(tmp_path: Path) -> None:
    """The answer about an ended job is made from the store: a new process gives the same one."""
    async with running(tmp_path) as bot:
        job_id = await bot.made()
        before = await bot.call("GET", f"/v1/tweens/{job_id}")
    async with running(tmp_path, Setting(bot.store)) as bot:
        assert await bot.call("GET", f"/v1/tweens/{job_id}") == before


async def test_the_real_store_keeps_what_the_channel_tells(tmp_path: Path) -> None:
    """On SQLite everything goes as in memory: send, the same key, the video, a restart, history, delete my data."""
    database = Database(url_of(tmp_path))
    await migrate(database)
    with closing(database):
        async with running(tmp_path, Setting(Jobs(database, catalogue.load(), "n1"))) as bot:
            assert [(await bot.send("a key"))[0] for _ in range(2)] == [202, 200]
            job_id = (await bot.send("a key"))[1]["id"]
            await bot.carry(job_id)
            before = await bot.call("GET", f"/v1/tweens/{job_id}")
            assert (before[1]["state"], bot.files("inbox")) == ("delivered", [])
        async with running(tmp_path, Setting(Jobs(database, catalogue.load(), "n2"))) as bot:
            assert await bot.call("GET", f"/v1/tweens/{job_id}") == before
            _, history = await bot.call("GET", "/v1/tweens")
            assert [each["id"] for each in history["tweens"]] == [job_id]
            assert await bot.call("DELETE", "/v1/me") == (200, {"deleted": 1, "under_way": 0})
            assert (bot.files("videos"), (await bot.call("GET", f"/v1/tweens/{job_id}"))[0]) == ([], 404)


async def test_the_store_has_the_last_word_on_an_ending(bot: Bot) -> None:
    """A card that was left standing on the board, of a job that ended elsewhere, is not told."""
    _, sent = await bot.send()
    job = await bot.store.load(sent["id"])
    assert job is not None
    standing = bot.desk.card(job)
    await bot.carry(sent["id"])
    bot.board.put(standing)
    assert (await bot.call("GET", f"/v1/tweens/{sent['id']}"))[1]["card"]["title"] == "Done"


async def test_my_data_goes_with_its_files(bot: Bot) -> None:
    """Ended jobs go at once, videos and images too; the images of one under way stay until it has ended."""
    done = await bot.made()
    _, waiting = await bot.send()
    assert await bot.call("DELETE", "/v1/me") == (200, {"deleted": 1, "under_way": 1})
    assert (await bot.call("GET", f"/v1/tweens/{done}"))[0] == 404
    assert bot.files("videos") == []
    await bot.carry(waiting["id"])
    assert (await bot.call("GET", f"/v1/tweens/{waiting['id']}"))[0] == 404
    assert len(bot.files("videos")) == 1
    await bot.folders.tidy(bot.store.load)
    assert (bot.files("videos"), bot.files("inbox")) == ([], [])


@pytest.mark.parametrize(("start", "end"), [(START, END), (END, START)])
async def test_each_image_goes_to_its_own_end(bot: Bot, start: bytes, end: bytes) -> None:
    """The first image is the first, whichever part of the form comes first."""
    job_id = await bot.made(start=start, end=end)
    job = await bot.store.load(job_id)
    assert job is not None
    sizes = {START: (1280, 720), END: (832, 480)}
    assert job.image_sizes == (sizes[start], sizes[end])
