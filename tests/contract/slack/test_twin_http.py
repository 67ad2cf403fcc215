"""The twin over HTTP, with the real bolt behind aiohttp: signatures, retries, the challenge, and forgers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp

from tests.contract.slack.conftest import Office, acknowledging, buttons, modal, section


@asynccontextmanager
async def _serving(office: Office, app: AsyncApp) -> AsyncIterator[None]:
    """Have an app listen on a port of its own, and the twin post there."""
    runner = web.AppRunner(app.web_app(path="/slack/events"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    office.slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()


def _app(office: Office) -> AsyncApp:
    secret = office.slack.env("http")["SLACK_SIGNING_SECRET"]
    return AsyncApp(client=office.client(), signing_secret=secret, process_before_response=True)


async def test_commands_buttons_and_modals_come_to_the_apps_url(office: Office) -> None:
    """The forms of HTTP mode, signed; the answer's body is the acknowledgement."""
    app = acknowledging(_app(office))

    @app.command("/tween")
    async def typed(ack: AsyncAck, body: dict[str, Any], client: Any) -> None:  # noqa: ANN401
        await ack(text="one moment")
        await client.views_open(trigger_id=body["trigger_id"], view=modal(section("x")))

    @app.view("tween")
    async def submitted(ack: AsyncAck) -> None:
        await ack(response_action="update", view=modal(section("y")))

    @app.action("cancel")
    async def cancelled(ack: AsyncAck) -> None:
        await ack()

    async with _serving(office, app):
        assert await office.slack.http.verify_url()
        form = await (await office.ann.slash(office.videos, "/tween", "a door & <b>")).modal()
        assert office.videos.messages[-1].text == "one moment"
        await office.ann.submit(form)
        assert form.all_text == "Tween\ny"
        await office.client().chat_postMessage(channel=office.videos.id, text="x", blocks=[buttons("Cancel")])
        assert (await office.ann.click(office.videos.messages[-1], "Cancel")).failed is None
        await office.ann.say_in_dm("hello")
        await office.slack.deliveries.settled()


async def test_nobody_but_slack_is_heard(office: Office) -> None:
    """Another secret, no signature, and a stamp of six minutes ago are 401."""
    app, heard = _app(office), list[str]()

    @app.event("app_mention")
    async def mentioned(body: dict[str, Any]) -> None:
        heard.append(body["event_id"])

    async with _serving(office, app):
        asked = await office.ann.mention(office.videos, "hello")
        await office.slack.until(lambda: heard)
        payload = office.slack.deliveries.all[-1].payload
        real = office.slack.env("http")["SLACK_SIGNING_SECRET"]
        for forged in ({}, {"secret": ""}, {"secret": real, "age": 360.0}):
            assert (await office.slack.http.forge(payload, **forged)).status == 401
        assert len(heard) == 1
        await office.slack.redeliver(asked)
    assert heard == [payload["event_id"]] * 2


async def test_what_the_app_refuses_comes_again_with_its_reason(office: Office) -> None:
    """``X-Slack-Retry-Num`` and the reason; a person sees the error of a command at once."""
    app, retries = _app(office), list[tuple[str, str] | None]()

    @app.event("app_mention")
    async def mentioned(request: Any) -> None:  # noqa: ANN401
        number = request.headers.get("x-slack-retry-num")
        retries.append((number[0], request.headers["x-slack-retry-reason"][0]) if number else None)
        if not number:
            raise ValueError(number)

    async with _serving(office, app):
        await office.ann.mention(office.videos, "hello")
        await office.slack.until(lambda: len(retries) == 2)
        assert (await office.ann.slash(office.videos, "/tween")).failed == "http_client_error"
    assert retries == [None, ("1", "http_error")]
    assert (await office.ann.slash(office.videos, "/tween")).failed == "dispatch_failed"
    assert len(office.slack.forgive()) == 3


async def test_a_slow_app_has_three_seconds(office: Office) -> None:
    """``operation_timeout``."""
    app, release = _app(office), asyncio.Event()

    @app.command("/tween")
    async def slow(ack: AsyncAck) -> None:
        await release.wait()
        await ack()

    async with _serving(office, app):
        typing = asyncio.create_task(office.ann.slash(office.videos, "/tween"))
        await office.slack.until(lambda: office.slack.calls("auth.test"))
        office.slack.pass_time(3)
        assert (await typing).failed == "operation_timeout"
        release.set()
    assert office.slack.forgive() == ["/tween was not acknowledged: operation_timeout"]
