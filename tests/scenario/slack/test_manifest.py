"""The app's manifest and the bot are one: what is in the one is in the other, and Slack would take it."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_sdk.web.async_client import AsyncWebClient

import adapters.slack
from adapters.slack.commands import COMMAND, EVENTS, SHORTCUT
from adapters.slack.leave import LEAVINGS
from adapters.slack.manifest import CALLS, manifest
from bot.wording import slack as words
from tests.scenario.slack.office import Office
from tests.scenario.slack.registered import listeners
from tests.scenario.tweenbot import ended
from tests.twins.slack import App
from tests.twins.slack_web_api import METHODS

SCHEMA = Path(__file__).parents[4] / "shared" / "specs" / "slack_manifest.schema.2.0.0.json"
URL = "https://bot.example.org"
ROOM = Path(adapters.slack.__file__).parent


async def printed(folder: Path, *arguments: str, **env: str) -> dict[str, Any]:
    """Return what ``tweenbot manifest slack`` prints."""
    run = await ended(folder, "manifest", "slack", *arguments, env=env)
    assert (run.status, run.err) == (0, "")
    found: dict[str, Any] = json.loads(run.out)
    return found


@pytest.mark.skipif(
    not SCHEMA.exists(), reason="no ../shared/specs/slack_manifest.schema.2.0.0.json beside this checkout"
)
@pytest.mark.parametrize("arguments", [(), ("--url", URL)])
async def test_it_fits_slacks_schema(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """For both ways of connecting."""
    made = await printed(tmp_path, *arguments)
    schema = json.loads(SCHEMA.read_text())
    assert list(jsonschema.validators.validator_for(schema)(schema).iter_errors(made)) == []


async def test_two_ways_of_connecting(tmp_path: Path) -> None:
    """Socket Mode has no address; HTTP has it everywhere, from the settings, or from a flag that overrules them."""
    sockets = await printed(tmp_path)
    assert URL not in json.dumps(sockets)
    assert sockets["settings"]["socket_mode_enabled"] is True
    over_http = await printed(tmp_path, "--url", URL)
    assert over_http["settings"]["socket_mode_enabled"] is False
    events = f"{URL}/slack/events"
    assert [
        over_http["features"]["slash_commands"][0]["url"],
        over_http["settings"]["event_subscriptions"]["request_url"],
        over_http["settings"]["interactivity"]["request_url"],
        over_http["oauth_config"]["redirect_urls"],
    ] == [events, events, events, [f"{URL}/slack/oauth_redirect"]]
    set_up = {"TWEENBOT_PUBLIC_URL": f"{URL}/"}
    assert await printed(tmp_path, **set_up) == over_http
    assert await printed(tmp_path, "--socket", **set_up) == sockets
    other = await printed(tmp_path, "--url", "https://other.example.org", **set_up)
    assert "other.example.org" in json.dumps(other)
    assert URL not in json.dumps(other)
    for wrong in (
        "bot.example.org",
        "ftp://bot.example.org",
        f"{URL}/path",
        "https://u:p@bot.example.org",
        "https://[",
    ):
        assert (await ended(tmp_path, "manifest", "slack", "--url", wrong)).status == 2


def test_every_listener_is_in_the_manifest_and_the_other_way_round() -> None:
    """Commands, shortcuts and events, as bolt has them registered; besides, only what takes whatever is left."""
    made = manifest()
    features, settings = made["features"], made["settings"]
    found = listeners()
    assert found["command"] == {one["command"] for one in features["slash_commands"]} == {COMMAND}
    assert found["message_shortcut"] == {one["callback_id"] for one in features["shortcuts"]} == {SHORTCUT}
    told = {name.partition(".")[0] for name in settings["event_subscriptions"]["bot_events"]}
    assert found["event"] - {".*"} == told == {name.partition(".")[0] for name in (*EVENTS, *LEAVINGS)}
    assert settings["interactivity"]["is_enabled"] is bool(found["action"] and found["view_submission"])
    assert features["app_home"]["home_tab_enabled"] is ("app_home_opened" in told)
    assert features["app_home"]["messages_tab_read_only_enabled"] is ("message" not in told)


def test_every_call_has_its_scopes() -> None:
    """Each method that the source calls is listed, with scopes that Slack asks of it; none is listed for show."""
    assert called_in(ROOM) == set(CALLS)
    for method, scopes in CALLS.items():
        needed = set(METHODS[method].scopes)
        assert set(scopes) <= needed
        assert bool(scopes) is bool(needed)


def called_in(room: Path) -> set[str]:
    """Return the Web API's methods that a room calls with a bot's token."""
    api = {name for name in vars(AsyncWebClient) if re.fullmatch(r"[a-z]+_\w+", name)}
    theirs = {"apps_connections_open", "oauth_v2_access", "api_call"}
    used = {
        node.attr
        for file in room.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
    }
    return {name.replace("_", ".", 1) for name in used & api - theirs}


async def test_a_manifest_drives_the_bot(office: Office) -> None:
    """An app that is made from what the command prints has every scope, event and button that a video takes."""
    made = await printed(office.folder)
    assert office.slack.app == App.from_manifest(made)
    async with office.bot():
        card = await office.tween(resolution="480p")
        await office.finished()
        await office.until(card, "Done")
        await office.ann.open_home()
        asked = await office.ann.say_in_dm("dusk falls", [office.start, office.end])
        await office.slack.until(lambda: asked.replies)
        await (await office.ann.shortcut(asked, words.SHORTCUT)).modal()
    called = {seen.method for seen in office.slack.seen if "." in seen.method} - {"apps.connections.open"}
    assert called <= set(CALLS)
