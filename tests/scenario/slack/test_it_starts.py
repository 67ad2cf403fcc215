"""How the bot begins where Slack does not let it in, is away, or is not set up to the end."""

import time

import pytest

from tests.scenario.at_fal import at
from tests.scenario.bot import free_port, running
from tests.scenario.slack.office import KEY, Mode, Office
from tests.scenario.tweenbot import Ended, ended, started
from tests.twins.slack import SlackTwin

HERE = {"TWEENBOT_HTTP_PORT": "0"}
WRONG = "xoxb-not-a-token-0123456789"
PUBLIC = {"TWEENBOT_PUBLIC_URL": "https://bot.example.org"}
BOT, APP, SIGNING = {"SLACK_BOT_TOKEN": WRONG}, {"SLACK_APP_TOKEN": WRONG}, {"SLACK_SIGNING_SECRET": WRONG}
ID, SECRET, SEALED = {"SLACK_CLIENT_ID": "1.2"}, {"SLACK_CLIENT_SECRET": WRONG}, {"TWEENBOT_SECRET_KEY": KEY}


async def refused(office: Office, env: dict[str, str], *arguments: str) -> Ended:
    """Start the bot, which must end soon, with one line and without a secret."""
    began = time.monotonic()
    run = await ended(office.folder, "run", *arguments, env=at(office.fal) | HERE | env)
    assert run.status == 1, run
    assert time.monotonic() - began < 30
    assert "Traceback" not in run.err
    assert not {WRONG, KEY} & set(run.err.split())
    assert len(run.err.strip().splitlines()) == 1, run.err
    return run


@pytest.mark.parametrize("setting", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_a_wrong_token(setting: str, office: Office) -> None:
    """One line names the setting, without its value; the process ends."""
    run = await refused(office, office.env() | {setting: WRONG})
    office.slack.forgive()
    assert f"Check {setting}" in run.err
    assert WRONG not in run.err


@pytest.mark.parametrize(
    ("env", "said"),
    [
        (BOT, "SLACK_BOT_TOKEN does not work alone. Set SLACK_APP_TOKEN or SLACK_SIGNING_SECRET too"),
        (APP, "SLACK_APP_TOKEN does not work alone. Set SLACK_BOT_TOKEN too"),
        (SIGNING, "Set SLACK_BOT_TOKEN or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET too"),
        (SIGNING | ID | PUBLIC | SEALED, "SLACK_CLIENT_ID does not work alone. Set SLACK_CLIENT_SECRET too"),
        (SIGNING | SECRET | PUBLIC | SEALED, "SLACK_CLIENT_SECRET does not work alone. Set SLACK_CLIENT_ID too"),
        (ID | SECRET | PUBLIC | SEALED, "Set SLACK_SIGNING_SECRET too"),
        (SIGNING | ID | SECRET | SEALED, "Set TWEENBOT_PUBLIC_URL too"),
        (SIGNING | ID | SECRET | PUBLIC, "Set TWEENBOT_SECRET_KEY too"),
        (SIGNING | ID | SECRET, "Set TWEENBOT_PUBLIC_URL and TWEENBOT_SECRET_KEY too"),
        (BOT | SIGNING | ID | SECRET | PUBLIC | SEALED, "SLACK_CLIENT_ID and SLACK_BOT_TOKEN do not go together"),
        (APP | SIGNING | ID | SECRET | PUBLIC | SEALED, "SLACK_CLIENT_ID and SLACK_APP_TOKEN do not go together"),
        ({"TWEENBOT_SECRET_KEY": "too short"}, "TWEENBOT_SECRET_KEY: "),
    ],
)
async def test_settings_that_cannot_work(env: dict[str, str], said: str, office: Office) -> None:
    """What is lacking is named at once, and Slack is not asked."""
    run = await refused(office, env | {"TWEENBOT_SLACK_API_URL": f"{office.slack.url}/api/"})
    assert said in run.err
    assert office.slack.seen == []


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_slack_is_away(mode: Mode, office: Office) -> None:
    """It is waited for, and then all goes its way."""
    port = free_port()
    away = {"TWEENBOT_SLACK_API_URL": f"http://127.0.0.1:{port}/api/"}
    slack = SlackTwin(office.slack.app)
    slack.workspace("Acme")
    env = at(office.fal) | slack.env(mode) | HERE | away
    async with started(office.folder, "run", env=env) as bot:
        await bot.error("slack_away")
        await slack.start(port)
        await bot.until("tweenbot ready on ")
        bot.interrupt()
        await bot.end()
    await slack.close()
    assert slack.violations == []


async def test_without_a_token_there_is_no_slack(office: Office) -> None:
    """The local channel is there all the same, and Slack hears nothing of it."""
    async with running(office.folder, at(office.fal) | PUBLIC | SEALED) as bot:
        assert (await bot.health())["status"] == "ok"
    assert office.slack.seen == []


async def test_a_worker_needs_the_token_alone(office: Office, postgres: str) -> None:
    """The gateway takes the command and posts the card; the worker edits it, and uploads the video."""
    shared = {"TWEENBOT_DATABASE_URL": postgres}
    env = {name: value for name, value in office.env().items() if name != "SLACK_APP_TOKEN"}
    worker = env | shared | {"TWEENBOT_DATA_DIR": str(office.folder / "worker")}
    gateway = shared | {"TWEENBOT_DATA_DIR": str(office.folder / "gateway")}
    async with (
        running(office.folder, worker, "--role", "worker"),
        office.bot(gateway, "--role", "gateway"),
    ):
        card = await office.tween(resolution="480p")
        video = await office.finished()
        await office.until(card, "Done")
    assert video.thread_ts == card.ts
    assert [message for message in office.videos.by_bot if message.buttons] == [card]
