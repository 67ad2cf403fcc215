"""Images that are sent as links: fetched at once, then like any other, and nothing is kept of where they were."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.domain.errors import Which
from tests.contract.local.running import END, LIMIT, START, Bot, Setting, running
from tests.fakes import FakeProvider

SECRET = "https://pictures.example/1280x720?Signature=secret"


@pytest.mark.parametrize("end", [END, "HTTP://pictures.example/832x480"])
async def test_a_field_may_hold_a_link_in_the_place_of_a_file(tmp_path: Path, end: bytes | str) -> None:
    """One of them or both; what is sent to be rendered is what the link gave when the job was accepted."""
    provider = FakeProvider()
    async with running(tmp_path, Setting(provider=provider)) as bot:
        status, sent = await bot.send(start=f"  {SECRET}\n", end=end)
        assert status == 202, sent
        assert sorted((bot.data_dir / "inbox" / name).read_bytes() for name in bot.files("inbox")) == [START, END]
        await bot.carry(sent["id"])
        _, told = await bot.call("GET", f"/v1/tweens/{sent['id']}")
        assert told["state"] == "delivered"
    assert provider.asked[:2] == ["upload start", "upload end"]


async def test_nothing_is_stored_of_where_an_image_was(bot: Bot) -> None:
    """A link may hold a signature: the job knows the file's name, and the file."""
    _, sent = await bot.send(start=SECRET)
    job = await bot.store.load(sent["id"])
    assert job is not None
    assert job.request.start.name == "1280x720"
    assert "secret" not in repr(job) + json.dumps(sent)
    assert "://" not in job.request.start.locator


async def test_what_is_wrong_with_a_link_is_told_by_its_field(bot: Bot) -> None:
    """With everything else that is wrong, and nothing is left behind."""
    status, told = await bot.send(
        start="https://pictures.example/missing", end="https://pictures.example/empty", num_frames="7"
    )
    assert (status, [fault["field"] for fault in told["error"]["faults"]]) == (422, ["start", "end", "num_frames"])
    assert "not there" in told["error"]["faults"][0]["message"]
    assert bot.files("inbox") == []


@pytest.mark.parametrize(
    "start", ["not a link", "https://pictures.example/a b", "ftp://pictures.example/a", "https://a/" + "a" * LIMIT]
)
async def test_a_text_that_is_no_link_is_a_file_that_is_no_image(bot: Bot, start: str) -> None:
    """As before: whoever leaves out a file's name still sends a file, and hears of it when it is opened."""
    status, told = await bot.send(start=start)
    assert status == (422 if len(start) > LIMIT else 202), told
    assert len(bot.files("inbox")) == (0 if status == 422 else 2)


async def test_a_file_whose_content_is_a_link_is_a_file(bot: Bot) -> None:
    """It has a name: nobody is asked for what a file holds."""
    status, sent = await bot.send(start=SECRET.encode())
    job = await bot.store.load(sent["id"])
    assert status == 202
    assert job is not None
    assert job.request.start.name == "start.png"


async def test_a_link_beside_an_earlier_picture_is_one_field_twice(bot: Bot) -> None:
    """As with a file."""
    job_id = await bot.made()
    assert (await bot.send(start=SECRET, start_from=f"{job_id}/last"))[0] == 400


@dataclass
class Uneven:
    """Links of which the first fails, by a fault of the bot's, while the second has no end."""

    left: list[Which] = field(default_factory=list)

    async def fetch(self, which: Which, link: str, limit: int) -> bytes:
        """Fail, or wait until nobody waits for it."""
        if which == "start":
            raise RuntimeError("a fault in the bot")
        try:
            await asyncio.Event().wait()
        finally:
            self.left.append(which)
        return END


async def test_nothing_is_fetched_on_for_a_form_that_has_failed(tmp_path: Path) -> None:
    """It would come to lie in the inbox after everything else of the form is gone."""
    links = Uneven()
    async with running(tmp_path, Setting(links=links)) as bot:
        assert (await bot.send(start=SECRET, end=SECRET))[0] == 500
        assert (links.left, bot.files("inbox")) == (["end"], [])
