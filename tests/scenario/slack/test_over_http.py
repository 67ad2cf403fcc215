"""The same bot over HTTP: what is signed by Slack is served, and nothing else costs more than a look."""

import io
import json
import re
import time

import aiohttp

from tests.scenario.slack.office import Office
from tests.scenario.tweenbot import Ended
from tests.twins.slack_http_events import signed

MENTION = {"type": "event_callback", "event": {"type": "app_mention", "text": "made up", "user": "U1", "channel": "C1"}}
JSON = {"Content-Type": "application/json"}


def logged(end: Ended) -> list[str]:
    """Return what the bot has logged of warnings and worse."""
    return [line for line in end.err.splitlines() if re.search("level=(warning|error)|WARNING|ERROR|Traceback", line)]


async def test_a_video_from_two_images(office: Office) -> None:
    """The command, the form and the buttons come to the bot's own URL, which Slack has verified."""
    async with office.bot(mode="http"):
        assert await office.slack.http.verify_url()
        card = await office.tween(resolution="480p")
        video = await office.finished()
        await office.until(card, "Done")
        assert (await office.ann.click(card, "Recipe")).failed is None
        await office.slack.settled()
    assert video.thread_ts == card.ts
    assert office.slack.sockets.ever == 0


async def test_an_event_that_is_told_again(office: Office) -> None:
    """Slack's retry of a mention makes no second job: it is known by the message that it is about."""
    async with office.bot(mode="http"):
        asked = await office.ann.mention(office.videos, "dusk falls", [office.start, office.end])
        card = await office.slack.until(lambda: next(iter(office.videos.by_bot), None))
        await office.slack.redeliver(asked)
        await office.finished()
        await office.until(card, "Done")
    assert len(office.fal.jobs) == 1
    assert [message for message in office.videos.by_bot if message.buttons] == [card]


async def test_whoever_is_not_slack_is_turned_away(office: Office) -> None:
    """Another secret, an old stamp, no signature, and what no library would read: 401, and not a line in the log."""
    body, link = json.dumps(MENTION).encode(), b"\xff\xfe not UTF-8"
    now = str(int(time.time()))
    async with office.bot(mode="http") as bot:
        forge, post = office.slack.http.forge, office.slack.http.post
        answers = [
            await forge(MENTION),
            await forge(MENTION, secret=""),
            await forge(MENTION, secret=office.env("http")["SLACK_SIGNING_SECRET"], age=301),
            await forge(MENTION, secret=office.env("http")["SLACK_SIGNING_SECRET"], age=-301),
            await post(body, JSON | {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=1"}),
            await post(body, JSON | {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": "v0=\u00e9"}),
            await post(body, JSON | {"X-Slack-Request-Timestamp": "9" * 5000, "X-Slack-Signature": "v0=1"}),
            await post(link, JSON | {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": "v0=1"}),
            await post(b"ssl_check=1&token=x", {"Content-Type": "application/x-www-form-urlencoded"}),
            await post(b"{", JSON),
        ]
        # What was signed is signed for these very bytes.
        answers.append(await post(body + b" ", JSON | signed(body)))
        heavy = io.BytesIO(bytes(2 * 1024 * 1024))
        async with (
            aiohttp.ClientSession() as stranger,
            stranger.post(office.slack.request_url, data=heavy) as answer,
        ):
            too_much = answer.status
        assert (await bot.health())["status"] == "ok"
        bot.process.interrupt()
        end = await bot.process.end()
    assert [answer.status for answer in answers] == [401] * len(answers)
    assert too_much == 413
    assert "made up" not in end.out + end.err
    assert logged(end) == []
    # One question of the bot's own, at its start.
    assert [seen.method for seen in office.slack.seen] == ["auth.test"]


async def test_there_is_nothing_to_install_where_there_is_one_workspace(office: Office) -> None:
    """No page leads to a token that nobody asked for; the address of events takes posts alone."""
    async with office.bot(mode="http") as bot, aiohttp.ClientSession() as browser:
        for path, status in (("install", 404), ("oauth_redirect", 404), ("events", 405)):
            async with browser.get(f"{bot.url}/slack/{path}") as answer:
                assert answer.status == status
