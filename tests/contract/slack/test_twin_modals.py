"""Modals at the twin, with the real bolt: what a person may enter, what the app gets, what it may answer."""

from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.contract.slack.conftest import PNG, Office, entry, modal, section
from tests.twins.slack import File
from tests.twins.slack_errors import NotOffered
from tests.twins.slack_forms import Entry

FORM = modal(
    entry("first", "First image", type="file_input", max_files=1, filetypes=["png", "jpg"]),
    entry("last", "Last image", type="file_input", max_files=1),
    entry("prompt", "What happens", type="plain_text_input", max_length=20),
    entry("frames", "Frames", type="number_input", is_decimal_allowed=False, initial_value="81", max_value="161"),
    notify_on_close=True,
)
ENTRIES: dict[str, Entry] = {
    "First image": File("a.png", PNG),
    "last": [File("b.png", PNG[:-1])],
    "prompt": "a door opens",
}


def _forms(office: Office, answers: list[dict[str, Any]]) -> tuple[AsyncApp, list[dict[str, Any]]]:
    """An app that opens FORM for /tween, and answers submissions with these; the payloads that it got."""
    app, got = office.app(), list[dict[str, Any]]()

    @app.command("/tween")
    async def opens(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("tween")
    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        got.append(body)
        await ack(**(answers.pop(0) if answers else {}))

    @app.view_closed("tween")
    async def closed(ack: AsyncAck, body: dict[str, Any]) -> None:
        got.append(body)
        await ack()

    return app, got


async def test_a_modal_brings_two_files_that_the_bots_token_downloads(office: Office) -> None:
    """Slash command, views.open, submission, and the files come with their ``url_private_download``."""
    app, got = _forms(office, [])
    async with office.running(app):
        form = await (await office.ann.slash(office.videos, "/tween", "a door")).modal()
        did = await office.ann.submit(form, ENTRIES)
    assert (did.failed, form.closed, office.ann.modal) == (None, True, None)
    values = got[0]["view"]["state"]["values"]
    assert values["prompt"]["value"] == {"type": "plain_text_input", "value": "a door opens"}
    assert values["frames"]["value"]["value"] == "81"
    files = [values[block]["value"]["files"][0] for block in ("first", "last")]
    token = office.slack.env()["SLACK_BOT_TOKEN"]
    async with aiohttp.ClientSession() as client:
        for file, data in zip(files, (PNG, PNG[:-1]), strict=True):
            url = file["url_private_download"]
            async with client.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
                assert (await answer.read(), answer.content_type) == (data, "image/png")
            async with client.get(url) as answer:
                assert (answer.status, answer.content_type) == (200, "text/html")


async def test_the_app_may_answer_a_submission_with_errors_and_with_another_view(office: Office) -> None:
    """``errors`` stand at their inputs and the modal stays; ``update`` changes it; ``clear`` closes it."""
    done = modal(section("Thank you"))
    answers: list[dict[str, Any]] = [
        {"response_action": "errors", "errors": {"last": "no image"}},
        {"response_action": "update", "view": done},
        {"response_action": "clear"},
    ]
    app, _ = _forms(office, answers)
    async with office.running(app):
        form = await (await office.ann.slash(office.videos, "/tween")).modal()
        await office.ann.submit(form, ENTRIES)
        assert (form.errors, office.ann.modal) == ({"last": "no image"}, form)
        await office.ann.submit(form)
        assert (form.errors, form.all_text) == ({}, "Tween\nThank you")
        await office.ann.submit(form)
    assert office.ann.modal is None


async def test_an_error_for_an_input_that_is_not_there_is_a_violation(office: Office) -> None:
    """Slack would show the person nothing but that it had trouble connecting."""
    app, _ = _forms(office, [{"response_action": "errors", "errors": {"middle": "no image"}}])
    async with office.running(app):
        form = await (await office.ann.slash(office.videos, "/tween")).modal()
        await office.ann.submit(form, ENTRIES)
    assert "errors for {'middle'" in office.slack.forgive()[0]


async def test_closing_a_modal_tells_the_app_that_asked_for_it(office: Office) -> None:
    """``notify_on_close``."""
    app, got = _forms(office, [])
    async with office.running(app):
        form = await (await office.ann.slash(office.videos, "/tween")).modal()
        await office.ann.close(form)
    assert [body["type"] for body in got] == ["view_closed"]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"first": None}, "must be filled in"),
        ({"first": File("a.gif", PNG)}, "is not one of"),
        ({"last": [File("a.png", PNG)] * 2}, "no more than 1 files"),
        ({"last": File("a.png", bytes(10 * 1024 * 1024 + 1))}, "larger than"),
        ({"prompt": "x" * 21}, "no more than 20 characters"),
        ({"frames": "8.5"}, "no number"),
        ({"frames": "162"}, "is not from"),
        ({"middle": "x"}, "has no"),
    ],
)
async def test_slacks_client_does_not_submit_what_the_inputs_forbid(
    office: Office, entries: dict[str, Any], words: str
) -> None:
    """A test that enters it is wrong, and says so."""
    app, got = _forms(office, [])
    async with office.running(app):
        form = await (await office.ann.slash(office.videos, "/tween")).modal()
        filled: dict[str, Any] = {"first": File("a.png", PNG), "last": File("b.png", PNG), "prompt": "x"}
        with pytest.raises(NotOffered, match=words):
            await office.ann.submit(form, filled | entries)
    assert got == []


async def test_a_trigger_is_for_three_seconds_and_for_once(office: Office) -> None:
    """Afterwards ``expired_trigger_id``; a second use is the program's mistake."""
    client, triggers = office.client(), list[str]()
    app = office.app()

    @app.command("/tween")
    async def keeps(ack: AsyncAck, body: dict[str, Any]) -> None:
        triggers.append(body["trigger_id"])
        await ack()

    async with office.running(app):
        for _ in range(2):
            await office.ann.slash(office.videos, "/tween")
    await client.views_open(trigger_id=triggers[0], view=FORM)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=triggers[0], view=FORM)
    assert len(office.slack.forgive()) == 1
    office.slack.pass_time(3.1)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=triggers[1], view=FORM)


async def test_modals_stack_to_three_and_change_while_they_are_the_same(office: Office) -> None:
    """views.push up to the third, views.update by its hash."""
    client, app, pressed = office.client(), office.app(), list[dict[str, Any]]()
    view = modal({"type": "actions", "block_id": "row", "elements": [_button()]})

    @app.command("/tween")
    async def opens(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.action("more")
    async def more(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        pressed.append(body)

    async with office.running(app):
        first = await (await office.ann.slash(office.videos, "/tween")).modal()
        for _ in range(2):
            assert office.ann.modal is not None
            await office.ann.click(office.ann.modal, "More")
            pushed = await client.views_push(trigger_id=pressed[-1]["trigger_id"], view=view)
        assert (len(office.ann.views), pushed["view"]["root_view_id"]) == (3, first.id)
        await office.ann.click(office.ann.views[-1], "more")
        with pytest.raises(SlackApiError, match="push_limit_reached"):
            await client.views_push(trigger_id=pressed[-1]["trigger_id"], view=view)
    assert pressed[-1]["container"] == {"type": "view", "view_id": office.ann.views[-1].id}
    old = first.hash
    await client.views_update(view_id=first.id, hash=old, view=modal(section("x")))
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=first.id, hash=old, view=modal(section("y")))


def _button() -> dict[str, Any]:
    return {"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}}


async def test_the_home_tab_is_what_the_app_publishes_when_it_is_opened(office: Office) -> None:
    """app_home_opened, views.publish."""
    app = AsyncApp(client=office.client())

    @app.event("app_home_opened")
    async def opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("Welcome")]})

    async with office.running(app):
        home = await office.ann.open_home()
        assert (home.all_text, home.title) == ("\nWelcome", "")
        again = await office.ann.open_home()
        assert again is not home


async def test_a_command_is_not_for_threads_and_not_for_other_words(office: Office) -> None:
    """Slack's client refuses both by itself."""
    message = await office.ann.say(office.videos, "look")
    with pytest.raises(NotOffered, match="not supported in threads"):
        await office.ann.slash(office.videos, "/tween", thread=message)
    with pytest.raises(NotOffered, match="not a valid command"):
        await office.ann.slash(office.videos, "/twee")
