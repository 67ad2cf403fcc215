"""Every command in README and docs runs as it stands there, with an empty HOME and no other variable set."""

import asyncio
import csv
import json
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.scenario.at_fal import small_video
from tests.scenario.test_make_on_this_machine import END, START, end_frames, psnr
from tests.scenario.tweenbot import ROOT
from tests.twins.discord import DiscordTwin
from tests.twins.fal import FalTwin
from tests.twins.slack import App, SlackTwin

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
AT_FAL = "export FAL_KEY=your-key"
ENGINE = ".venv/bin/tweenbot engine --port 8765"
MAKE = (
    ".venv/bin/tweenbot make docs/examples/first.png docs/examples/last.png "
    '"the tide comes in" --resolution 480p -o tide.mp4'
)
MAKE_AT_ENGINE = (
    "TWEENBOT_FAL_URL=http://127.0.0.1:8765 .venv/bin/tweenbot make "
    'docs/examples/first.png docs/examples/last.png "dusk" -o dusk.mp4'
)
RUN = "make run"
OVER_HTTP = [
    (
        "curl -s -F start=@docs/examples/first.png -F end=@docs/examples/last.png "
        '-F prompt="dusk falls" -F resolution=480p http://localhost:8080/v1/tweens > job.json'
    ),
    """job=$(python3 -c 'import json; print(json.load(open("job.json"))["id"])')""",
    "curl -sN http://localhost:8080/v1/tweens/$job/events",
    "curl -so dusk.mp4 http://localhost:8080/v1/tweens/$job/video",
]
ON_DISCORD = "export DISCORD_TOKEN=your-token"
DOCTOR = ".venv/bin/tweenbot doctor"
AUDIT = ".venv/bin/tweenbot audit --since 2026-11-01 --format csv > decided.csv"
MANIFEST = ".venv/bin/tweenbot manifest slack > slack.json"
MANIFEST_OVER_HTTP = ".venv/bin/tweenbot manifest slack --url https://bot.example.org > slack.json"
ON_SLACK = "export SLACK_APP_TOKEN=your-app-token SLACK_BOT_TOKEN=your-bot-token"
CHATS = {ON_DISCORD, MANIFEST, MANIFEST_OVER_HTTP, ON_SLACK}
RUN_BY_A_TEST = {"make demo", MAKE, AT_FAL, ENGINE, MAKE_AT_ENGINE, DOCTOR, AUDIT, RUN, *CHATS, *OVER_HTTP}
THIS_VERY_RUN = {"make test"}


def commands(page: Path) -> set[str]:
    """Return the commands in a page's shell blocks, those that stand within a list included."""
    lines = {line.strip() for block in BLOCK.findall(page.read_text("utf-8")) for line in block.splitlines()}
    return lines - {""}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder that looks like the clone, where what the commands write does no harm."""
    for name in (".venv", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@asynccontextmanager
async def shell(command: str, folder: Path, **env: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command line in a folder; whatever happens, it is gone afterwards."""
    process = await asyncio.create_subprocess_shell(
        f"exec {command}" if command == ENGINE else command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": "", **env},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        # It may have ended by itself without our having heard of it, and then its own words are the news.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def output(command: str, folder: Path, **env: str) -> str:
    """Return what a command writes; fail where it does."""
    async with shell(command, folder, **env) as process, asyncio.timeout(120):
        text = (await process.communicate())[0].decode()
    assert process.returncode == 0, text
    return text


def test_no_command_is_left_out() -> None:
    """A command that is added to a page needs a test here."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    assert set().union(*map(commands, pages)) == RUN_BY_A_TEST | THIS_VERY_RUN


async def test_make_demo() -> None:
    """From two example frames to a video that starts and ends with them, and a contact sheet, at the paths it names."""
    lines = (await output("make demo", ROOT)).splitlines()
    assert lines[-2:] == ["Video          demo/tween.mp4", "Contact sheet  demo/tween.sheet.png"]
    assert any(line.startswith("Rendering: Step") for line in lines)
    first, last = end_frames(ROOT / "demo" / "tween.mp4")
    assert min(psnr(first, START), psnr(last, END)) >= 30


async def test_make_with_nothing_set(clone: Path) -> None:
    """The embedded engine renders."""
    assert "tide.mp4" in await output(MAKE, clone)
    assert (clone / "tide.mp4").stat().st_size > 10_000


async def test_make_with_a_key(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same command renders at fal."""
    async with FalTwin(key="your-key", seconds=0.1) as fal:
        fal.video = small_video(tmp_path_factory.mktemp("made") / "made.mp4")
        await output(f"export TWEENBOT_FAL_URL={fal.url}\n{AT_FAL}\n{MAKE}", clone)
        assert [job.arguments["resolution"] for job in fal.jobs] == ["480p"]
    assert (clone / "tide.mp4").read_bytes() == fal.video


async def test_the_doctor_with_nothing_set(clone: Path) -> None:
    """Nothing is amiss: what is not set is only told."""
    told = await output(DOCTOR, clone)
    assert "not set  Discord" in told
    assert "mend " not in told


async def test_the_log_of_what_was_decided(clone: Path) -> None:
    """A sheet with a head, and a row for what was just decided."""
    await output(".venv/bin/tweenbot budget set 5 --server guild", clone)
    await output(AUDIT, clone)
    with (clone / "decided.csv").open(newline="") as file:
        head, row = csv.reader(file)
    assert (head[4], row[4]) == ("what", "budget_set")


async def test_a_bot_in_a_discord_server(clone: Path) -> None:
    """The doctor checks the token and prints the link; the bot that is started is online with its commands."""
    async with DiscordTwin() as discord, FalTwin(key="your-key") as fal:
        moved = {name: value for name, value in discord.env.items() if name != "DISCORD_TOKEN"}
        env = {**moved, "TWEENBOT_FAL_URL": fal.url, "FAL_KEY": "your-key", "TWEENBOT_DATA_DIR": str(clone / "data")}
        token = ON_DISCORD.replace("your-token", discord.token)
        told = await output(f"{token}\n{DOCTOR}", clone, **env)
        assert f"https://discord.com/oauth2/authorize?client_id={discord.bot.id}&scope=bot" in told
        discord.guild("Studio")
        async with shell(f"{token}\n{RUN}", ROOT, **env, TWEENBOT_HTTP_PORT="0"):
            await discord.until_online()
            names = {command["name"] for command in discord.commands}
    assert names == {"tween", "tween-form", "Tween these images", "jobs", "usage", "tween-admin"}


async def test_a_slack_app(clone: Path) -> None:
    """The manifest makes the app, the doctor knows both tokens, and the bot that is started is connected."""
    await output(MANIFEST, clone)
    app = App.from_manifest(json.loads((clone / "slack.json").read_text("utf-8")))
    async with SlackTwin(app) as slack, FalTwin(key="your-key") as fal:
        slack.workspace("Acme")
        given = slack.env("socket")
        tokens = ON_SLACK.replace("your-app-token", given.pop("SLACK_APP_TOKEN"))
        tokens = tokens.replace("your-bot-token", given.pop("SLACK_BOT_TOKEN"))
        env = {**given, "TWEENBOT_FAL_URL": fal.url, "FAL_KEY": "your-key", "TWEENBOT_DATA_DIR": str(clone / "data")}
        told = await output(f"{tokens}\n{DOCTOR}", clone, **env)
        assert "Acme" in told
        assert "mend " not in told
        async with shell(f"{tokens}\n{RUN}", ROOT, **env, TWEENBOT_HTTP_PORT="0"):
            await slack.until(lambda: slack.sockets.open)
    await output(MANIFEST_OVER_HTTP, clone)
    assert "https://bot.example.org/slack/events" in (clone / "slack.json").read_text("utf-8")


async def test_the_engine_alone_and_a_job_for_it(clone: Path) -> None:
    """One engine, and a ``make`` that is pointed at it."""
    async with shell(ENGINE, clone) as engine:
        assert engine.stdout is not None
        async with asyncio.timeout(60):
            while b"engine ready on http://127.0.0.1:8765" not in (line := await engine.stdout.readline()):
                assert line, "the engine ended: is port 8765 taken?"
        await output(MAKE_AT_ENGINE, clone)
        engine.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            await engine.communicate()
        assert engine.returncode == 0
    assert (clone / "dusk.mp4").stat().st_size > 10_000


async def test_a_running_bot_and_a_job_over_http(clone: Path) -> None:
    """``make run`` with nothing set, and the four lines that make a video with it."""
    async with shell(RUN, ROOT, TWEENBOT_DATA_DIR=str(clone / "data")) as bot:
        assert bot.stdout is not None
        async with asyncio.timeout(60):
            while b"tweenbot ready on http://127.0.0.1:8080" not in (line := await bot.stdout.readline()):
                assert line, "the bot ended: is port 8080 taken?"
        told = await output("\n".join(OVER_HTTP), clone)
    assert '"state": "delivered"' in told
    assert (clone / "dusk.mp4").stat().st_size > 10_000
