"""`tweenbot run`, from a command to its video, over kills, restarts and other processes; fal's twin bills."""

import asyncio
import os
import signal
import time
from pathlib import Path

from tests.scenario.at_fal import at
from tests.scenario.bot import free_port, running
from tests.scenario.tweenbot import ended
from tests.twins.fal import FalTwin
from tests.twins.replies import LoseAnswer


async def test_from_a_command_to_its_video(fal: FalTwin, tmp_path: Path) -> None:
    """One request, one video, its seed and its true bill; a redelivered command is the same job."""
    async with running(tmp_path, at(fal)) as bot:
        job_id = await bot.accepted(seed=7)
        twin_job = await fal.next_job()
        await bot.until(job_id, phase="queued")
        twin_job.progress("12/30")
        rendering = await bot.until(job_id, phase="rendering")
        assert rendering["card"]["fraction"] == 0.4
        twin_job.finish()
        job = await bot.until(job_id, final=True)
        assert (job["state"], job["seed"], job["cost_usd"]) == ("delivered", 7, "0.20")
        assert await bot.video(job_id) == fal.video
        assert (await bot.send(seed=7))[0] == 200
    assert len(fal.jobs) == 1
    listed = await ended(tmp_path, "jobs", env=at(fal))
    assert f"request {fal.jobs[0].id} · seed 7 · $0.20" in listed.out


async def test_a_kill_in_the_middle_costs_nothing_but_time(fal: FalTwin, tmp_path: Path) -> None:
    """The next start follows the same request, and the same job gets its video."""
    async with running(tmp_path, at(fal)) as bot:
        job_id = await bot.accepted()
        twin_job = await fal.next_job()
        await bot.until(job_id, phase="queued")
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
    async with running(tmp_path, at(fal)) as bot:
        twin_job.finish()
        job = await bot.until(job_id, final=True)
        assert (job["state"], job["request_id"]) == ("delivered", twin_job.id)
    assert len(fal.jobs) == 1


async def test_an_orderly_end_is_quick_and_told(fal: FalTwin, tmp_path: Path) -> None:
    """SIGTERM: within ten seconds, with status 0; the card says that the job resumes, and it does."""
    async with running(tmp_path, at(fal)) as bot:
        job_id = await bot.accepted()
        twin_job = await fal.next_job()
        await bot.until(job_id, phase="queued")
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            told = group.create_task(bot.until(job_id, phase="resuming"))
            await asyncio.sleep(0)
            bot.process.interrupt(signal.SIGTERM)
        assert "resumes by itself" in told.result()["card"]["status"]
        assert (await bot.process.end()).status == 0
        assert time.monotonic() - began < 10
    async with running(tmp_path, at(fal)) as bot:
        twin_job.finish()
        assert (await bot.until(job_id, final=True))["state"] == "delivered"
    assert len(fal.jobs) == 1


async def test_a_request_whose_answer_was_lost_comes_home_by_its_webhook(fal: FalTwin, tmp_path: Path) -> None:
    """It was accepted, and billed: it is followed to its video, and not sent again."""
    port = free_port()
    fal.script("submit", LoseAnswer())
    public = {"TWEENBOT_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    async with running(tmp_path, at(fal) | public, port=port) as bot:
        job_id = await bot.accepted()
        (await fal.next_job()).finish()
        job = await bot.until(job_id, final=True)
        assert (job["state"], job["request_id"]) == ("delivered", fal.jobs[0].id)
    assert len(fal.jobs) == 1


async def test_a_cancel_in_the_queue_is_free(fal: FalTwin, tmp_path: Path) -> None:
    """And the money that was reserved is given back."""
    async with running(tmp_path, at(fal) | {"TWEENBOT_BUDGET_PER_USER": "0.20"}) as bot:
        job_id = await bot.accepted()
        await fal.next_job()
        await bot.until(job_id, phase="queued", status="Next in the queue")
        await bot.act(job_id, "cancel")
        job = await bot.until(job_id, final=True)
        assert (job["state"], job["charge"]) == ("cancelled", "none")
        await bot.accepted("k2")


async def test_a_budget_that_is_spent_is_told_with_its_renewal(fal: FalTwin, tmp_path: Path) -> None:
    """Nothing is sent; the message says what is left, and when there is more."""
    async with running(tmp_path, at(fal) | {"TWEENBOT_BUDGET_PER_USER": "0.50"}) as bot:
        await bot.accepted("k1", resolution="720p")
        status, refusal = await bot.send("k2", resolution="720p")
        assert (status, refusal["error"]["code"]) == (429, "budget_spent")
        assert "has $0.10 left, and this costs $0.40" in refusal["error"]["message"]
        assert "renews on 1 " in refusal["error"]["message"]
        await fal.next_job()
    assert len(fal.jobs) == 1


async def test_jobs_over_the_limit_wait_for_their_turn(fal: FalTwin, tmp_path: Path) -> None:
    """One runs, the next one waits, and follows when the first is done."""
    async with running(tmp_path, at(fal) | {"TWEENBOT_MAX_RUNNING_PER_USER": "1"}) as bot:
        first, second = await bot.accepted("k1"), await bot.accepted("k2")
        twin_job = await fal.next_job()
        assert (await bot.job(second))["card"]["status"] == "Waiting for its turn"
        assert len(fal.jobs) == 1
        twin_job.finish()
        await bot.until(first, final=True)
        (await fal.next_job()).finish()
        assert (await bot.until(second, final=True))["state"] == "delivered"


async def test_a_second_bot_on_the_same_file_is_refused(fal: FalTwin, tmp_path: Path) -> None:
    """It says what to do, and the first one goes on."""
    async with running(tmp_path, at(fal)) as bot:
        second = await ended(tmp_path, "run", env=at(fal) | {"TWEENBOT_HTTP_PORT": "0"})
        assert second.status == 1
        assert "TWEENBOT_DATABASE_URL" in second.err
        job_id = await bot.accepted()
        (await fal.next_job()).finish()
        assert (await bot.until(job_id, final=True))["state"] == "delivered"


async def test_a_gateway_and_two_workers(fal: FalTwin, postgres: str, tmp_path: Path) -> None:
    """What one process accepts another carries; when that is killed, a third one goes on within 30 s."""
    env = at(fal) | {"TWEENBOT_DATABASE_URL": postgres}
    async with (
        running(tmp_path, env, "--role", "gateway") as gateway,
        running(tmp_path, env, "--role", "worker") as first,
    ):
        job_id = await gateway.accepted()
        twin_job = await fal.next_job()
        await gateway.until(job_id, state="submitted")
        async with running(tmp_path, env, "--role", "worker"):
            first.process.interrupt(signal.SIGKILL)
            killed = time.monotonic()
            await fal.until_seen("stream", 2)
            assert time.monotonic() - killed < 30
            twin_job.finish()
            assert (await gateway.until(job_id, final=True))["state"] == "delivered"
            assert await gateway.video(job_id) == fal.video
    assert len(fal.jobs) == 1


async def test_a_job_of_the_embedded_engine_outlives_a_kill(tmp_path: Path) -> None:
    """Bot and engine die together in the middle of a rendering; both go on, on other ports."""
    async with running(tmp_path, {}) as bot:
        job_id = await bot.accepted(resolution="720p", num_frames=100)
        await bot.until(job_id, phase="rendering")
        bot.process.interrupt(signal.SIGKILL)
        await bot.process.end()
    async with running(tmp_path, {}) as bot:
        job = await bot.until(job_id, final=True)
        assert (job["state"], job["cost_usd"]) == ("delivered", None)


async def test_what_a_bot_before_has_left_is_removed_at_the_start(fal: FalTwin, tmp_path: Path) -> None:
    """A video of a job that is stored no more, half a one of a kill, images of a job that has ended; not today's."""
    async with running(tmp_path, at(fal)):
        (work,) = tmp_path.rglob("work")
    for name in ("work/gone.mp4", "work/gone.mp4.part", "work/today.mp4", "staged/ended.start"):
        (work.parent / name).write_bytes(b"left")
        if "today" not in name:
            os.utime(work.parent / name, (0, 0))
    async with running(tmp_path, at(fal)):
        assert [each.name for folder in ("work", "staged") for each in (work.parent / folder).iterdir()] == [
            "today.mp4"
        ]
