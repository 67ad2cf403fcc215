"""``tweenbot audit``: the operator reads what was decided, as lines, as data and as a sheet."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.scenario.tweenbot import Ended, ended

COLUMNS = ["time", "platform", "server", "by", "what", "about", "details"]


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the environment of a bot on either database."""
    return {} if request.param == "sqlite" else {"TWEENBOT_DATABASE_URL": str(request.getfixturevalue("postgres"))}


async def test_what_the_operator_decides_is_written_down(store: dict[str, str], tmp_path: Path) -> None:
    """Budgets that are set, changed and dropped, and data that are deleted, without whose; each format tells all."""

    async def run(*arguments: str) -> Ended:
        done = await ended(tmp_path, *arguments, env=store)
        assert (done.status, done.err) == (0, "")
        return done

    assert (await run("audit")).out == "Nothing was done.\n"
    assert json.loads((await run("audit", "--format", "json")).out) == []
    assert list(csv.reader(io.StringIO((await run("audit", "--format", "csv")).out))) == [COLUMNS]
    await run("budget", "set", "20", "--server", "guild", "--platform", "discord")
    await run("budget", "set", "5", "--server", "=cmd", "--role", "-staff")
    await run("budget", "set", "5", "--server", "=cmd", "--role", "-staff")
    await run("budget", "drop", "--server", "=cmd", "--role", "-staff")
    await run("forget", "--platform", "discord", "--user", "ann")
    deeds = json.loads((await run("audit", "--format", "json")).out)
    assert [(deed["what"], deed["server"], deed["by"]) for deed in deeds] == [
        ("data_deleted", "", "operator"),
        ("budget_dropped", "=cmd", "operator"),
        ("budget_set", "=cmd", "operator"),
        ("budget_set", "guild", "operator"),
    ]
    assert deeds[1]["details"] == {"of": "role", "usd": "5 -> none"}
    assert re.fullmatch(r"forgotten:[0-9a-f]{16}", deeds[0]["about"])
    lines = (await run("audit", "--server", "guild")).out.splitlines()
    assert [line.partition("  ")[2] for line in lines] == [
        "discord guild  operator set a budget: of: server; usd: none -> 20"
    ]
    rows = list(csv.reader(io.StringIO((await run("audit", "--platform", "local", "--format", "csv")).out)))
    assert [row[2:] for row in rows[1:]] == [
        ["'=cmd", "operator", "budget_dropped", "'-staff", "of: role; usd: 5 -> none"],
        ["'=cmd", "operator", "budget_set", "'-staff", "of: role; usd: none -> 5"],
    ]
    assert len(json.loads((await run("audit", "--since", "2026-11-01", "--format", "json")).out)) == 4
    assert (await run("audit", "--since", "2999-01-01")).out == "Nothing was done.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--since", "yesterday"], "yesterday"), (["--format", "xml"], "xml"), (["--limit", "3"], "--limit")],
)
async def test_bad_input(arguments: list[str], said: str, tmp_path: Path) -> None:
    """It is refused as click refuses, with status 2."""
    run = await ended(tmp_path, "audit", *arguments)
    assert run.status == 2, run
    assert said in run.err
    assert "Traceback" not in run.err
