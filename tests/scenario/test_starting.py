"""What an operator has set wrongly is told in one line, with the setting's name and without its secret."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.store.migrate import VERSION_TABLE
from tests.scenario.bot import free_port, running
from tests.scenario.tweenbot import PATIENCE, Ended, Running, ended, started

SECRET = "s3kret"  # it is looked for
HERE = {"TWEENBOT_HTTP_PORT": "0"}
NOT_THERE = "postgresql://u:s3kret@127.0.0.1:{port}/test"


async def refused(folder: Path, env: Mapping[str, str], *arguments: str) -> Ended:
    """Start the bot, which must end at once, with a line of its own and without a traceback."""
    began = time.monotonic()
    run = await ended(folder, *(arguments or ("run",)), env=HERE | dict(env))
    assert run.status == 1
    assert time.monotonic() - began < 30
    assert SECRET not in run.err + run.out
    assert "Traceback" not in run.err, run.err
    return run


async def engine_of(bot: Running) -> list[int]:
    """Return the engine that the bot has started, once it has; some imports start short programs before."""
    async with asyncio.timeout(PATIENCE):
        while not (found := [child for child in bot.children() if _is_engine(child)]):  # noqa: ASYNC110  # looked at
            await asyncio.sleep(0.02)
        return found


def _is_engine(process: int) -> bool:
    try:
        return b"\0engine\0" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgressql://u:s3kret@h/test", "postgressql is neither sqlite nor postgresql"),
        ("mysql://u:s3kret@h/test", "mysql is neither sqlite nor postgresql"),
        (SECRET, "that is no database's address"),
        ("postgresql://u:s3kret@h:port/test", "that is no database's address"),
        ("postgresql://u:s3kret@127.0.0.1:1/test?pass=s3kret", "invalid connection option"),
        ("sqlite://", "a SQLite database must be a file"),
        ("sqlite:////nowhere/at/all.sqlite", "unable to open database file"),
    ],
)
async def test_an_address_that_cannot_be(address: str, said: str, tmp_path: Path) -> None:
    """It is not waited for."""
    run = await refused(tmp_path, {"TWEENBOT_DATABASE_URL": address})
    assert said in run.err
    assert "set TWEENBOT_DATABASE_URL to another" in run.err
    assert len(run.err.splitlines()) == 1


async def test_a_postgres_that_refuses(postgres: str, tmp_path: Path) -> None:
    """A database or a user that is not there will not come by waiting; the password stays out of what is said."""
    host = postgres.rpartition("@")[2].rpartition("/")[0]
    nowhere, nobody = f"postgresql://postgres:{SECRET}@{host}/nowhere", f"postgresql://nobody:{SECRET}@{host}/test"
    for address, said in ((nowhere, '"nowhere" does not exist'), (nobody, 'role "nobody"')):
        run = await refused(tmp_path, {"TWEENBOT_DATABASE_URL": address})
        assert said in run.err
        assert "TWEENBOT_DATABASE_URL" in run.err


async def test_a_database_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    """A line names the setting at once; a command that somebody waits for gives up in seconds; SIGTERM ends it."""
    env = {"TWEENBOT_DATABASE_URL": NOT_THERE.format(port=free_port())}
    async with started(tmp_path, "run", env=HERE | env) as bot:
        line = await bot.error("waiting_for_database")
        assert "TWEENBOT_DATABASE_URL=postgresql://u:***@127.0.0.1" in line
        began = time.monotonic()
        bot.interrupt(signal.SIGTERM)
        assert (await bot.end()).status == 0
        assert time.monotonic() - began < 5
    run = await refused(tmp_path, env, "jobs")
    assert "cannot be used: Connection refused" in run.err


async def test_sigterm_while_the_engine_starts(tmp_path: Path) -> None:
    """An end before the beginning is an orderly one too, and leaves no engine behind."""
    async with started(tmp_path, "run", env=HERE) as bot:
        children = await engine_of(bot)
        began = time.monotonic()
        bot.interrupt(signal.SIGTERM)
        run = await bot.end()
        assert (run.status, run.out) == (0, "")
        assert time.monotonic() - began < 10
        assert not any(Path(f"/proc/{child}").exists() for child in children)


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """Ours or the engine's: the file is named, and nothing is begun."""
    folder = tmp_path / ".tweenbot"
    folder.mkdir()
    for name in ("tweenbot.sqlite", "dbos.sqlite"):
        (folder / name).write_bytes(b"no database " * 2000)
        run = await refused(tmp_path, {})
        assert f"{name} cannot be used: the file is damaged" in run.err
        (folder / name).unlink()


async def test_tables_of_a_newer_version(tmp_path: Path) -> None:
    """They are left alone, by the bot and by the operator's commands."""
    assert (await ended(tmp_path, "jobs")).status == 0
    with sqlite3.connect(tmp_path / ".tweenbot" / "tweenbot.sqlite") as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")  # our own name
    for command in ("run", "jobs"):
        assert "(its tables are of revision 9999)" in (await refused(tmp_path, {}, command)).err


async def test_a_role_of_its_own_needs_postgres(tmp_path: Path) -> None:
    """SQLite is one process's own: what a gateway took there nobody would carry."""
    for role in ("gateway", "worker"):
        assert f"--role {role} needs a Postgres" in (await refused(tmp_path, {}, "run", "--role", role)).err


async def test_settings_of_the_server(tmp_path: Path) -> None:
    """A port that is taken, an address of another machine, a public URL with a path: each by its name."""
    async with running(tmp_path, {}) as bot:
        port = bot.url.rpartition(":")[2]
        other = tmp_path / "other"
        other.mkdir()
        assert "TWEENBOT_HTTP_PORT" in (await refused(other, {"TWEENBOT_HTTP_PORT": port})).err
    assert "TWEENBOT_HTTP_HOST" in (await refused(tmp_path, {"TWEENBOT_HTTP_HOST": "192.0.2.1"})).err
    for url in ("https://bot.example.org/path", "https://u:s3kret@bot.example.org", "bot.example.org"):
        assert "TWEENBOT_PUBLIC_URL: " in (await refused(tmp_path, {"TWEENBOT_PUBLIC_URL": url})).err


@pytest.mark.alone
async def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    """Whoever sends two has had enough of waiting, and nothing is lost by it."""
    async with running(tmp_path, {}) as bot:
        await bot.accepted(resolution="720p", num_frames=100)
        bot.process.interrupt(signal.SIGTERM)
        await bot.process.error("ending")
        began = time.monotonic()
        bot.process.interrupt(signal.SIGTERM)
        await bot.process.end()
        assert time.monotonic() - began < 2
