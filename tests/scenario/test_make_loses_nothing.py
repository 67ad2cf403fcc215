"""``tweenbot make`` at fal, where money is at stake, while the machine around it misbehaves."""

import asyncio
import signal
import sys
from pathlib import Path

from tests.scenario.at_fal import at
from tests.scenario.tweenbot import ended, started
from tests.twins.fal import FalTwin


async def test_a_reader_that_leaves_does_not_cost_the_video(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    """``| head -1``: the job goes on in silence, is delivered, and ends as the success that it is."""
    async with started(tmp_path, "make", *photos, "rain", "-o", "o.mp4", env=at(fal)) as running:
        await running.until("Waiting: Preparing the images")
        running.stop_reading()
        job = await fal.next_job()
        job.progress("3/30")
        await fal.until_seen("stream", 1)
        job.finish()
        run = await running.end()
    assert (run.status, run.err) == (0, "")
    assert (tmp_path / "o.mp4").read_bytes() == fal.video


async def test_an_output_that_is_full_does_not_cost_the_video(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    """/dev/full takes nothing; the file that was paid for is elsewhere."""
    command = f"exec {sys.executable} -m bot make {photos[0]} {photos[1]} rain -o o.mp4 >/dev/full"
    process = await asyncio.create_subprocess_shell(command, cwd=tmp_path, env=at(fal), stderr=asyncio.subprocess.PIPE)
    (await fal.next_job()).finish()
    async with asyncio.timeout(30):
        _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert (tmp_path / "o.mp4").read_bytes() == fal.video


async def test_two_runs_in_one_folder_do_not_disturb_each_other(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    """One ends and tidies up while the other one's video is still to come."""
    async with started(tmp_path, "make", *photos, "rain", "-o", "slow.mp4", env=at(fal)) as slow:
        job = await fal.next_job()
        async with started(tmp_path, "make", *photos, "rain", "-o", "quick.mp4", env=at(fal)) as quick:
            (await fal.next_job()).finish()
            assert (await quick.end()).status == 0
        job.finish()
        run = await slow.end()
    assert run.status == 0, run
    assert (tmp_path / "slow.mp4").read_bytes() == (tmp_path / "quick.mp4").read_bytes() == fal.video
    assert list((tmp_path / ".tweenbot").iterdir()) == []


async def test_an_encoding_without_the_cards_characters_does_not_cost_the_video(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    """What cannot be written becomes a question mark."""
    env = {**at(fal), "PYTHONIOENCODING": "ascii"}
    async with started(tmp_path, "make", *photos, "rain", "-o", "o.mp4", env=env) as running:
        (await fal.next_job()).progress("3/30")
        await running.until("Step 3/30 ? 10 %")
        fal.jobs[0].finish()
        run = await running.end()
    assert run.status == 0, run
    assert (tmp_path / "o.mp4").read_bytes() == fal.video


async def test_a_terminal_that_hangs_up_stops_the_job(fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path) -> None:
    """Nobody is there to see it any more, and it costs money: it is asked to stop, as by Ctrl-C."""
    async with started(tmp_path, "make", *photos, "rain", env=at(fal)) as running:
        await running.until("Next in the queue")
        running.interrupt(signal.SIGHUP)
        run = await running.end()
    assert (run.status, fal.jobs[0].cancels) == (130, 1)


async def test_a_second_ctrl_c_ends_at_once_and_says_what_is_left(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    """It does not wait for the provider, and does not claim that nothing was charged."""
    async with started(tmp_path, "make", *photos, "rain", env=at(fal)) as running:
        (await fal.next_job()).progress("3/30")
        await running.until("Step 3/30")
        running.interrupt()
        await running.until("Asked to stop")
        running.interrupt()
        run = await running.end()
    assert run.status == 130
    assert run.err.splitlines()[1:] == [
        "Ended at once, without waiting for the provider: a job that was sent may go on there, and be charged."
    ]


async def test_a_prompt_that_is_no_text_is_refused_before_anything_is_sent(
    fal: FalTwin, photos: tuple[Path, Path], tmp_path: Path
) -> None:
    """Bytes of another encoding on the command line cannot become JSON."""
    run = await ended(tmp_path, "make", *photos, b"caf\xe9".decode(errors="surrogateescape"), env=at(fal))
    assert run.status == 2, run
    assert "prompt" in run.err
    assert "not a text" in run.err
    assert fal.seen == []
