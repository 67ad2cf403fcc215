"""Events at the twin, with the real bolt: mentions, DMs, shortcuts, and what is not acknowledged."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError

from tests.contract.slack.conftest import PNG, Office, section
from tests.twins.slack import App, File, SlackTwin
from tests.twins.slack_delivery import Delivery
from tests.twins.slack_errors import NotOffered

PICTURES = [File("a.png", PNG), File("b.png", PNG)]


def _listening(app: AsyncApp, *names: str) -> list[dict[str, Any]]:
    """Have an app keep every event of these types."""
    got: list[dict[str, Any]] = []

    async def keep(body: dict[str, Any]) -> None:
        got.append(body)

    for name in names:
        app.event(name)(keep)
    return got


async def test_a_mention_brings_its_files_and_a_dm_needs_no_name(office: Office) -> None:
    """app_mention in a channel, message.im in the DM; the app's own messages come back in the DM, too."""
    app = AsyncApp(client=office.client(), ignoring_self_events_enabled=False)
    got = _listening(app, "app_mention", "message")
    async with office.running(app):
        asked = await office.ann.mention(office.videos, "a door opens", PICTURES)
        await office.slack.until(lambda: got)
        await office.ann.say_in_dm("hello", PICTURES[:1])
        await office.client().chat_postMessage(channel=office.ann.dm.id, text="yes?")
        await office.slack.until(lambda: len(got) == 3)
    mention, message, own = (body["event"] for body in got)
    assert (mention["type"], mention["ts"]) == ("app_mention", asked.ts)
    assert mention["text"] == f"<@{office.acme.bot_user_id}> a door opens"
    assert [file["name"] for file in mention["files"]] == ["a.png", "b.png"]
    assert (message["channel_type"], message["subtype"], len(message["files"])) == ("im", "file_share", 1)
    assert own["bot_id"] == office.acme.bot_id
    assert len({body["event_id"] for body in got}) == 3


async def test_a_mention_where_the_bot_is_not_is_never_heard(office: Office) -> None:
    """Slack offers the person to invite it, and sends nothing."""
    lobby = office.acme.channel("lobby", bot_in=False)
    app = AsyncApp(client=office.client())
    got = _listening(app, "app_mention", "member_joined_channel")
    async with office.running(app):
        await office.ann.mention(lobby, "a door opens", PICTURES)
        office.ann.invite_bot(lobby)
        await office.slack.until(lambda: got)
    assert [body["event"]["type"] for body in got] == ["member_joined_channel"]


async def test_a_shortcut_brings_the_message_with_its_files(office: Office) -> None:
    """message_action; only shortcuts of the manifest are in the menu."""
    app, got = office.app(), list[dict[str, Any]]()

    @app.shortcut("tween_images")
    async def chosen(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        got.append(body)

    message = await office.ann.say(office.videos, "look", PICTURES)
    async with office.running(app):
        assert (await office.ann.shortcut(message, "Tween these images")).failed is None
    assert (got[0]["message"]["text"], len(got[0]["message"]["files"])) == ("look", 2)
    assert (got[0]["message_ts"], got[0]["channel"]["id"]) == (message.ts, office.videos.id)
    with pytest.raises(NotOffered):
        await office.ann.shortcut(message, "Tween that")


async def _attempted(slack: SlackTwin, delivery: Delivery, count: int) -> None:
    await slack.until(lambda: delivery.attempts == count)


async def _missed(slack: SlackTwin, count: int) -> None:
    await slack.until(lambda: len(slack.deliveries.unacked) == count)


async def test_an_event_without_acknowledgement_comes_again_and_is_a_violation(office: Office) -> None:
    """Bolt acknowledges nothing that has no listener: at once, after a minute, after five; then never again."""
    app = AsyncApp(client=office.client())
    async with office.running(app):
        asked = await office.ann.mention(office.videos, "hello")
        delivery = office.slack.deliveries.all[0]
        for count, pause in ((1, 0), (2, 60), (3, 300), (4, 0)):
            await _attempted(office.slack, delivery, count)
            office.slack.pass_time(3)
            await _missed(office.slack, count)
            office.slack.pass_time(pause)
        await office.slack.until(delivery.done.is_set)
    assert (delivery.attempts, delivery.payload["event"]["ts"]) == (4, asked.ts)
    assert set(office.slack.forgive()) == {"app_mention was not acknowledged: timeout"}


async def test_a_person_sees_that_a_command_timed_out(office: Office) -> None:
    """``operation_timeout`` after three seconds, ``dispatch_failed`` where nobody listens."""
    did = await office.ann.slash(office.videos, "/tween")
    assert did.failed == "dispatch_failed"
    async with office.running(AsyncApp(client=office.client())):
        typing = asyncio.create_task(office.ann.slash(office.videos, "/tween"))
        await office.slack.until(
            lambda: len(office.slack.deliveries.all) == 2 and office.slack.deliveries.all[1].attempts
        )
        office.slack.pass_time(3)
        assert (await typing).failed == "operation_timeout"
    assert len(office.slack.forgive()) == 2


async def test_a_program_that_is_down_may_miss_things(office: Office) -> None:
    """``expects_no_ack``."""
    office.slack.expects_no_ack = True
    assert (await office.ann.slash(office.videos, "/tween")).failed == "dispatch_failed"
    assert office.slack.deliveries.unacked[0].what == "/tween"


async def test_an_event_can_come_twice(office: Office) -> None:
    """The same event_id, with the retry told in the envelope."""
    app = AsyncApp(client=office.client())
    got: list[tuple[str, list[str] | None]] = []

    @app.event("app_mention")
    async def mentioned(body: dict[str, Any], request: Any) -> None:  # noqa: ANN401
        got.append((body["event_id"], request.headers.get("x-slack-retry-num")))

    async with office.running(app):
        asked = await office.ann.mention(office.videos, "hello")
        await office.slack.until(lambda: got)
        await office.slack.redeliver(asked)
    assert got == [(got[0][0], ["0"]), (got[0][0], ["1"])]


async def test_in_a_shared_channel_the_app_must_ask_for_its_files(office: Office) -> None:
    """Slack Connect: ``file_access`` is check_file_info, and files.info has the rest."""
    other = office.slack.workspace("Other", installed=False)
    shared = office.acme.channel("shared", shared_with=other)
    app = AsyncApp(client=office.client())
    got = _listening(app, "app_mention")
    async with office.running(app):
        await office.ann.mention(shared, "a door", PICTURES[:1])
        await office.slack.until(lambda: got)
    file = got[0]["event"]["files"][0]
    assert (file["file_access"], "url_private" in file, got[0]["is_ext_shared_channel"]) == (
        "check_file_info",
        False,
        True,
    )
    assert (await office.client().files_info(file=file["id"]))["file"]["name"] == "a.png"


async def test_the_manifest_says_what_the_app_hears() -> None:
    """No subscription or no scope, no event."""
    manifest = {
        "features": {
            "slash_commands": [{"command": "/go", "description": "x"}],
            "shortcuts": [{"name": "Go", "type": "message", "callback_id": "go", "description": "x"}],
        },
        "oauth_config": {"scopes": {"bot": ["commands", "im:history"]}},
        "settings": {"event_subscriptions": {"bot_events": ["app_mention", "message.im"]}},
    }
    async with SlackTwin(App.from_manifest(manifest)) as slack:
        acme = slack.workspace("Acme")
        ann, channel = acme.user("ann"), acme.channel("videos")
        slack.expects_no_ack = True
        await ann.mention(channel, "hello")
        await ann.say_in_dm("hello")
        assert [one.payload["event"]["type"] for one in slack.deliveries.all] == ["message"]
        assert slack.app.commands == {"/go"}
        assert slack.app.shortcuts == {"Go": "go"}


async def test_what_an_app_leaves_unheard_shows_when_a_test_waits_for_it(office: Office) -> None:
    """``settled()`` sees the message in a DM, for which this app has no listener."""
    app = AsyncApp(client=office.client())
    got = _listening(app, "app_mention")
    async with office.running(app):
        await office.ann.mention(office.videos, "hello")
        await office.slack.settled()
        assert (len(got), office.slack.violations) == (1, [])
        await office.ann.say_in_dm("hello")
        waiting = asyncio.create_task(office.slack.settled())
        await office.slack.until(lambda: office.slack.deliveries.all[-1].attempts)
        office.slack.pass_time(3)
        await waiting
    assert office.slack.forgive() == ["message was not acknowledged: timeout"]


async def test_a_stranger_of_a_shared_channel_is_heard_and_known(office: Office) -> None:
    """Slack Connect: the event is of our workspace, and users.info and files.info know the other's."""
    other = office.slack.workspace("Other", installed=False)
    shared, eve = office.acme.channel("shared", shared_with=other), other.user("eve", "fr-FR")
    app = AsyncApp(client=office.client())
    got = _listening(app, "app_mention")
    async with office.running(app):
        await eve.mention(shared, "a door", PICTURES[:1])
        await office.slack.until(lambda: got)
    event = got[0]["event"]
    assert (got[0]["team_id"], event["user"]) == (office.acme.id, eve.id)
    client = office.client()
    assert (await client.users_info(user=eve.id))["user"]["name"] == "eve"
    assert (await client.files_info(file=event["files"][0]["id"]))["ok"]


async def test_the_app_is_told_that_it_gets_no_more_events(office: Office) -> None:
    """app_rate_limited, which has no event inside."""
    told = office.slack.tell_rate_limited(office.acme)
    assert (told.payload["type"], "event" in told.payload) == ("app_rate_limited", False)


async def test_tabs_that_are_off_are_off(office: Office) -> None:
    """The manifest's app_home: no messages to the DM, no home tab."""
    office.slack.app = App(messages_tab=False, home_tab=False)
    home = {"type": "home", "blocks": [section("x")]}
    with pytest.raises(SlackApiError, match="messages_tab_disabled"):
        await office.client().chat_postMessage(channel=office.ann.dm.id, text="x")
    with pytest.raises(SlackApiError, match="not_enabled"):
        await office.client().views_publish(user_id=office.ann.id, view=home)
    with pytest.raises(NotOffered):
        await office.ann.say_in_dm("hello")


async def test_an_edited_mention_is_heard_again(office: Office) -> None:
    """The same ``ts`` with ``edited`` and another event_id: a bot that goes by event ids alone would begin twice."""
    app = AsyncApp(client=office.client())
    got = _listening(app, "app_mention")
    async with office.running(app):
        asked = await office.ann.mention(office.videos, "a dor")
        await office.ann.edit(asked, asked.text.replace("dor", "door"))
        await office.slack.until(lambda: len(got) == 2)
        await office.ann.delete(asked)
    first, second = got
    assert (first["event"]["ts"], "edited" in first["event"]) == (second["event"]["ts"], False)
    assert ("edited" in second["event"], first["event_id"] != second["event_id"]) == (True, True)
    assert office.videos.last is None
    with pytest.raises(NotOffered):
        await office.ann.edit(asked, "x")
