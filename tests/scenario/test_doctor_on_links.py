"""``tweenbot doctor`` tries where videos are kept that are handed out by a link, and leaves nothing there."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.scenario.bot import free_port
from tests.scenario.tweenbot import ended
from tests.twins.s3 import S3Twin

PUBLIC = {"TWEENBOT_PUBLIC_URL": f"http://127.0.0.1:{free_port()}"}


@pytest.fixture
async def s3() -> AsyncIterator[S3Twin]:
    """Return a stand-in for S3 with an empty bucket."""
    async with S3Twin().running() as twin:
        yield twin


def in_bucket(s3: S3Twin) -> dict[str, str]:
    """Return the settings of that bucket."""
    return {
        **PUBLIC,
        "TWEENBOT_S3_BUCKET": "bucket",
        "TWEENBOT_S3_ENDPOINT": s3.url,
        "AWS_ACCESS_KEY_ID": "twin-key-id",
        "AWS_SECRET_ACCESS_KEY": "twin-secret",
        "AWS_REGION": "eu-central-1",
    }


async def links(folder: Path, env: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the line on the links to videos, if there is one."""
    run = await ended(folder, "doctor", "--json", env=dict(env))
    assert "twin-secret" not in run.out + run.err
    found = [each for each in json.loads(run.out)["checks"] if each["name"] == "Links to videos"]
    return found[0] if found else None


async def test_a_folder_that_works(tmp_path: Path) -> None:
    """It is named, with how full it is; the file that was tried is gone."""
    told = await links(tmp_path, PUBLIC)
    assert told is not None
    assert (told["mark"], told["said"]) == ("ok", ".tweenbot/media, nothing of 21.5 GB in use")
    assert list((tmp_path / ".tweenbot" / "media").iterdir()) == []


async def test_a_folder_that_does_not(tmp_path: Path) -> None:
    """A file stands where it should be."""
    (tmp_path / ".tweenbot").mkdir()
    (tmp_path / ".tweenbot" / "media").write_bytes(b"")
    told = await links(tmp_path, PUBLIC)
    assert told is not None
    assert told["mark"] == "mend"
    assert told["said"].startswith(".tweenbot/media cannot be used (")


async def test_a_bucket_that_works(s3: S3Twin, tmp_path: Path) -> None:
    """Written, read and removed, all signed; nothing is left of it."""
    told = await links(tmp_path, in_bucket(s3))
    assert told is not None
    assert (told["mark"], told["said"]) == ("ok", "s3://bucket/media, nothing of 21.5 GB in use")
    assert s3.requests == ["PUT", "HEAD", "GET", "POST delete"]
    assert s3.buckets == {"bucket": {}}


async def test_a_bucket_that_refuses_the_key(s3: S3Twin, tmp_path: Path) -> None:
    """By the storage's own word, with the settings to look at."""
    told = await links(tmp_path, {**in_bucket(s3), "AWS_SECRET_ACCESS_KEY": "another"})
    assert told is not None
    assert (told["mark"], told["said"]) == ("mend", "s3://bucket/media cannot be used (SignatureDoesNotMatch)")
    assert "TWEENBOT_S3_BUCKET" in told["mend"]


@pytest.mark.parametrize("lacking", ["TWEENBOT_S3_BUCKET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
async def test_settings_that_do_not_fit(s3: S3Twin, tmp_path: Path, lacking: str) -> None:
    """What is missing is named, here and by a bot that does not start with them."""
    env = {name: value for name, value in in_bucket(s3).items() if name != lacking}
    told = await links(tmp_path, env)
    assert told is not None
    assert told["mark"] == "mend"
    assert lacking in told["mend"]
    run = await ended(tmp_path, "run", env=env)
    assert run.status == 1
    assert lacking in run.err


async def test_without_a_public_url_there_are_no_links(s3: S3Twin, tmp_path: Path) -> None:
    """Nothing is tried; a bucket that is set for nothing is mentioned."""
    assert await links(tmp_path, {}) is None
    told = await links(
        tmp_path, {name: value for name, value in in_bucket(s3).items() if name != "TWEENBOT_PUBLIC_URL"}
    )
    assert told is not None
    assert told["mark"] == "not set"
    assert s3.requests == []
