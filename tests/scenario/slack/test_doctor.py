"""``tweenbot doctor`` looks at Slack: what is set is tried, and what is wrong is named with its mend."""

import json
from dataclasses import replace
from typing import Any

from tests.scenario.slack.office import Mode, Office
from tests.scenario.tweenbot import ended


async def examined(office: Office, mode: Mode = "socket", **env: str) -> tuple[int, dict[str, Any]]:
    """Return the exit status, and each check of Slack by its name."""
    whole = {**office.env(mode), **env}
    run = await ended(office.folder, "doctor", "--json", env=whole)
    assert run.err == ""
    secrets = [value for name, value in whole.items() if name.startswith("SLACK_") and value and "ID" not in name]
    assert [secret for secret in secrets if secret in run.out] == []
    told = {each["name"]: each for each in json.loads(run.out)["checks"]}
    return run.status, {name: each for name, each in told.items() if name.startswith("Slack")}


async def test_all_is_well(office: Office) -> None:
    """Both tokens are known, the scopes are all there, and no socket is opened."""
    status, checks = await examined(office)
    assert (status, {name: each["mark"] for name, each in checks.items()}) == (
        0,
        {"Slack bot token": "ok", "Slack scopes": "ok", "Slack app token": "ok"},
    )
    assert "Acme" in checks["Slack bot token"]["said"]
    assert office.slack.sockets.ever == 0


async def test_a_wrong_token_is_named_with_the_place_of_the_right_one(office: Office) -> None:
    """The bot's and the app's are easily taken for each other."""
    status, checks = await examined(office, SLACK_BOT_TOKEN="nobody's")
    assert status == 1
    assert checks["Slack bot token"]["said"] == "refused by Slack (invalid_auth)"
    assert "OAuth & Permissions" in checks["Slack bot token"]["mend"]
    status, checks = await examined(office, SLACK_APP_TOKEN="nobody's")
    assert status == 1
    assert "connections:write" in checks["Slack app token"]["mend"]
    assert len(office.slack.forgive()) == 2


async def test_a_scope_that_is_missing_is_named(office: Office) -> None:
    """An app that was made before a version needed one more."""
    installed = office.slack.installations[0]
    office.slack.installations[0] = replace(installed, scopes=installed.scopes - {"files:write", "channels:join"})
    status, checks = await examined(office)
    assert status == 1
    assert checks["Slack scopes"]["said"] == "lacks channels:join, files:write"
    assert "tweenbot manifest slack" in checks["Slack scopes"]["mend"]


async def test_settings_that_do_not_fit_together(office: Office) -> None:
    """Said before anything is tried."""
    status, checks = await examined(office, SLACK_APP_TOKEN="")
    assert status == 1
    assert "SLACK_APP_TOKEN" in checks["Slack"]["mend"]


async def test_over_http_it_says_where_slacks_requests_must_go(office: Office) -> None:
    """And, for many workspaces, where they install the bot."""
    status, checks = await examined(office, "http", TWEENBOT_PUBLIC_URL="http://127.0.0.1:9")
    assert "http://127.0.0.1:9/slack/events" in checks["Slack HTTP"]["said"]
    status, checks = await examined(office, "oauth", TWEENBOT_PUBLIC_URL="http://127.0.0.1:9")
    assert "http://127.0.0.1:9/slack/install" in checks["Slack HTTP"]["said"]
    assert status in (0, 1)  # nobody answers at that address, which is another check's to say


async def test_without_slack_it_is_not_set(office: Office) -> None:
    """Which is nothing to mend."""
    run = await ended(office.folder, "doctor", "--json")
    checks = {each["name"]: each["mark"] for each in json.loads(run.out)["checks"]}
    assert checks["Slack"] == "not set"
