"""Installing the app at the twin, with bolt's own OAuth flow: many workspaces, an organization, and the end of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncSay
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from tests.contract.slack.conftest import buttons
from tests.twins.slack import SlackTwin
from tests.twins.slack_errors import NotOffered

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
"""slack_sdk 3.48 sends the client's secret with it; aiohttp 3.14 warns."""
SCOPES = ["app_mentions:read", "chat:write", "commands"]


@pytest.fixture
async def slack() -> AsyncIterator[SlackTwin]:
    async with SlackTwin() as twin:
        yield twin


def _app(slack: SlackTwin, room: Path, scopes: list[str]) -> AsyncApp:
    env = slack.env("oauth")
    settings = AsyncOAuthSettings(
        client_id=env["SLACK_CLIENT_ID"],
        client_secret=env["SLACK_CLIENT_SECRET"],
        scopes=scopes,
        authorization_url=f"{slack.url}/oauth/v2/authorize",
        installation_store=FileInstallationStore(base_dir=str(room / "installed")),
        state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=str(room / "states")),
    )
    client = AsyncWebClient(base_url=env["TWEENBOT_SLACK_API_URL"])
    return AsyncApp(client=client, signing_secret=env["SLACK_SIGNING_SECRET"], oauth_settings=settings)


@asynccontextmanager
async def _serving(slack: SlackTwin, app: AsyncApp) -> AsyncIterator[str]:
    """Have an app listen; its install link."""
    runner = web.AppRunner(app.web_app(path="/slack/events"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    slack.request_url = f"{base}/slack/events"
    try:
        yield f"{base}/slack/install"
    finally:
        await runner.cleanup()


def _answers_mentions(app: AsyncApp) -> None:
    @app.event("app_mention")
    async def mentioned(say: AsyncSay) -> None:
        await say("here")

    @app.command("/tween")
    async def typed(ack: AsyncAck) -> None:
        await ack(blocks=[buttons("Cancel")])

    @app.action("cancel")
    async def cancelled(ack: AsyncAck) -> None:
        await ack()

    async def nothing() -> None:
        """Bolt acknowledges an event that has a listener."""

    for name in ("app_uninstalled", "tokens_revoked"):
        app.event(name)(nothing)


async def test_each_workspace_has_a_token_of_its_own(slack: SlackTwin, tmp_path: Path) -> None:
    """Two installations by the page; the app answers in each with its own token, and not where it is not."""
    one, two, none = (slack.workspace(name, installed=False) for name in ("One", "Two", "None"))
    app = _app(slack, tmp_path, SCOPES)
    _answers_mentions(app)
    channels = [place.channel("videos") for place in (one, two)]
    async with _serving(slack, app) as link:
        for place in (one, two):
            page = await place.user("ann").install(link)
            assert (page.status, "Thank you" in page.text) == (200, True)
        for place, channel in zip((one, two), channels, strict=True):
            await place.users[0].mention(channel, "hello")
        await slack.until(lambda: all(len(channel.by_bot) == 1 for channel in channels))
    tokens = {seen.token for seen in slack.calls("chat.postMessage")}
    assert tokens == {place.installation.token for place in (one, two) if place.installation}
    assert (len(tokens), none.installation) == (2, None)


async def test_an_organization_installs_once_for_all_its_workspaces(slack: SlackTwin, tmp_path: Path) -> None:
    """No team in the answer, the organization instead, and events that say ``is_enterprise_install``."""
    one = slack.workspace("One", "Org", installed=False)
    two = slack.workspace("Two", one.enterprise, installed=False)
    app = _app(slack, tmp_path, SCOPES)
    _answers_mentions(app)
    channel, ann = two.channel("videos"), two.user("ann")
    with pytest.raises(NotOffered):
        await ann.install("http://127.0.0.1/", everywhere=True)
    async with _serving(slack, app) as link:
        await one.user("boss", admin=True).install(link, everywhere=True)
        await ann.mention(channel, "hello")
        await slack.until(lambda: channel.by_bot)
        assert (await ann.slash(channel, "/tween")).failed is None
        assert channel.last is not None
        pressed = await ann.click(channel.last, "Cancel")
        assert (pressed.failed, pressed.payload["team"], pressed.payload["user"]["team_id"]) == (None, None, two.id)
    authorized = slack.deliveries.all[0].payload["authorizations"][0]
    assert (authorized["is_enterprise_install"], authorized["team_id"]) == (True, None)
    assert (len(slack.installations), one.bot_user_id) == (1, two.bot_user_id)


async def test_a_person_may_say_no_and_a_code_is_for_once(slack: SlackTwin, tmp_path: Path) -> None:
    """access_denied; a used code, a wrong secret, another redirect_uri."""
    one, app = slack.workspace("One", installed=False), _app(slack, tmp_path, SCOPES)
    ann = one.user("ann")
    async with _serving(slack, app) as link:
        page = await ann.install(link, allows=False)
        assert ("access_denied" in page.text, one.installation) == (True, None)
        await ann.install(link)
    env = slack.env("oauth")
    client = AsyncWebClient(base_url=env["TWEENBOT_SLACK_API_URL"])
    known: dict[str, Any] = {"client_id": env["SLACK_CLIENT_ID"], "client_secret": env["SLACK_CLIENT_SECRET"]}
    code = next(iter(slack.codes))
    for changed, refusal in (
        ({"code": code}, "code_already_used"),
        ({"code": "x"}, "invalid_code"),
        ({"code": code, "client_secret": "x"}, "bad_client_secret"),
    ):
        with pytest.raises(SlackApiError, match=refusal):
            await client.oauth_v2_access(**(known | changed))
    slack.codes[code].used = False
    with pytest.raises(SlackApiError, match="bad_redirect_uri"):
        await client.oauth_v2_access(**known, code=code, redirect_uri="http://127.0.0.1/else")
    assert len(slack.forgive()) == 2


async def test_asking_for_a_scope_that_the_manifest_lacks_is_a_violation(slack: SlackTwin, tmp_path: Path) -> None:
    """Slack's page says so, and nobody gets further."""
    app = _app(slack, tmp_path, [*SCOPES, "admin"])
    async with _serving(slack, app) as link:
        page = await slack.workspace("One", installed=False).user("ann").install(link)
    assert (page.status, len(slack.forgive())) == (400, 1)


async def test_a_removed_app_is_told_and_its_token_is_dead(slack: SlackTwin, tmp_path: Path) -> None:
    """account_inactive after app_uninstalled, token_revoked after tokens_revoked; a second install works again."""
    one, app = slack.workspace("One", installed=False), _app(slack, tmp_path, SCOPES)
    _answers_mentions(app)
    ann = one.user("ann")
    async with _serving(slack, app) as link:
        await ann.install(link)
        assert one.installation is not None
        client = AsyncWebClient(token=one.installation.token, base_url=f"{slack.url}/api/")
        await client.auth_test()
        slack.expects_no_ack = True
        await one.uninstall()
        with pytest.raises(SlackApiError, match="account_inactive"):
            await client.auth_test()
        assert [sent.what for sent in slack.deliveries.all] == ["app_uninstalled", "tokens_revoked"]
        await ann.install(link)
        await one.revoke()
        with pytest.raises(SlackApiError, match="token_revoked"):
            await client.auth_test(token=slack.installations[-1].token)
