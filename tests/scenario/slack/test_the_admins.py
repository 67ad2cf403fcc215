"""What a workspace's admins decide about what may be made and when a job asks, and the log of what they decided."""

import asyncio
import csv
import io
import json

from tests.scenario.slack.office import Office
from tests.scenario.slack.said import told
from tests.scenario.tweenbot import PATIENCE, ended
from tests.twins.slack import Message, User, View
from tests.twins.slack_forms import Entry
from tests.twins.slack_replies import Error


async def _form(office: Office, boss: User) -> View:
    return await (await boss.slash(office.videos, "/tween", "admin")).modal()


async def _set(office: Office, boss: User, **entries: Entry) -> View:
    """Have an admin fill the form in and send it; return it."""
    form = await _form(office, boss)
    await boss.submit(form, entries)
    return form


async def _held(office: Office, boss: User) -> dict[str, str | None]:
    """Return what the form's fields hold."""
    form = await _form(office, boss)
    await boss.close(form)
    return {block["block_id"]: block["element"].get("initial_value") for block in form.blocks}


def _rows(message: Message) -> list[list[str]]:
    """Return the rows of the log's file, without its head."""
    (file,) = message.files
    assert file.name == "tween-admin-log.csv"
    head, *rows = csv.reader(io.StringIO(file.data.decode(), newline=""))
    assert head == ["time", "platform", "server", "by", "what", "about", "details"]
    return rows


async def _sheet(office: Office, boss: User, count: int = 1) -> list[list[str]]:
    """Return the rows of the latest sheet that an admin was sent directly, once there are so many."""
    sent = await office.slack.until(lambda: found if len(found := boss.dm.by_bot) >= count else None)
    return _rows(sent[-1])


async def test_what_may_be_made(office: Office) -> None:
    """Words and patterns hold from the next command on, stand in the form the next time, and can be taken back."""
    boss = office.acme.user("max", admin=True)
    async with office.bot():
        form = await _set(office, boss, words="gore\n blood and guts \ngore", patterns=r"\bwar\w*", ask_over="0.5")
        assert (form.errors, boss.modal) == ({}, None)
        held = await _held(office, boss)
        assert (held["words"], held["patterns"]) == ("gore\nblood and guts", r"\bwar\w*")
        assert held["ask_over"] == "0.5"
        for prompt in ("all GORE", "two warriors"):
            form = await office.form(office.ann, office.videos, prompt)
            await office.ann.submit(form, {"start": office.start, "end": office.end})
            await office.ann.close(form)
            assert "do not allow this prompt" in form.errors["prompt"]
        await _set(office, boss, words="", patterns="", ask_over="")
        await office.tween("two warriors", Resolution="480p")
        await office.fal.next_job()
        assert (await _held(office, boss))["words"] is None
    assert len(office.fal.jobs) == 1


async def test_the_check_of_every_job(office: Office) -> None:
    """An https address, which the log tells without its path."""
    boss = office.acme.user("max", admin=True)
    async with office.bot():
        await _set(office, boss, check_url="https://check.example.org/tween?key=secret")
        assert (await _held(office, boss))["check_url"] == "https://check.example.org/tween?key=secret"
        await boss.slash(office.videos, "/tween", "admin log")
        log = await told(office, boss, office.videos)
    assert "https:\u200b//check.example.org/…" in log
    assert "secret" not in log


async def test_all_that_cannot_be_stands_at_its_field(office: Office) -> None:
    """At once, with the rule and the mend; and nothing of what was right is stored, and nothing is a deed."""
    boss = office.acme.user("max", admin=True)
    async with office.bot():
        form = await _form(office, boss)
        form.values["ask_over"] = {"value": {"type": "number_input", "value": "-1"}}
        form.values["running"] = {"value": {"type": "number_input", "value": "1.5"}}
        await boss.submit(
            form,
            {
                "words": "\n".join(map(str, range(201))),
                "patterns": "a+\n(b",
                "check_url": "http://check.example.org",
                "budget_everyone": "5",
                "defaults": "num_frames = 500",
            },
        )
        assert boss.modal is form
        assert sorted(form.errors) == ["ask_over", "check_url", "defaults", "patterns", "running", "words"]
        assert form.errors["ask_over"].endswith("“-1” is no sum of money: give US dollars, such as 5.")
        assert form.errors["running"].endswith("“1.5” is no number of jobs: give a whole number from 1.")
        assert form.errors["words"] == "Forbidden words: 201 on the list, but at most 200: take some off."
        assert form.errors["patterns"].startswith("Forbidden patterns: “(b” is no pattern that can be used (")
        assert form.errors["check_url"].endswith("give one, such as https://check.example.org/tween.")
        await boss.close(form)
        assert {name: value for name, value in (await _held(office, boss)).items() if value} == {}
        await boss.slash(office.videos, "/tween", "admin log")
        assert "Nothing was decided here yet." in await told(office, boss, office.videos)


async def test_the_log(office: Office) -> None:
    """The newest deeds where it was asked for, to the admin alone, and all of them in a file sent directly."""
    boss, mia = office.acme.user("max", admin=True), office.acme.user("mia", admin=True)
    place = ("--platform", "slack", "--server", office.acme.id)
    async with office.bot():
        await _set(office, boss, running="3", budget_everyone="5", words="=HYPERLINK(1)")
        await _set(office, boss)
        await _set(office, mia, budget_everyone="", channels=[office.videos.id])
        assert (await ended(office.folder, "budget", "set", "9", *place, env=office.env())).status == 0
        await mia.slash(office.videos, "/tween", "Admin Log")
        text = await told(office, mia, office.videos)
        rows = await _sheet(office, mia)
    assert "All of it is in a file that I sent you directly." in text
    who = {"The operator": "The operator", f"<@{mia.id}>": "Mia", f"<@{boss.id}>": "Max"}
    assert [next(name for mention, name in who.items() if mention in line) for line in text.splitlines()[1:-1]] == [
        "The operator",
        "Mia",
        "Mia",
        "Max",
        "Max",
    ]
    assert [row[1:] for row in rows] == [
        ["slack", office.acme.id, "operator", "budget_set", "", "of: server; usd: none -> 9"],
        ["slack", office.acme.id, mia.id, "budget_dropped", "", "of: everyone; usd: 5 -> none"],
        ["slack", office.acme.id, mia.id, "rules_set", "", f"channels: 0 -> 1: +{office.videos.id}"],
        ["slack", office.acme.id, boss.id, "budget_set", "", "of: everyone; usd: none -> 5"],
        ["slack", office.acme.id, boss.id, "rules_set", "", "running: none -> 3; words: 0 -> 1: +=HYPERLINK(1)"],
    ]


async def test_the_log_where_files_cannot_be_sent(office: Office) -> None:
    """Then the newest deeds are told all the same, and that there is no file."""
    boss = office.acme.user("max", admin=True)
    async with office.bot():
        await _set(office, boss, running="3")
        office.slack.script("files.getUploadURLExternal", Error("file_uploads_disabled"))
        await boss.slash(office.videos, "/tween", "admin log")
        text = await told(office, boss, office.videos)
    assert "running:\u200b none -&gt; 3" in text
    assert "The file with all of it could not be sent to you." in text
    assert boss.dm.by_bot == []


async def test_the_log_is_for_admins(office: Office) -> None:
    """Anybody else is told so, and is sent nothing."""
    async with office.bot():
        await office.ann.slash(office.videos, "/tween", "admin log")
        assert await told(office, office.ann, office.videos) == "Only admins of this workspace can do that."
    assert office.ann.dm.by_bot == []


async def test_coming_and_going(office: Office) -> None:
    """An installation is its installer's deed; a workspace that threw the bot out keeps its log for the operator."""
    office.slack.installations.clear()
    boss = office.acme.user("max", admin=True)
    of = ("--platform", "slack", "--server", office.acme.id, "--format", "json")
    async with office.bot(mode="oauth") as bot:
        assert (await boss.install(f"{bot.url}/slack/install")).status == 200
        await _set(office, boss, running="3")
        await office.acme.uninstall()
        await office.slack.settled()

        async def deeds() -> list[tuple[str, str]]:
            run = await ended(office.folder, "audit", *of, env=office.env("oauth"))
            assert (run.status, run.err) == (0, "")
            return [(deed["what"], deed["by"]) for deed in json.loads(run.out)]

        async with asyncio.timeout(PATIENCE):
            while len(found := await deeds()) < 3:
                continue
    assert found == [("bot_removed", ""), ("rules_set", boss.id), ("bot_installed", boss.id)]
