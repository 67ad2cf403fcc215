"""Workspaces and organizations install the bot by themselves, use it with tokens of their own, and throw it out."""

import asyncio
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from cryptography.fernet import Fernet

from tests.scenario.bot import Bot, running
from tests.scenario.slack.office import KEY, Office
from tests.scenario.tweenbot import PATIENCE, ended
from tests.twins.slack import User, Workspace
from tests.twins.slack_oauth import Visit

CALLBACK = "/slack/oauth_redirect"
COOKIE = "slack-app-oauth-state"
SAFE = "default-src 'none'; frame-ancestors 'none'"


def vault(folder: Path) -> dict[str, bytes]:
    """Return what the database keeps sealed."""
    with sqlite3.connect(folder / ".tweenbot" / "tweenbot.sqlite") as connection:
        return dict(connection.execute("SELECT name, value FROM vault"))


def installed(folder: Path) -> list[str]:
    """Return the names of the installations that the database keeps."""
    return sorted(name for name in vault(folder) if name.startswith(("slack/team/", "slack/enterprise/")))


def bytes_of(folder: Path) -> Iterator[bytes]:
    """Yield all that the bot has on its disk."""
    yield from (file.read_bytes() for file in (folder / ".tweenbot").rglob("*") if file.is_file())


async def install(bot: Bot, person: User, *, everywhere: bool = False, allows: bool = True) -> Visit:
    """Install the bot as that person does."""
    return await person.install(f"{bot.url}/slack/install", everywhere=everywhere, allows=allows)


async def jobs_of(office: Office, person: User) -> str:
    """Return what the operator sees of a person's jobs."""
    of = ("--platform", "slack", "--user", person.id)
    return (await ended(office.folder, "jobs", *of, env=office.env("oauth"))).out


def place(office: Office, name: str, enterprise: str | None = None) -> Workspace:
    """Make a workspace that the bot is not in."""
    return office.slack.workspace(name, enterprise, installed=False)


def strangers(office: Office) -> None:
    """Take the bot out of the workspace that the office begins with."""
    office.slack.installations.clear()


async def test_two_workspaces_with_tokens_of_their_own(office: Office) -> None:
    """Each has its video by its own token; no token is on the disk or in the log, and a restart finds both."""
    strangers(office)
    ann, bob = office.ann, place(office, "Other").user("bob")
    films = bob.workspace.channel("films")
    async with office.bot(mode="oauth") as bot:
        for person in (ann, bob):
            page = await install(bot, person)
            assert page.status == 200
            assert f"It is in {person.workspace.name} now" in page.text
        card = await office.tween(resolution="480p")
        await office.finished()
        await office.until(card, "Done")
        bot.process.interrupt()
        first = await bot.process.end()
    async with office.bot(mode="oauth") as bot:
        card = await office.asked(bob, films, resolution="480p")
        await office.finished(films)
        await office.until(card, "Done")
        bot.process.interrupt()
        second = await bot.process.end()
    tokens = {one.token: one.home for one in office.slack.installations}
    assert len(tokens) == 2
    assert {tokens[seen.token] for seen in office.slack.calls("chat.postMessage")} == {ann.workspace, bob.workspace}
    logs = (first.out + first.err + second.out + second.err).encode()
    for secret in (*tokens, office.env("oauth")["SLACK_CLIENT_SECRET"], KEY):
        assert all(secret.encode() not in data for data in (*bytes_of(office.folder), logs))
    assert installed(office.folder) == sorted(f"slack/team/{one.workspace.id}" for one in (ann, bob))


async def test_an_organization_installs_it_once(office: Office) -> None:
    """Any of its workspaces is served then, by events, commands and clicks; its removal forgets all of them."""
    strangers(office)
    one = place(office, "One", "Org")
    two = office.slack.workspace("Two", one.enterprise, installed=False)
    boss, ann = one.user("boss", admin=True), two.user("ann")
    channel = two.channel("films")
    assert one.enterprise is not None
    async with office.bot(mode="oauth") as bot:
        page = await install(bot, boss, everywhere=True)
        assert "It is in Org now" in page.text
        card = await office.asked(ann, channel, resolution="480p")
        await office.finished(channel)
        await office.until(card, "Done")
        assert (await ann.click(card, "Recipe")).failed is None
        assert installed(office.folder) == [f"slack/enterprise/{one.enterprise.id}"]
        assert f"slack/seen/{one.enterprise.id}/{two.id}" in vault(office.folder)
        await one.uninstall()
        await office.slack.settled()
        await office.slack.until(lambda: not installed(office.folder) or None)
        await office.slack.until(lambda: not [name for name in vault(office.folder) if "/seen/" in name] or None)
    assert {seen.token for seen in office.slack.calls("chat.postMessage")} == {office.slack.installations[0].token}


async def test_a_person_who_says_no(office: Office) -> None:
    """Nothing is stored; the page says so, and leads back to the beginning."""
    strangers(office)
    async with office.bot(mode="oauth") as bot:
        page = await install(bot, office.ann, allows=False)
    assert "You did not allow it" in page.text
    assert 'href="/slack/install"' in page.text
    assert vault(office.folder) == {}


async def test_a_state_is_for_one_browser_and_for_once(office: Office) -> None:
    """Replayed, without its cookie, made up, sealed by somebody else, or too old, no code is even looked at."""
    strangers(office)
    old = Fernet(KEY).encrypt(f"state {int(time.time()) - 601} number".encode()).decode().rstrip("=")
    foreign = Fernet(Fernet.generate_key()).encrypt(f"state {int(time.time())} number".encode()).decode().rstrip("=")
    other = Fernet(KEY).encrypt(b'{"bot_token": "x"}').decode().rstrip("=")
    async with office.bot(mode="oauth") as bot, aiohttp.ClientSession() as browser:
        page = await install(bot, office.ann)
        state = re.search(r"state=([\w-]+)", page.url)
        assert state is not None
        seen = len(office.slack.calls("oauth.v2.access"))

        async def back(value: str, cookie: str | None = None) -> tuple[int, str]:
            headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
            address = f"{bot.url}{CALLBACK}?code=c&state={value}"
            async with browser.get(address, headers=headers) as answer:
                return answer.status, await answer.text()

        for value in (state[1], old, foreign, other, "made-up"):
            status, text = await back(value, value)
            assert (status, "used before, or is older than ten minutes" in text) == (401, True)
        for cookie in (None, "another"):
            status, text = await back(old, cookie)
            assert (status, "another browser" in text) == (400, True)
        async with browser.get(f"{bot.url}{CALLBACK}?error=%3Cscript%3Ealert(1)%3C/script%3E") as answer:
            assert "<script>" not in await answer.text()
            assert "alert" not in await answer.text()
        bot.process.interrupt()
        end = await bot.process.end()
    assert len(office.slack.calls("oauth.v2.access")) == seen == 1
    assert "slack_install_failed" not in end.err
    assert installed(office.folder) == [f"slack/team/{office.acme.id}"]


async def test_a_code_that_slack_does_not_take(office: Office) -> None:
    """The page says so; the code is in no log."""
    strangers(office)
    async with office.bot({"SLACK_CLIENT_SECRET": "another"}, mode="oauth") as bot:
        page = await install(bot, office.ann)
        bot.process.interrupt()
        end = await bot.process.end()
    office.slack.forgive()
    assert (page.status, "Slack did not accept the code" in page.text) == (401, True)
    assert "reason=invalid_code" in end.err
    assert next(iter(office.slack.codes)) not in end.err
    assert installed(office.folder) == []


async def test_the_pages_are_plain(office: Office) -> None:
    """No script, style, picture or foreign host; a language and a heading; a strict policy, and a guarded cookie."""
    async with office.bot(mode="oauth") as bot, aiohttp.ClientSession() as browser:
        async with browser.get(f"{bot.url}/slack/install") as answer:
            text, headers, cookie = await answer.text(), answer.headers, answer.headers["Set-Cookie"]
        page = await install(bot, office.ann)
    for html in (text, page.text):
        assert not re.search(r"<(script|style|img|link|iframe)|javascript:|http-equiv", html)
        assert re.search(r'<html lang="en">.*<title>[^<]+</title>.*<main>\s*<h1>[^<]+</h1>', html, re.DOTALL)
    assert set(re.findall(r"https?://[^/\"]+", text)) == {office.slack.url, bot.url}
    assert re.findall(r"https?://", page.text) == []
    assert headers["Content-Security-Policy"] == SAFE
    assert headers["Content-Type"].startswith("text/html")
    assert {"HttpOnly", "Secure"} <= {part.strip() for part in cookie.split(";")}
    # Two states were handed out, and the one that came back is noted.
    assert len([name for name in vault(office.folder) if name.startswith("slack/used/")]) == 1


async def test_it_is_thrown_out(office: Office) -> None:
    """Token, rules and budgets go; the job under way ends in so many words, and a second installation begins anew."""
    strangers(office)
    boss = office.acme.user("boss", admin=True)
    async with office.bot(mode="oauth") as bot:
        await install(bot, boss)
        form = await (await boss.slash(office.videos, "/tween", "admin")).modal()
        assert (await boss.submit(form, {"budget_server": "5"})).failed is None
        card = await office.tween(resolution="480p")
        job = await office.fal.next_job()
        await office.acme.uninstall()
        await office.slack.settled()
        await office.slack.until(lambda: installed(office.folder) == [] or None)
        job.finish()
        await bot.process.error("slack_left")
        env = office.env("oauth")
        async with asyncio.timeout(PATIENCE):
            while "not installed" not in await jobs_of(office, office.ann):
                continue
        budgets = await ended(
            office.folder, "budget", "list", "--platform", "slack", "--server", office.acme.id, env=env
        )
        assert budgets.out.startswith("No budgets")
        await install(bot, boss)
        assert installed(office.folder) == [f"slack/team/{office.acme.id}"]
        # The word of the first leaving, once more.
        again = next(sent for sent in office.slack.deliveries.all if sent.what == "app_uninstalled")
        again.payload["event_time"] -= 60
        await office.slack.redeliver(again)
        await office.slack.settled()
        second = await office.tween(resolution="480p")
        assert second is not card
        assert installed(office.folder) == [f"slack/team/{office.acme.id}"]
        (await office.fal.next_job()).finish()
        await office.until(second, "Done")


async def test_somebody_of_a_workspace_that_it_is_not_in(office: Office) -> None:
    """A command that is still offered there for a while is answered, and takes nothing."""
    async with office.bot(mode="oauth"):
        did = await office.ann.slash(office.videos, "/tween", "a door opens")
        assert did.failed is None
    assert [m.text for m in office.videos.messages if m.ephemeral_to is office.ann] == [
        "I am not installed in this workspace any more, so nothing was taken or charged. Ask an admin to install me."
    ]
    assert office.fal.seen == []


@pytest.mark.parametrize("old", [KEY, "a passphrase of some length"], ids=["key", "passphrase"])
async def test_a_key_is_changed(old: str, office: Office) -> None:
    """With both, everything is sealed anew at the start; then the old one can go. A wrong one ends the start."""
    strangers(office)
    new = "another passphrase"
    async with office.bot({"TWEENBOT_SECRET_KEY": old}, mode="oauth") as bot:
        await install(bot, office.ann)
    before = vault(office.folder)
    async with office.bot({"TWEENBOT_SECRET_KEY": f"{new}, {old}"}, mode="oauth"):
        pass
    after = vault(office.folder)
    name = f"slack/team/{office.acme.id}"
    assert before[name] != after[name]
    async with office.bot({"TWEENBOT_SECRET_KEY": new}, mode="oauth"):
        await office.tween(resolution="480p")
    env = office.env("oauth") | {"TWEENBOT_SECRET_KEY": old, "TWEENBOT_PUBLIC_URL": "https://bot.example.org"}
    run = await ended(office.folder, "run", env=env | {"TWEENBOT_HTTP_PORT": "0"})
    assert run.status == 1
    assert "TWEENBOT_SECRET_KEY" in run.err
    assert vault(office.folder) == after | {n: v for n, v in vault(office.folder).items() if n not in after}


async def test_a_worker_needs_the_key_alone(office: Office, postgres: str) -> None:
    """It finds the tokens of every workspace in the database."""
    strangers(office)
    shared = {"TWEENBOT_DATABASE_URL": postgres}
    kept = {"TWEENBOT_SECRET_KEY", "TWEENBOT_SLACK_API_URL", "TWEENBOT_FAL_URL", "FAL_KEY"}
    env = {name: value for name, value in office.env("oauth").items() if name in kept} | shared
    async with (
        office.bot(
            shared | {"TWEENBOT_DATA_DIR": str(office.folder / "gateway")}, "--role", "gateway", mode="oauth"
        ) as bot,
        running(office.folder, env | {"TWEENBOT_DATA_DIR": str(office.folder / "worker")}, "--role", "worker"),
    ):
        await install(bot, office.ann)
        card = await office.tween(resolution="480p")
        await office.finished()
        await office.until(card, "Done")
