"""``tweenbot doctor`` finds what is wrong with what is set, says the mend, and leaves everything as it was."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.scenario.at_fal import at
from tests.scenario.bot import free_port, running
from tests.scenario.tweenbot import Ended, ended
from tests.twins import discord_contract
from tests.twins.discord import DiscordTwin
from tests.twins.fal import FalTwin

NEEDED = (1 << 10) | (1 << 11) | (1 << 14) | (1 << 15) | (1 << 16) | (1 << 38)
"""View, send, embed links, attach files, read the history, send in threads (Discord's documentation, "Permissions")."""
SECRET = "s3kret"  # it is looked for


@pytest.fixture
async def discord() -> AsyncIterator[DiscordTwin]:
    """A Discord that holds every request against the official document, where that is at hand."""
    async with DiscordTwin() as twin:
        if discord_contract.is_available():
            twin.contract = discord_contract.problems
        yield twin


@pytest.fixture
def env(discord: DiscordTwin, fal: FalTwin) -> dict[str, str]:
    """Everything set but a public URL."""
    return {**at(fal), **discord.env}


async def examined(folder: Path, env: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """Return the exit status, and each check by its name, as a script reads them."""
    run = await ended(folder, "doctor", "--json", env=dict(env))
    told = json.loads(run.out)
    assert run.err == ""
    assert SECRET not in run.out
    assert told["ok"] is (run.status == 0)
    return run.status, {each["name"]: each for each in told["checks"]}


async def plain(folder: Path, env: Mapping[str, str]) -> Ended:
    """Return how it ended, as a person reads it in a pipe."""
    run = await ended(folder, "doctor", env=dict(env))
    assert run.err == ""
    return run


def marks(checks: Mapping[str, Any]) -> dict[str, str]:
    """Return the checks' marks by their names."""
    return {name: each["mark"] for name, each in checks.items()}


def assert_only_looked(discord: DiscordTwin) -> None:
    """Nothing was written at Discord, and no gateway opened."""
    assert {seen.method for seen in discord.seen} == {"GET"}
    assert (discord.syncs, discord.identifies) == (0, 0)


async def test_nothing_set(tmp_path: Path) -> None:
    """The embedded engine is started once, and what is not set is no fault."""
    run = await plain(tmp_path, {})
    assert run.status == 0, run.out
    lines = run.out.splitlines()
    assert [line[:9].strip() for line in lines] == ["ok", "ok", "not set", "ok", "not set", "not set", "not set"]
    assert "Embedded engine" in lines[3]
    assert "\x1b" not in run.out
    assert {path.name for path in (tmp_path / ".tweenbot").iterdir()} == {"tweenbot.sqlite"}


async def test_all_is_well(discord: DiscordTwin, fal: FalTwin, env: dict[str, str], tmp_path: Path) -> None:
    """Each thing that is set has its line; nothing is billed, nothing uploaded, nothing written at Discord."""
    discord.guild("Studio")
    status, checks = await examined(tmp_path, env)
    assert status == 0, checks
    assert set(marks(checks).values()) == {"ok", "not set"}
    assert [name for name, mark in marks(checks).items() if mark == "not set"] == ["Public URL", "Slack"]
    assert checks["fal key"]["said"] == f"FAL_KEY, accepted by {fal.url}"
    assert str(discord.bot.id) in checks["Discord token"]["said"]
    assert checks["Discord servers"]["said"] == "in 1"
    assert "/tween" in checks["Discord commands"]["said"]
    assert [seen.kind for seen in fal.seen] == ["token"]
    assert (fal.jobs, fal.uploads) == ([], {})
    assert_only_looked(discord)


async def test_the_links(discord: DiscordTwin, env: dict[str, str], tmp_path: Path) -> None:
    """Both are whole on a line of their own: the bot asks for six permissions, and on an account for none."""
    run = await plain(tmp_path, env)
    links = [line.rpartition(" ")[2] for line in run.out.splitlines() if "oauth2/authorize" in line]
    base = f"https://discord.com/oauth2/authorize?client_id={discord.bot.id}"
    assert links == [
        f"{base}&scope=bot+applications.commands&permissions={NEEDED}",
        f"{base}&scope=applications.commands&integration_type=1",
    ]
    assert "look     Discord servers    in none yet" in run.out


async def test_a_wrong_token(discord: DiscordTwin, env: dict[str, str], tmp_path: Path) -> None:
    """The mend says where the right one is; the token itself is not repeated, and nothing more is asked with it."""
    for token in (f"{SECRET}.of.another", "“quoted”", "two words"):
        status, checks = await examined(tmp_path, {**env, "DISCORD_TOKEN": token})
        assert status == 1
        assert checks["Discord token"]["mark"] == "mend"
        assert "Reset Token" in checks["Discord token"]["mend"]
        assert [name for name in checks if "Discord" in name] == ["Discord token"]
    assert {seen.kind for seen in discord.seen} == {"me"}
    discord.forgive()


async def test_an_application_that_sends_commands_elsewhere(
    discord: DiscordTwin, env: dict[str, str], tmp_path: Path
) -> None:
    """With an interactions endpoint URL a bot is online and never hears a command."""
    discord.application["interactions_endpoint_url"] = "https://elsewhere.example.org/interactions"
    status, checks = await examined(tmp_path, env)
    assert status == 1
    assert checks["Discord gateway"]["mark"] == "mend"
    assert f"/applications/{discord.bot.id}/information" in checks["Discord gateway"]["mend"]
    assert_only_looked(discord)


@pytest.mark.parametrize(
    ("changed", "mark", "mend"),
    [
        ({"integration_types_config": {"0": {}}}, "look", "User Install"),
        ({"integration_types_config": {}}, "look", "User Install"),
        ({"integration_types_config": {"1": {}}}, "mend", "Guild Install"),
        ({"bot_require_code_grant": True}, "mend", "Requires OAuth2 Code Grant"),
    ],
)
async def test_an_application_that_cannot_be_installed(
    changed: dict[str, Any], mark: str, mend: str, discord: DiscordTwin, env: dict[str, str], tmp_path: Path
) -> None:
    """What keeps it out of servers is to be mended; what keeps it from accounts is only told."""
    discord.application.update(changed)
    status, checks = await examined(tmp_path, env)
    assert (checks["Discord installs"]["mark"], status) == (mark, 1 if mark == "mend" else 0)
    assert mend in checks["Discord installs"]["mend"]


async def test_a_bot_that_was_started_too_often(discord: DiscordTwin, env: dict[str, str], tmp_path: Path) -> None:
    """Discord takes a thousand starts a day, and resets the token of a bot that wants more."""
    discord.leave_starts(0)
    status, checks = await examined(tmp_path, env)
    assert (status, checks["Discord sessions"]["mark"]) == (1, "mend")


async def test_commands_are_in_sync_once_a_bot_has_run(
    discord: DiscordTwin, fal: FalTwin, env: dict[str, str], tmp_path: Path
) -> None:
    """Before its first start they will be added, beside and after it they are as they should be."""
    _, before = await examined(tmp_path, env)
    assert before["Discord commands"]["said"].startswith("the next start adds ")
    async with running(tmp_path, env):
        await discord.until_online()
        status, beside = await examined(tmp_path, env)
    assert status == 0
    assert beside["Discord commands"]["said"] == "as this version has them"
    assert discord.syncs == 1
    _, elsewhere = await examined(tmp_path, {**env, "TWEENBOT_DATA_DIR": "other"})
    assert elsewhere["Discord commands"]["said"] == "the next start renews them"


async def test_a_wrong_fal_key(fal: FalTwin, tmp_path: Path) -> None:
    """It is named by its setting, and its text is not repeated."""
    status, checks = await examined(tmp_path, at(fal, key=f"{SECRET}:{SECRET}"))
    assert (status, checks["fal key"]["mark"]) == (1, "mend")
    assert "FAL_KEY" in checks["fal key"]["said"]
    assert "fal.ai/dashboard/keys" in checks["fal key"]["mend"]
    assert fal.jobs == []
    fal.violations.clear()


async def test_half_a_fal_key(tmp_path: Path) -> None:
    """A bot would render on the engine, and its operator would wonder why."""
    status, checks = await examined(tmp_path, {"FAL_KEY_ID": SECRET})
    assert (status, checks["fal key"]["mark"]) == (1, "mend")


async def test_services_that_are_away(tmp_path: Path) -> None:
    """Each is named with the setting that moves it; the other checks go on."""
    port = free_port()
    env = {
        "FAL_KEY": SECRET,
        "TWEENBOT_FAL_URL": f"http://127.0.0.1:{port}",
        "DISCORD_TOKEN": SECRET,
        "TWEENBOT_DISCORD_API_URL": f"http://127.0.0.1:{port}/api/v10",
        "TWEENBOT_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    status, checks = await examined(tmp_path, env)
    assert status == 1
    assert marks(checks) == {
        "Data folder": "ok",
        "Job store": "ok",
        "fal key": "mend",
        "Public URL": "look",
        "Links to videos": "ok",
        "Discord token": "mend",
        "Slack": "not set",
    }
    assert "TWEENBOT_FAL_URL" in checks["fal key"]["mend"]
    assert "TWEENBOT_DISCORD_API_URL" in checks["Discord token"]["mend"]


async def test_a_database_that_is_away(discord: DiscordTwin, fal: FalTwin, env: dict[str, str], tmp_path: Path) -> None:
    """It is told within seconds, without the password, and what needs no database is looked at all the same."""
    database = f"postgresql://u:{SECRET}@127.0.0.1:{free_port()}/test"
    run = await ended(tmp_path, "doctor", "--json", env={**env, "TWEENBOT_DATABASE_URL": database})
    checks = {each["name"]: each for each in json.loads(run.out)["checks"]}
    assert run.status == 1
    assert SECRET not in run.out + run.err
    assert checks["Job store"]["mark"] == "mend"
    assert "TWEENBOT_DATABASE_URL" in checks["Job store"]["mend"]
    assert checks["Discord commands"]["mark"] == "ok"


async def test_a_data_folder_that_cannot_be(tmp_path: Path) -> None:
    """The setting is named."""
    (tmp_path / "file").write_text("")
    status, checks = await examined(tmp_path, {"TWEENBOT_DATA_DIR": "file"})
    assert status == 1
    assert "TWEENBOT_DATA_DIR" in checks["Data folder"]["mend"]
    assert checks["Job store"]["mark"] == "mend"


async def test_the_public_url(tmp_path: Path) -> None:
    """A bot that runs is known by its ``/healthz``; anything else that answers there is not one."""
    async with running(tmp_path, {}) as bot:
        status, checks = await examined(tmp_path, {"TWEENBOT_PUBLIC_URL": bot.url})
        assert (status, checks["Public URL"]["mark"]) == (0, "ok")
    async with FalTwin() as other:
        status, checks = await examined(tmp_path, {"TWEENBOT_PUBLIC_URL": other.url})
        assert (status, checks["Public URL"]["mark"]) == (0, "look")
        assert "HTTP 404" in checks["Public URL"]["said"]
        other.violations.clear()


async def test_a_setting_that_is_wrong(tmp_path: Path) -> None:
    """Nothing is looked at with settings that cannot be read."""
    run = await ended(tmp_path, "doctor", env={"TWEENBOT_HTTP_PORT": "eighty"})
    assert run.status == 1
    assert run.err.startswith("TWEENBOT_HTTP_PORT: ")
