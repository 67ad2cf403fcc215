"""The operator's commands beside a bot that runs, on a SQLite file and on Postgres."""

import asyncio
from pathlib import Path

import pytest

from tests.scenario.at_fal import at
from tests.scenario.bot import running
from tests.scenario.tweenbot import Ended, ended
from tests.twins.fal import FalTwin


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the environment of a bot on either database."""
    return {} if request.param == "sqlite" else {"TWEENBOT_DATABASE_URL": str(request.getfixturevalue("postgres"))}


async def test_history_money_and_delete_my_data(store: dict[str, str], fal: FalTwin, tmp_path: Path) -> None:
    """Each command sees what the bot did, the bot heeds each command, and a deleted job leaves no file."""
    env = at(fal) | store

    async def said(*arguments: str) -> str:
        run = await ended(tmp_path, *arguments, env=env)
        assert (run.status, run.err) == (0, "")
        return run.out

    async with running(tmp_path, env | {"TWEENBOT_BUDGET_PER_USER": "0.50"}) as bot:
        assert await said("jobs") == "No jobs.\n"
        job_id = await bot.accepted(prompt="dusk falls")
        (await fal.next_job()).finish()
        await bot.until(job_id, final=True)
        assert "dusk falls" in await said("jobs", "--limit", "1")
        assert "$0.20" in await said("usage")
        files = [each for name in ("inbox", "videos") for each in (tmp_path / ".tweenbot" / name).iterdir()]
        assert [each.suffix for each in files] == [".mp4"]
        under_way = await bot.accepted("k2")
        twin_job = await fal.next_job()
        assert await said("forget") == "Deleted 1 job. 1 under way will be deleted when they end.\n"
        assert not files[0].exists()
        assert (await bot.job(job_id))["error"]["code"] == "no_job"
        assert (await bot.job(under_way))["state"] in {"submitting", "submitted"}
        assert "$0.40" in await said("usage")
        twin_job.finish()
    assert len(fal.jobs) == 2


async def test_budgets(store: dict[str, str], tmp_path: Path) -> None:
    """Set, listed, changed and dropped; several processes may do it at once."""

    async def budget(*arguments: str) -> Ended:
        return await ended(tmp_path, "budget", *arguments, "--server", "guild", env=store)

    assert (await budget("list")).out.startswith("No budgets")
    runs = await asyncio.gather(budget("set", "20"), budget("set", "5.25", "--role", "staff"))
    assert [(run.status, run.err) for run in runs] == [(0, ""), (0, "")]
    listed = (await budget("list")).out
    assert "$20.00" in listed
    assert "$5.25" in listed
    assert (await budget("set", "7", "--role", "staff")).status == 0
    dropped = await budget("drop")
    assert dropped.status == 0
    assert "$20.00" not in dropped.out
    assert "$7.00" in dropped.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["budget", "set", "-1", "--server", "g"], "-1"),
        (["budget", "set", "nan", "--server", "g"], "nan"),
        (["budget", "set", "inf", "--server", "g"], "inf"),
        (["budget", "set", "much", "--server", "g"], "much"),
        (["budget", "set", "5"], "--server"),
        (["budget", "set", "5", "--server", "g", "--user", "u", "--everyone"], "--everyone"),
        (["budget", "drop", "--server", "g", "--role", "r", "--user", "u"], "--role"),
        (["jobs", "--limit", "0"], "--limit"),
        (["jobs", "--limit", "99999999999999999999"], "--limit"),
        (["forget", "--platform"], "--platform"),
    ],
)
async def test_bad_input(arguments: list[str], said: str, tmp_path: Path) -> None:
    """It is refused as click refuses, with status 2, and nothing is changed."""
    run = await ended(tmp_path, *arguments)
    assert run.status == 2, run
    assert said in run.err
    assert "Traceback" not in run.err


async def test_a_platform_that_is_none(tmp_path: Path) -> None:
    """Nobody is there, whatever the name: nothing is found, and nothing deleted."""
    assert (await ended(tmp_path, "forget", "--platform", "nowhere", "--user", "nobody")).out == "Deleted 0 jobs.\n"
    assert (await ended(tmp_path, "jobs", "--platform", "no\udcffwhere")).out == "No jobs.\n"
