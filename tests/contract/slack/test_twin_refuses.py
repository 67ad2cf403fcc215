"""The twin forgives nothing: what Slack would not take gets Slack's code, and fails the test that sent it."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.contract.slack.conftest import Office, buttons, entry, modal, section
from tests.twins import slack_contract
from tests.twins.slack import App, SlackTwin

_IMAGE = {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a door"}
_BUTTON = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}}


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def _options(count: int) -> list[dict[str, Any]]:
    return [{"text": _plain(str(number)), "value": str(number)} for number in range(count)]


def _row(**changes: object) -> list[dict[str, Any]]:
    return [{"type": "actions", "elements": [_BUTTON | changes]}]


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([{"type": "divider"}] * 51, "no more than 50 items"),
        ([section("x" * 3001)], "less than 3001"),
        ([section("")], "more than 0 characters"),
        ([{"type": "header", "text": _plain("x" * 151)}], "less than 151"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "must be one of"),
        ([{"type": "actions", "elements": [_BUTTON | {"action_id": str(n)} for n in range(26)]}], "1 to 25"),
        ([{"type": "actions", "elements": []}], "1 to 25"),
        (_row(text=_plain("x" * 76)), "less than 76"),
        (_row(value="x" * 2001), "less than 2001"),
        (_row(action_id="x" * 256), "less than 256"),
        (_row(style="loud"), "primary or danger"),
        ([{"type": "actions", "elements": [_BUTTON, _BUTTON]}], "already exists in this block"),
        ([section("x") | {"block_id": "b"}] * 2, "already exists"),
        ([section("x") | {"block_id": "b" * 256}], "less than 256"),
        ([{"type": "section"}], "text or fields"),
        ([{"type": "section", "fields": [_plain("x")] * 11}], "1 to 10"),
        ([{"type": "context", "elements": [_plain("x")] * 11}], "1 to 10"),
        ([_IMAGE | {"alt_text": ""}], "alt_text"),
        ([{"type": "image", "alt_text": "x"}], "one of image_url and slack_file"),
        ([_IMAGE | {"slack_file": {"id": "F1"}}], "one of image_url and slack_file"),
        ([_IMAGE | {"image_url": "ftp://x"}], "cannot"),
        ([{"type": "image", "alt_text": "x", "slack_file": {"id": "F1", "url": "x"}}], "one of id and url"),
        ([entry("f", "File", type="file_input")], "unsupported type"),
        ([{"type": "video", "title": _plain("x"), "alt_text": "x", "video_url": "https://x.example/v"}], "unfurl"),
        ([{"type": "carousel"}], "unsupported type"),
    ],
)
async def test_a_message_with_blocks_against_the_rules(office: Office, blocks: list[Any], words: str) -> None:
    """``invalid_blocks`` with the words and the place."""
    with pytest.raises(SlackApiError, match="invalid_blocks") as refused:
        await office.client().chat_postMessage(channel=office.videos.id, text="x", blocks=blocks)
    told = refused.value.response["response_metadata"]["messages"]
    if words != "cannot":
        assert any(words in line for line in told), told
    assert (len(office.slack.forgive()), office.videos.messages) == (1, [])


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (modal(section("x"), title=_plain("x" * 25)), "less than 25"),
        (modal(section("x"), submit=_plain("x" * 25)), "less than 25"),
        (modal(section("x"), close=_plain("x" * 25)), "less than 25"),
        (modal(section("x"), callback_id="x" * 256), "less than 256"),
        (modal(section("x"), private_metadata="x" * 3001), "less than 3001"),
        (modal(*[{"type": "divider"}] * 101), "no more than 100"),
        (modal(entry("p", "Prompt", type="plain_text_input"), submit=None), "submit"),
        (modal(entry("p", "x" * 2001, type="plain_text_input")), "less than 2001"),
        (modal(entry("p", "Prompt", type="plain_text_input") | {"hint": _plain("x" * 2001)}), "less than 2001"),
        (modal(entry("p", "Prompt", type="plain_text_input", max_length=3001)), "from 1 to 3000"),
        (modal(entry("f", "File", type="file_input", max_files=11)), "from 1 to 10"),
        (modal(entry("f", "File", type="file_input", filetypes=[".png"])), "without a dot"),
        (modal(entry("s", "Size", type="static_select", options=_options(101))), "from 1 to 100"),
        (modal(entry("s", "Size", type="static_select", options=[])), "from 1 to 100"),
        (modal(entry("s", "Size", type="radio_buttons", options=_options(11))), "from 1 to 10"),
        (modal(entry("s", "Size", type="checkboxes", options=_options(2)[:1] * 2)), "same value"),
        (modal(entry("n", "Frames", type="number_input")), "is_decimal_allowed"),
        ({"type": "modal", "blocks": []}, "title"),
    ],
)
async def test_a_view_against_the_rules(office: Office, view: dict[str, Any], words: str) -> None:
    """``invalid_arguments``, before the trigger is even looked at."""
    with pytest.raises(SlackApiError, match="invalid_arguments") as refused:
        await office.client().views_open(trigger_id="x", view=view)
    assert words in str(refused.value.response["response_metadata"])
    assert len(office.slack.forgive()) == 1


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("chat.postMessage", {"channel": "C1", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "videos"}, "no_text"),
        ("chat.postMessage", {"channel": "videos", "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": "videos", "text": "x", "colour": "red"}, "invalid_arguments"),
        ("chat.update", {"channel": "videos", "text": "x", "ts": "1.000001"}, "message_not_found"),
        ("views.open", {"trigger_id": "x", "view": modal(section("x"))}, "invalid_trigger_id"),
        ("views.update", {"view_id": "V1", "view": modal(section("x"))}, "not_found"),
        ("views.publish", {"user_id": "U1", "view": {"type": "home", "blocks": [section("x")]}}, "user_not_found"),
        ("files.getUploadURLExternal", {"filename": "a.mp4", "length": 0}, "invalid_arguments"),
        ("files.info", {"file": "F1"}, "file_not_found"),
        ("files.upload", {"channels": "videos"}, "unknown_method"),
    ],
)
async def test_a_call_that_slack_would_refuse(
    office: Office, method: str, arguments: dict[str, Any], code: str
) -> None:
    """With Slack's code; the program's own mistakes are violations, what the world explains is not."""
    if method == "chat.postMessage" and arguments.get("colour") and not slack_contract.AVAILABLE:
        pytest.skip("no ../shared/specs/slack_ts.schema.json beside this checkout: Slack's types are not checked")
    known = {"videos": office.videos.id}
    sent = {name: known.get(value, value) if isinstance(value, str) else value for name, value in arguments.items()}
    with pytest.raises(SlackApiError, match=code):
        await office.client().api_call(method, json=sent)
    excused = {"channel_not_found", "message_not_found", "not_found", "user_not_found", "file_not_found"}
    assert len(office.slack.forgive()) == (0 if code in excused else 1)


@pytest.mark.parametrize(
    ("token", "code"), [("", "not_authed"), ("xoxb-guessed", "invalid_auth"), ("app", "not_allowed_token_type")]
)
async def test_a_token_that_is_not_the_bots(office: Office, token: str, code: str) -> None:
    """Missing, unknown, or the app's."""
    env = office.slack.env()
    used = env["SLACK_APP_TOKEN"] if token == "app" else token
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {used}"}) as client:
        async with client.post(f"{office.slack.url}/api/auth.test") as answer:
            assert (await answer.json())["error"] == code
        async with client.post(f"{office.slack.url}/api/auth.test", data=b"x") as answer:
            assert (await answer.json())["error"] == "invalid_post_type"
        async with client.get(f"{office.slack.url}/else") as answer:
            assert answer.status == 404
    assert len(office.slack.forgive()) == 3


async def test_a_method_needs_its_scope() -> None:
    """missing_scope says which; without files:read there is no file_input."""
    async with SlackTwin(App(scopes=frozenset({"commands"}))) as slack:
        acme = slack.workspace("Acme")
        office = Office(slack, acme, acme.user("ann"), acme.channel("videos"))
        with pytest.raises(SlackApiError) as refused:
            await office.client().chat_postMessage(channel=office.videos.id, text="x")
        assert (refused.value.response["error"], refused.value.response["needed"]) == ("missing_scope", "chat:write")
        trigger = slack.tickets.trigger(office.ann)
        with pytest.raises(SlackApiError, match="files:read"):
            await office.client().views_open(trigger_id=trigger.id, view=modal(entry("f", "File", type="file_input")))
        assert len(slack.forgive()) == 2


async def test_leaving_the_twin_fails_what_it_had_to_refuse(office: Office) -> None:
    """The ``async with`` raises with everything that came in."""
    async with aiohttp.ClientSession() as client:
        await client.get(f"{office.slack.url}/else")
    with pytest.raises(AssertionError, match="GET /else: no such path or method"):
        await office.slack.__aexit__(None, None, None)
    office.slack.forgive()


@pytest.mark.skipif(
    not slack_contract.AVAILABLE,
    reason="no ../shared/specs/slack_ts.schema.json beside this checkout: Slack's types are not checked",
)
async def test_the_twins_rules_are_no_laxer_than_slacks_types() -> None:
    """A key that no type knows is refused, deep in a block, too; team_id, which bolt adds, is not."""
    good = {"channel": "C1", "text": "x", "blocks": [buttons("Go"), _IMAGE, section("x")], "team_id": "T1"}
    assert slack_contract.request_problem("chat.postMessage", good) is None
    for bad in ({"blocks": [_IMAGE | {"colour": "red"}]}, {"thread": "1.0"}, {"mrkdwn": "yes"}):
        assert slack_contract.request_problem("chat.postMessage", good | bad) is not None


async def test_an_uploads_alt_text_is_taken_under_the_name_that_the_page_gives(office: Office) -> None:
    """``alt_txt``; Slack's own types call it ``alt_text``."""
    await office.client().files_getUploadURLExternal(filename="a.png", length=7, alt_txt="a door")
    assert office.acme.files[0].alt_text == "a door"
