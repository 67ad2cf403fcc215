"""What goes wrong with Slack in programs that have not met it yet."""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable

import pytest

from tests.scenario.slack.office import Office
from tests.scenario.slack.said import told
from tests.twins import slack_payloads
from tests.twins.replies import Answer, HoldAnswer
from tests.twins.slack import File, Message
from tests.twins.slack_files import LOGIN_PAGE
from tests.twins.slack_replies import Error

NASTY = "<!channel> & <@U0TW00001> *bold* `code` ```fence``` :tada: <https://evil.example|here> 1 < 2"
RAW = ("<!", "<@U0TW00001>", "<https://evil", "1 < 2", " & ")
NAME = "<!here> & co.png"


async def test_a_store_that_dawdles(office: Office) -> None:
    """Slack gives the form up after three seconds; sent again, it is the one job that was stored in the meantime."""
    async with office.bot():
        form = await office.form(office.ann, office.videos)
        lock = sqlite3.connect(office.folder / ".tweenbot" / "tweenbot.sqlite", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        office.slack.expects_no_ack = True
        before = len(office.slack.deliveries.all)
        images = {"start": office.start, "end": office.end}
        sending = asyncio.create_task(office.ann.submit(form, images))
        await office.slack.until(lambda: len(office.slack.deliveries.all) > before)
        await office.slack.until(lambda: office.slack.deliveries.all[-1].attempts)
        office.slack.pass_time(4)
        assert (await sending).failed == "operation_timeout"
        lock.execute("ROLLBACK")
        lock.close()
        office.slack.expects_no_ack = False
        submitted = await office.ann.submit(form)
        assert (submitted.failed, form.errors) == (None, {})
        video = await office.finished()
        await office.until(office.videos.by_bot[0], "Done")
    assert len(office.fal.jobs) == 1
    assert office.videos.by_bot[1:] == [video]


async def test_a_web_api_that_dawdles(office: Office) -> None:
    """A form is due within three seconds: it comes in English rather than late, and the next one as it should."""
    greta, never = office.acme.user("greta", "de-DE"), asyncio.Event()
    office.slack.script("users.info", HoldAnswer(never))
    async with office.bot():
        assert "First image" in (await office.form(greta, office.videos)).all_text
        assert "Erstes Bild" in (await office.form(greta, office.videos)).all_text
    never.set()


async def test_what_nobody_knows_is_acknowledged(office: Office) -> None:
    """Buttons, forms, shortcuts and events of other versions of the app: no error is shown for them."""
    acme, ann = office.acme, office.ann
    installation = acme.installation
    assert installation is not None
    async with office.bot():
        message = await ann.say(office.videos, "hello")
        trigger = office.slack.tickets.trigger(ann)
        url = office.slack.tickets.url(ann, office.videos)
        action = {"type": "button", "action_id": "of_another_time", "block_id": "b", "value": "1"}
        old = {"type": "button", "action_id": "tween_nothing", "block_id": "b", "value": "slack:1:2"}
        pressed = [slack_payloads.pressed_in_message(message, ann, one, trigger, url) for one in (action, old)]
        view = {"id": "V1", "type": "modal", "callback_id": "of_another_time", "state": {"values": {}}, "blocks": []}
        base = {name: pressed[0][name] for name in ("token", "api_app_id", "team", "user", "enterprise")}
        base |= {"is_enterprise_install": False, "trigger_id": trigger.id}
        payloads = [
            *pressed,
            {**base, "type": "view_submission", "view": view, "response_urls": []},
            {**base, "type": "view_closed", "view": view, "is_cleared": False},
            {**base, "type": "shortcut", "callback_id": "of_another_time", "action_ts": "1.0"},
            slack_payloads.shortcut(message, ann, "of_another_time", trigger, url),
            {**base, "type": "block_suggestion", "action_id": "x", "block_id": "b", "value": "", "view": view},
        ]
        event = {"type": "reaction_added", "user": ann.id, "reaction": "tada", "event_ts": "1.0"}
        deliveries = [office.slack.deliveries.start("interactive", payload, acme) for payload in payloads]
        event_body = slack_payloads.event(acme, event, installation)
        deliveries.append(office.slack.deliveries.start("events_api", event_body, acme))
        await office.slack.settled()
        assert [delivery.what for delivery in deliveries if not delivery.acked.is_set()] == []
    assert office.videos.by_bot == []


async def test_an_event_that_is_brought_again(office: Office) -> None:
    """At once, after the job's end, and to the next process: it is the same job, with one card and one video."""
    async with office.bot():
        asked = await office.ann.mention(office.videos, "dusk falls", [office.start, office.end])
        await office.slack.redeliver(asked)
        job = await office.fal.next_job()
        await office.slack.redeliver(asked)
    async with office.bot():
        await office.slack.redeliver(asked)
        job.finish()
        video = await office.video()
        card = office.videos.by_bot[0]
        await office.until(card, "Done")
        await office.slack.redeliver(asked)
        await office.slack.settled()
        # A command that comes after it is served, so it is over by then.
        await office.ann.slash(office.videos, "/tween", "help")
        await told(office, office.ann, office.videos)
    assert office.videos.by_bot == [card, video]
    assert len(office.fal.jobs) == 1


async def _shown(office: Office, first: File) -> tuple[Message, str]:
    """Have a card for an image that cannot be fetched; return it, and what it says."""
    before = len(office.videos.by_bot)
    form = await office.form(office.ann, office.videos)
    await office.ann.submit(form, {"start": first, "end": office.end})
    card = await office.slack.until(lambda: next(iter(office.videos.by_bot[before:]), None))
    await office.until(card, "No video")
    return card, card.all_text


@pytest.mark.parametrize(
    "answer",
    [Answer(200, LOGIN_PAGE), Answer(302, "", {"Location": "https://evil.example/"}), Answer(404, "gone")],
    ids=["login page", "redirect", "gone"],
)
async def test_a_page_in_the_place_of_an_image(office: Office, answer: Answer) -> None:
    """It is no image, and the token goes nowhere else: that is said in words, and nothing is spent."""
    office.slack.script("download", answer, answer)
    async with office.bot():
        _, said = await _shown(office, office.start)
    assert "image cannot be read (" in said
    assert "check the file and attach it again" in said
    assert "DOCTYPE" not in said
    assert office.fal.seen == []


async def test_a_file_that_its_user_deleted(office: Office) -> None:
    """It is named, and so is what became of it."""
    message = await office.ann.say(office.videos, "look", [office.start, office.end])
    async with office.bot():
        form = await (await office.ann.shortcut(message, "Tween these images")).modal()
        message.files[0].deleted = True
        await office.ann.submit(form, {"prompt": "dusk falls"})
        card = await office.slack.until(lambda: next(iter(office.videos.by_bot), None))
        await office.until(card, "No video", "first image cannot be read", "deleted at Slack")
    assert office.fal.seen == []


async def test_what_people_write_is_text(office: Office) -> None:
    """A prompt and a file's name mention nobody, link nowhere and format nothing, wherever they are shown."""
    office.slack.script("download", Answer(200, LOGIN_PAGE), Answer(200, LOGIN_PAGE))
    async with office.bot():
        card, said = await _shown(office, File(NAME, office.start.data))
        assert "&lt;!here&gt; &amp; co.png" in said
        made = await office.tween(NASTY, Resolution="480p")
        video = await office.finished()
        await office.until(made, "Done")
        await office.ann.click(made, "Recipe")
        recipe = await told(office, office.ann, office.videos)
        await office.ann.slash(office.videos, "/tween", "jobs")
        jobs = await told(office, office.ann, office.videos, 2)
        home = (await office.ann.open_home()).all_text
    shown = [card.all_text, made.all_text, video.text, recipe, jobs, home]
    shown += [edit.text for message in (card, made) for edit in message.edits]
    own = re.compile(rf"<!date\^[^>]*>|<@{office.ann.id}>")
    found = [(raw, text) for text in shown for raw in RAW if raw in own.sub("", text)]
    assert found == []
    assert recipe.count("```") == 2
    assert "&lt;!channel&gt;" in jobs
    assert (card.pings, made.pings, video.pings) == (set(), set(), {office.ann.id})
    assert NASTY in video.files[0].alt_text
    assert office.fal.jobs[0].arguments["prompt"] == NASTY


async def test_a_form_that_does_not_open(office: Office) -> None:
    """Its trigger is over, or Slack fails: whoever asked is told, for Slack itself says nothing."""
    boss = office.acme.user("max", admin=True)
    message = await office.ann.say(office.videos, "look", [office.start, office.end])
    async with office.bot():
        card = await office.tween(Resolution="480p")
        await office.finished()
        await office.until(card, "Done")
        asked: list[Callable[[], Awaitable[object]]] = [
            lambda: office.ann.slash(office.videos, "/tween", "dusk"),
            lambda: office.ann.shortcut(message, "Tween these images"),
            lambda: office.ann.click(card, "Edit"),
            lambda: boss.slash(office.videos, "/tween", "admin"),
        ]
        for number, ask in enumerate(asked):
            office.slack.script("views.open", Error("expired_trigger_id"))
            await ask()
            person, count = (boss, 1) if ask is asked[-1] else (office.ann, number + 1)
            assert "The form did not open" in await told(office, person, office.videos, count)
        office.slack.script("users.info", Error("internal_error"))
        await boss.slash(office.videos, "/tween", "admin log")
        assert "Slack does not say whether you are an admin" in await told(office, boss, office.videos, 2)
