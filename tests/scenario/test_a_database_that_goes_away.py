"""The database or the bot goes away while jobs run: nothing is lost or paid twice, who asks is told, all goes on."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.scenario.at_fal import at
from tests.scenario.bot import Bot, running
from tests.twins.cable import Cable, cable
from tests.twins.fal import FalTwin

OUTAGE_S = 5.0
SOON_S = 3.5


@pytest.fixture
async def wire(postgres: str) -> AsyncIterator[Cable]:
    there = urlsplit(postgres)
    async with cable(there.hostname or "", there.port or 5432) as carrying:
        yield carrying


def through(wire: Cable, postgres: str) -> dict[str, str]:
    """Return the environment that leads to the database through the cable."""
    there = urlsplit(postgres)
    return {"TWEENBOT_DATABASE_URL": there._replace(netloc=f"{there.username}@127.0.0.1:{wire.port}").geturl()}


async def refused(bot: Bot, key: str) -> None:
    """Have a command refused in time, as one that a later attempt may bring through."""
    began = time.monotonic()
    status, answer = await bot.send(key)
    assert (status, answer["error"]["code"]) == (503, "store_away"), answer
    assert time.monotonic() - began < SOON_S


@pytest.mark.parametrize("way", ["pulled out", "silent"])
async def test_an_outage(way: str, fal: FalTwin, wire: Cable, postgres: str, tmp_path: Path) -> None:
    """A job waits, one is in the queue, one renders, one ends meanwhile: each has its video, and one request."""
    env = at(fal) | through(wire, postgres) | {"TWEENBOT_MAX_RUNNING_PER_USER": "3"}
    pull: Callable[[], Awaitable[None]] = wire.pull_out if way == "pulled out" else _silence(wire)
    async with running(tmp_path, env) as bot:
        jobs, requests = [], []
        for number in range(3):
            jobs.append(await bot.accepted(f"k{number}"))
            requests.append(await fal.next_job())
        jobs.append(await bot.accepted("k3"))
        requests[1].progress("12/30")
        await bot.until(jobs[1], phase="rendering")
        await pull()
        began = time.monotonic()
        assert (await bot.health())["store"] == "away"
        await asyncio.gather(*(refused(bot, f"late {each}") for each in range(3)))
        requests[2].finish()
        while time.monotonic() - began < OUTAGE_S:
            await refused(bot, "late")
        await wire.plug_in()
        back = time.monotonic()
        assert (await bot.until(jobs[2], final=True))["state"] == "delivered"
        waited = await fal.next_job()
        assert time.monotonic() - back < 15
        for each in (requests[0], requests[1], waited):
            each.finish()
        for job_id in jobs:
            assert (await bot.until(job_id, final=True))["state"] == "delivered"
        assert (await bot.health())["store"] == "ok"
        bot.process.interrupt()
        said = (await bot.process.end()).err
    assert len(fal.jobs) == len(jobs)
    assert len(said.splitlines()) < 20, said
    assert "Traceback" not in said, said


def _silence(wire: Cable) -> Callable[[], Awaitable[None]]:
    async def silence() -> None:
        wire.go_silent()

    return silence


async def test_a_sqlite_file_that_is_gone(fal: FalTwin, tmp_path: Path) -> None:
    """SQLite would go on with a file that nobody will find again: nothing is taken until it is back in its place."""
    file, away = tmp_path / ".tweenbot" / "tweenbot.sqlite", tmp_path / "away"
    async with running(tmp_path, at(fal)) as bot:
        job_id = await bot.accepted()
        request = await fal.next_job()
        await bot.until(job_id, phase="queued")
        file.rename(away)
        assert (await bot.health())["store"] == "away"
        await refused(bot, "late")
        away.rename(file)
        request.finish()
        assert (await bot.until(job_id, final=True))["state"] == "delivered"
        bot.process.interrupt()
        assert "the file was deleted or replaced" in (await bot.process.end()).err
    assert len(fal.jobs) == 1


async def test_many_jobs_end_in_time(fal: FalTwin, tmp_path: Path) -> None:
    """SIGTERM over many jobs under way: ten seconds, and status 0; then each goes on with its own request."""
    many = {"TWEENBOT_MAX_RUNNING_PER_USER": "30", "TWEENBOT_MAX_WAITING_PER_USER": "30"}
    async with running(tmp_path, at(fal) | many) as bot:
        jobs = [await bot.accepted(f"k{number}") for number in range(20)]
        requests = [await fal.next_job() for _ in jobs]
        began = time.monotonic()
        bot.process.interrupt(signal.SIGTERM)
        assert (await bot.process.end()).status == 0
        assert time.monotonic() - began < 10
    async with running(tmp_path, at(fal) | many) as bot:
        for request in requests:
            request.finish()
        for job_id in jobs:
            assert (await bot.until(job_id, final=True))["state"] == "delivered"
    assert len(fal.jobs) == len(jobs)
