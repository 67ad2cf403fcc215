"""``tweenbot make --to``: the job is a running bot's, and its sender sees and gets what ``make`` gives."""

import asyncio
import json
import signal
from pathlib import Path

from PIL import Image

from tests.scenario.at_fal import at
from tests.scenario.bot import Bot, free_port, running
from tests.scenario.tweenbot import EXAMPLES, Running, ended, started
from tests.twins.fal import FalTwin

START, END, PROMPT = EXAMPLES / "first.png", EXAMPLES / "last.png", "dusk falls"
TOKEN = "a token of this bot's own"


def _folders(tmp_path: Path) -> tuple[Path, Path]:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    return here, there


async def _queued(make: Running, bot: Bot, fal: FalTwin) -> str:
    await fal.next_job()
    await make.until("queue")
    return str((await bot.listed())[0]["id"])


async def test_a_job_is_sent_followed_and_fetched(fal: FalTwin, tmp_path: Path) -> None:
    """Video and contact sheet lie where they would, the lines are make's own, and nothing else stays behind."""
    here, there = _folders(tmp_path)
    async with running(there, at(fal)) as bot:
        arguments = ("make", START, END, PROMPT, "--seed", "7", "--to", bot.url, "-o", "out.mp4")
        async with started(here, *arguments) as make:
            twin_job = await fal.next_job()
            await make.until("queue")
            twin_job.progress("12/30")
            await make.until("Step 12/30")
            twin_job.finish()
            run = await make.end()
        assert run.status == 0, run
        assert run.out.splitlines()[-2:] == ["Video          out.mp4", "Contact sheet  out.sheet.png"]
        assert (here / "out.mp4").read_bytes() == fal.video
        with Image.open(here / "out.sheet.png") as sheet:
            assert sheet.format == "PNG"
        assert sorted(path.name for path in here.iterdir()) == [".tweenbot", "out.mp4", "out.sheet.png"]
        assert list((here / ".tweenbot").iterdir()) == []
        (job,) = await bot.listed()
        assert (job["state"], job["options"]["seed"], job["prompt"]) == ("delivered", 7, PROMPT)
    assert len(fal.jobs) == 1


async def test_json_is_the_report_that_make_gives(fal: FalTwin, tmp_path: Path) -> None:
    """The same names and values, so that a script does not care who rendered."""
    here, there = _folders(tmp_path)
    async with running(there, at(fal)) as bot:
        sending = asyncio.create_task(
            ended(here, "make", START, END, PROMPT, "--json", "--seed", "7", "--to", bot.url, "-o", "out.mp4")
        )
        (await fal.next_job()).finish()
        report = json.loads((await sending).out)
    making = asyncio.create_task(
        ended(here, "make", START, END, PROMPT, "--json", "--seed", "7", "-o", "out.mp4", env=at(fal))
    )
    (await fal.next_job()).finish()
    made = json.loads((await making).out)
    assert report.keys() == made.keys()
    own = {"seconds", "request_id"}
    assert {name: report[name] for name in report.keys() - own} == {name: made[name] for name in made.keys() - own}


async def test_ctrl_c_cancels_the_job_at_the_bot(fal: FalTwin, tmp_path: Path) -> None:
    """The card's last line is about money, and the status is that of a cancelled job."""
    here, there = _folders(tmp_path)
    async with (
        running(there, at(fal)) as bot,
        started(here, "make", START, END, PROMPT, "--to", bot.url, "-o", "out.mp4") as make,
    ):
        job_id = await _queued(make, bot, fal)
        make.interrupt()
        run = await make.end()
        assert (run.status, run.out.splitlines()[-1]) == (130, "Cancelled: Nothing was charged.")
        assert (await bot.job(job_id))["state"] == "cancelled"
    assert not (here / "out.mp4").exists()


async def test_a_restart_of_the_bot_is_lived_through(fal: FalTwin, tmp_path: Path) -> None:
    """The job goes on at the bot's next start, and so does whoever waits for it."""
    here, there = _folders(tmp_path)
    port = free_port()
    async with started(here, "make", START, END, PROMPT, "--to", "http://127.0.0.1:1", "-o", "no.mp4") as nobody:
        assert (await nobody.end()).status == 1
    async with running(there, at(fal), port=port) as bot:
        make = started(here, "make", START, END, PROMPT, "--to", bot.url, "-o", "out.mp4")
        async with make as sent:
            twin_job = await fal.next_job()
            await sent.until("queue")
            bot.process.interrupt(signal.SIGKILL)
            await bot.process.end()
            async with running(there, at(fal), port=port):
                twin_job.finish()
                run = await sent.end()
    assert run.status == 0, run
    assert (here / "out.mp4").read_bytes() == fal.video
    assert len(fal.jobs) == 1


async def test_what_the_bot_refuses_is_told_and_has_its_status(fal: FalTwin, tmp_path: Path) -> None:
    """In the bot's words: something to mend is 2, something else 1; nobody there is 1, and says what to do."""
    here, there = _folders(tmp_path)
    async with running(there, at(fal) | {"TWEENBOT_BUDGET_PER_USER": "0"}) as bot:
        empty = await ended(here, "make", START, END, " ", "--to", bot.url)
        assert (empty.status, empty.err) == (
            2,
            "prompt is empty: say in a sentence what happens between the two images.\n",
        )
        spent = await ended(here, "make", START, END, PROMPT, "--to", bot.url)
        assert spent.status == 1
        assert "has $0.00 left" in spent.err
    gone = await ended(here, "make", START, END, PROMPT, "--to", bot.url, "--json")
    assert gone.status == 1
    assert json.loads(gone.out)["error"].startswith(f"No tweenbot answers at {bot.url}: start one")
    none = await ended(here, "make", START, "nowhere.png", PROMPT, "--to", bot.url)
    assert (none.status, "nowhere.png: no such file" in none.err) == (2, True)
    for wrong in (("--to", "localhost"), ("--to", bot.url, "--at", "fal")):
        assert (await ended(here, "make", START, END, PROMPT, *wrong)).status == 2


async def test_a_bad_image_ends_as_it_does_here(fal: FalTwin, tmp_path: Path) -> None:
    """What fails at the bot for a reason that its sender can mend has the status of that."""
    here, there = _folders(tmp_path)
    (here / "notes.png").write_text("no image")
    async with running(there, at(fal)) as bot:
        run = await ended(here, "make", "notes.png", END, PROMPT, "--to", bot.url)
    assert run.status == 2, run
    assert run.out.splitlines()[-1].startswith("No video: The first image is not an image")


async def test_a_bot_on_every_address_asks_for_its_token(fal: FalTwin, tmp_path: Path) -> None:
    """Without one it does not start, and says so; without the right one nobody gets in."""
    here, there = _folders(tmp_path)
    outside = at(fal) | {"TWEENBOT_HTTP_HOST": "0.0.0.0"}
    refused = await ended(there, "run", env=outside)
    assert refused.status == 1
    assert "TWEENBOT_LOCAL_TOKEN" in refused.err
    assert "TWEENBOT_LOCAL=off" in refused.err
    short = await ended(there, "run", env=outside | {"TWEENBOT_LOCAL_TOKEN": "short"})
    assert short.err.startswith("TWEENBOT_LOCAL_TOKEN: token should have 16 characters or more")
    async with running(there, outside | {"TWEENBOT_LOCAL_TOKEN": TOKEN}) as bot:
        run = await ended(here, "make", START, END, PROMPT, "--to", bot.url)
        assert (run.status, "TWEENBOT_LOCAL_TOKEN" in run.err) == (1, True)
        arguments = ("make", START, END, PROMPT, "--to", bot.url, "-o", "out.mp4")
        async with started(here, *arguments, env={"TWEENBOT_LOCAL_TOKEN": TOKEN}) as make:
            (await fal.next_job()).finish()
            assert (await make.end()).status == 0
    async with running(there, outside | {"TWEENBOT_LOCAL": "off"}) as bot:
        assert (await bot.health())["status"] == "ok"
        run = await ended(here, "make", START, END, PROMPT, "--to", bot.url)
        assert (run.status, run.err.startswith("No tweenbot answers")) == (1, True)
