"""What those who manage a server have decided is written down, and shown to them alone, with a file of it."""

import asyncio
import csv
import io

import pytest

from tests.scenario.discord.studio import Studio, answer
from tests.scenario.tweenbot import PATIENCE, ended
from tests.twins.discord import CannotDo, Person


async def _log(boss: Person, studio: Studio) -> tuple[str, list[list[str]]]:
    """Return what the command answers, and the rows of its file, without the head."""
    shown = await (await boss.slash(studio.room, "tween-admin audit")).shown()
    assert shown.ephemeral
    assert not shown.pings
    assert [each.name for each in shown.shown] == ["tween-admin-log.csv"]
    head, *rows = csv.reader(io.StringIO(shown.attachment.data.decode(), newline=""))
    assert head == ["time", "platform", "server", "by", "what", "about", "details"]
    return shown.text, rows


async def test_every_decision_is_in_the_log(studio: Studio) -> None:
    """Who, what, and before and after, newest first; and what another server decided is in nobody else's."""
    boss = studio.somebody("Max", manages=True)
    elsewhere = studio.discord.guild("Elsewhere")
    elsewhere.join(boss, manages=True)
    async with studio.bot():
        text, rows = await _log(boss, studio)
        assert "Nothing was decided here yet." in text
        assert rows == []
        await answer(await boss.slash(studio.room, "tween-admin limits", running=3))
        await answer(await boss.slash(studio.room, "tween-admin budget", usd=5.0, member=studio.ann))
        await answer(await boss.slash(studio.room, "tween-admin budget", member=studio.ann, remove=True))
        await answer(await boss.slash(studio.room, "tween-admin channels", channel=studio.room))
        await answer(await boss.slash(studio.room, "tween-admin channels", channel=studio.room))
        form = await (await boss.slash(studio.room, "tween-admin moderation")).modal()
        await answer(await boss.submit(form, {"Forbidden words": "=HYPERLINK(1)\n@here"}))
        await answer(await boss.slash(elsewhere.channel("hall"), "tween-admin limits", running=7))
        text, rows = await _log(boss, studio)
        lines = text.splitlines()
    assert lines[0] == "### What was decided here"
    assert [line.partition("> ")[2].partition(":")[0] for line in lines[1:]] == [
        f"{boss.mention} set the rules",
        f"{boss.mention} set the rules",
        f"{boss.mention} removed a budget ({studio.ann.id})",
        f"{boss.mention} set a budget ({studio.ann.id})",
        f"{boss.mention} set the rules",
    ]
    assert [(row[1], row[2], row[3]) for row in rows] == [("discord", str(studio.guild.id), str(boss.id))] * 5
    assert [row[4:] for row in rows] == [
        ["rules_set", "", "words: 0 -> 2: +=HYPERLINK(1), +@here"],
        ["rules_set", "", f"channels: 0 -> 1: +{studio.room.id}"],
        ["budget_dropped", str(studio.ann.id), "of: user; usd: 5 -> none"],
        ["budget_set", str(studio.ann.id), "of: user; usd: none -> 5"],
        ["rules_set", "", "running: none -> 3"],
    ]


async def test_the_log_is_for_those_who_manage_the_server(studio: Studio) -> None:
    """Others do not see the command, and are refused where it is handed to them."""
    async with studio.bot():
        with pytest.raises(CannotDo, match="lacks the permissions"):
            await studio.ann.slash(studio.room, "tween-admin audit")
        (command,) = (each for each in studio.discord.commands if each["name"] == "tween-admin")
        command["default_member_permissions"] = None
        for subcommand in ("audit", "moderation", "ask"):
            said = await answer(await studio.ann.slash(studio.room, f"tween-admin {subcommand}"))
            assert said == "Only members who may manage this server can do that."


async def test_the_operators_decisions_are_in_it(studio: Studio) -> None:
    """A budget that was set on the command line is a deed of that server."""
    boss = studio.somebody("Max", manages=True)
    place = ("--platform", "discord", "--server", str(studio.guild.id))
    async with studio.bot():
        run = await ended(studio.folder, "budget", "set", "20", *place, "--everyone", env=studio.env)
        assert run.status == 0, run
        text, rows = await _log(boss, studio)
    assert "The operator set a budget: of: everyone; usd: none -> 20" in text
    assert [row[3:] for row in rows] == [["operator", "budget_set", "", "of: everyone; usd: none -> 20"]]


async def test_coming_and_going(studio: Studio) -> None:
    """The log outlives the rules: should the bot come back, what was decided before can still be read."""
    boss = studio.somebody("Max", manages=True)
    async with studio.bot():
        await answer(await boss.slash(studio.room, "tween-admin limits", running=3))
        studio.guild.remove_bot()
        studio.guild.installed = True
        studio.discord.state.appeared(studio.guild)
        async with asyncio.timeout(PATIENCE):
            # It is written down beside the commands that are answered meanwhile.
            while len((found := await _log(boss, studio))[1]) < 3:
                continue
    assert [row[3:5] for row in found[1]] == [["", "bot_installed"], ["", "bot_removed"], [str(boss.id), "rules_set"]]
    assert "Somebody took the bot out" in found[0]
