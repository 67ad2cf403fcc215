"""``tweenbot doctor`` asks the operator's check: a bot whose check does not answer sends no job."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.scenario.bot import free_port
from tests.scenario.check import checking
from tests.scenario.tweenbot import ended

SECRET = "a secret of the operator's"


async def told(folder: Path, env: Mapping[str, str]) -> tuple[int, dict[str, Any] | None]:
    """Return the exit status, and the line on the check, if there is one."""
    run = await ended(folder, "doctor", "--json", env=dict(env))
    assert run.err == ""
    assert SECRET not in run.out
    found = [each for each in json.loads(run.out)["checks"] if each["name"] == "Moderation check"]
    return run.status, found[0] if found else None


async def test_a_check_that_works(tmp_path: Path) -> None:
    """It is asked once, signed, about two pictures that it can open, of a job that it can tell from all others."""
    async with checking() as check:
        status, line = await told(tmp_path, check.env)
    assert line is not None
    assert (status, line["mark"], line["said"]) == (0, "ok", "127.0.0.1 answers, and lets a harmless job through")
    (asked,) = check.asked
    assert check.is_signed == [True]
    assert [asked[name] for name in ("version", "kind", "platform", "author", "job")] == [1, "before", *["doctor"] * 3]
    assert [image["which"] for image in asked["images"]] == ["start", "end"]
    assert all(image["data"].startswith("iVBORw0KGgo") for image in asked["images"])


async def test_a_check_that_refuses_what_is_harmless(tmp_path: Path) -> None:
    """It works, so nothing is broken; but its operator should look."""
    async with checking() as check:
        check.refuses = True
        status, line = await told(tmp_path, check.env)
    assert line is not None
    assert (status, line["mark"]) == (0, "look")
    assert "two grey pictures" in line["mend"]


async def test_a_check_that_is_away(tmp_path: Path) -> None:
    """The setting is named; the path of its address, which may be a secret, is not."""
    env = {"TWEENBOT_MODERATION_URL": f"http://127.0.0.1:{free_port()}/hidden"}
    status, line = await told(tmp_path, env)
    assert line is not None
    assert (status, line["mark"]) == (1, "mend")
    assert "TWEENBOT_MODERATION_URL" in line["mend"]
    assert "TWEENBOT_MODERATION_SECRET" not in line["mend"]
    assert "hidden" not in json.dumps(line)


async def test_a_check_that_does_not_know_the_secret(tmp_path: Path) -> None:
    """Its 403 is told, with the setting that both sides must have."""
    async with checking() as check:
        check.secret = "another one, of another bot"
        status, line = await told(tmp_path, check.env)
    assert line is not None
    assert (status, line["mark"]) == (1, "mend")
    assert "HTTP 403" in line["said"]
    assert "TWEENBOT_MODERATION_SECRET" in line["mend"]


async def test_without_a_check_there_is_no_line(tmp_path: Path) -> None:
    """Most have none, and miss nothing."""
    assert await told(tmp_path, {}) == (0, None)
