"""Images by link, and the operator's check, where there is no chat: the local channel and the command line."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.scenario.at_fal import at
from tests.scenario.bot import running
from tests.scenario.check import checking
from tests.scenario.pictures import ALLOWED, pictures_served
from tests.scenario.tweenbot import EXAMPLES, ended, started
from tests.twins.fal import FalTwin


@pytest.fixture
async def pictures() -> AsyncIterator[str]:
    """Where pictures are."""
    async with pictures_served() as where:
        yield where


async def sent(url: str, start: str, end: str) -> tuple[int, str]:
    """Send a job whose images are links; return the status, and the job's id or why not."""
    fields = {"start": start, "end": end, "prompt": "dusk falls", "resolution": "480p"}
    form = aiohttp.FormData(fields, default_to_multipart=True)
    async with aiohttp.ClientSession() as http, http.post(f"{url}/v1/tweens", data=form) as answer:
        told = await answer.json()
        return answer.status, told["id"] if answer.status == 202 else told["error"]["message"]


async def test_links_become_images_of_a_job(fal: FalTwin, pictures: str, tmp_path: Path) -> None:
    """They are fetched when the job is taken, and nothing is stored of where they were."""
    async with running(tmp_path, at(fal) | ALLOWED) as bot:
        status, job_id = await sent(bot.url, f"{pictures}/first.png?key=secret", f"{pictures}/last.png")
        assert status == 202, job_id
        (await fal.next_job()).finish()
        assert (await bot.until(job_id, final=True))["state"] == "delivered"
        status, why = await sent(bot.url, "http://127.0.0.3/first.png", f"{pictures}/nothing.png")
        assert status == 422
        assert "The first image cannot be read (first.png: its link leads to an address that is not public" in why
        assert "The last image cannot be read (nothing.png: its link answers 404)" in why
    stored = b"".join(path.read_bytes() for path in (tmp_path / ".tweenbot").rglob("*") if path.is_file())
    assert (b"key=secret" in stored, len(fal.uploads)) == (False, 2)


async def test_links_on_the_command_line(fal: FalTwin, pictures: str, tmp_path: Path) -> None:
    """As files are; where none is allowed, the exit status and the words say that there is something to mend."""
    links = (f"{pictures}/first.png", f"{pictures}/last.png")
    async with started(tmp_path, "make", *links, "dusk falls", "-o", "a.mp4", env=at(fal) | ALLOWED) as make:
        (await fal.next_job()).finish()
        run = await make.end()
    assert (run.status, (tmp_path / "a.mp4").read_bytes()) == (0, fal.video), run
    refused = await ended(tmp_path, "make", *links, "dusk falls", "-o", "b.mp4", env=at(fal))
    assert refused.status == 2, refused
    assert "not public" in refused.out + refused.err
    assert len(fal.jobs) == 1


async def test_links_on_the_command_line_for_a_running_bot(fal: FalTwin, pictures: str, tmp_path: Path) -> None:
    """Who sends the job fetches them; the bot gets files."""
    here = tmp_path / "here"
    here.mkdir()
    async with running(tmp_path, at(fal)) as bot:
        arguments = ("make", f"{pictures}/first.png", EXAMPLES / "last.png", "dusk", "--to", bot.url, "-o", "a.mp4")
        async with started(here, *arguments, env=ALLOWED) as make:
            (await fal.next_job()).finish()
            run = await make.end()
    assert (run.status, (here / "a.mp4").read_bytes()) == (0, fal.video), run


async def test_the_operators_check_is_asked_about_the_local_channels_jobs(fal: FalTwin, tmp_path: Path) -> None:
    """Refused before: nothing was sent. Refused after: billed, and no file of it is left to be seen."""
    async with checking() as check, running(tmp_path, at(fal) | check.env) as bot:
        before = await bot.until(await bot.accepted("k1", prompt="rain before dusk"), final=True)
        assert (before["state"], before["error"]["code"], before["charge"]) == ("failed", "moderated", "none")
        assert (fal.uploads, fal.jobs) == ({}, [])
        job_id = await bot.accepted("k2", prompt="rain after dusk")
        (await fal.next_job()).finish()
        after = await bot.until(job_id, final=True)
        assert (after["error"]["code"], after["charge"], after["video"]) == ("withheld", "billed", None)
        assert check.kinds == ["before", "before", "after"]
    assert list((tmp_path / ".tweenbot").rglob("*.mp4")) == []


async def test_the_operators_check_is_asked_about_a_job_of_the_command_line(fal: FalTwin, tmp_path: Path) -> None:
    """It is the operator's machine; with the check out of reach nothing is made."""
    files = (EXAMPLES / "first.png", EXAMPLES / "last.png")
    async with checking() as check:
        refused = await ended(tmp_path, "make", *files, "rain before dusk", "-o", "a.mp4", env=at(fal) | check.env)
    assert (refused.status, "refused the request" in refused.out + refused.err) == (2, True), refused
    away = await ended(tmp_path, "make", *files, "rain", "-o", "a.mp4", env=at(fal) | check.env)
    assert (away.status, "does not answer" in away.out + away.err) == (1, True), away
    assert (check.kinds, fal.uploads, fal.jobs) == (["before"], {}, [])
