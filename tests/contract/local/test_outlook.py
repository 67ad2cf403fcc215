"""What the page asks before a job is sent: the model, the price, the money; and the gallery of what was sent."""

import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.budget import Allowance
from bot.domain.job import Expected, Job
from bot.domain.request import Author, Command, ImageRef
from bot.flow.accept import accept
from bot.ports import Terms
from config import catalogue
from tests.contract.local.running import LIMIT, Bot, FakeOutlook, Setting, running
from tests.fakes import FakeProvider

MODEL = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
TERMS = Terms(9, 9, 9, 9999, 9999, Allowance())


async def _quote(bot: Bot, **asked: object) -> dict[str, Any]:
    status, told = await bot.call("POST", "/v1/quote", json=asked)
    assert status == 200
    return told


async def test_the_model_tells_what_a_form_needs(bot: Bot) -> None:
    """Every option with its rule and its default, in the order of the declaration."""
    _, told = await bot.call("GET", "/v1/model")
    assert (told["endpoint"], told["charges"], told["image_bytes"]) == (MODEL.endpoint, True, LIMIT)
    assert [each["name"] for each in told["options"]] == [each.name for each in MODEL.options]
    options = {each["name"]: each for each in told["options"]}
    assert options["resolution"]["enum"] == ["480p", "720p"]
    frames = options["num_frames"]
    assert (frames["type"], frames["default"], frames["minimum"], frames["maximum"], frames["enum"]) == (
        *("integer", 81, 81, 100, None),
    )
    assert options["seed"]["default"] is None


async def test_a_price_is_what_the_job_will_cost(bot: Bot) -> None:
    """With the defaults, and with options that change it; the size is the video's, the seconds its length."""
    plain = await _quote(bot)
    assert plain == {
        "price_usd": str(MODEL.price.usd(MODEL.defaults())),
        "free": False,
        "size": None,
        "fits": None,
        "bordered": [],
        "warnings": [],
        "mends": [],
        "seconds": 5.06,
        "expected": None,
        "expected_text": "no history yet",
        "left_usd": None,
        "faults": [],
    }
    small = await _quote(bot, options={"resolution": "480p", "num_frames": 100}, start=[1280, 720])
    _, sent = await bot.send(resolution="480p", num_frames="100")
    job = await bot.store.load(sent["id"])
    assert job is not None
    assert (small["price_usd"], small["size"]) == (str(job.request.price), [832, 480])
    assert (await _quote(bot, options={"aspect_ratio": "1:1", "resolution": "480p"}))["size"] == [624, 624]
    assert (await _quote(bot, options={"seed": None}, start=None))["faults"] == []


async def test_a_quote_tells_how_long_it_takes_and_what_is_left(tmp_path: Path) -> None:
    """For the very options that are asked about, in figures and in words; a price needs no store."""
    outlook = FakeOutlook(Expected(103.0, 171.5, 37), Decimal("3.20"))
    async with running(tmp_path, Setting(outlook=outlook)) as bot:
        told = await _quote(bot, options={"resolution": "480p", "num_frames": 120})
        assert told["expected"] == {"low": 103.0, "high": 171.5, "jobs": 37}
        assert told["expected_text"] == "1 min 40 s to 3 min, judging by the last 37 videos"
        assert told["left_usd"] == "3.20"
        assert [job.request.options["resolution"] for job in outlook.asked] == ["480p"]
        outlook.away = True
        without = await _quote(bot, options={"resolution": "480p"})
        assert (without["expected"], without["expected_text"], without["left_usd"]) == (None, "", None)
        assert without["price_usd"] == told["price_usd"]


async def test_what_is_wrong_is_told_beside_a_price(bot: Bot) -> None:
    """While somebody types; in the words that a refusal has, with the price of the rest."""
    told = await _quote(bot, options={"num_frames": 120, "resolution": "480p", "colour": "red", "seed": "x" * 9})
    assert told["price_usd"] == (await _quote(bot, options={"resolution": "480p"}))["price_usd"]
    faults = {fault["field"]: fault for fault in told["faults"]}
    assert {name: fault["rule"] for name, fault in faults.items()} == {
        "num_frames": "range",
        "colour": "unknown",
        "seed": "type",
    }
    assert faults["num_frames"]["message"].endswith("use 100.")


@pytest.mark.parametrize("value", [[], {}, {"a": [1]}, [[]], True, 1.5, "x", 10**30, -1, "\ud800", "\0"])
async def test_any_value_of_an_option_has_an_answer(bot: Bot, value: object) -> None:
    """What JSON can hold is right or wrong, and breaks nothing."""
    for name in ("seed", "num_frames", "resolution", "enable_safety_checker"):
        assert (await bot.call("POST", "/v1/quote", json={"options": {name: value}}))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"1" * 10_000,
        b'{"options": []}',
        b'{"options": "x"}',
        b'{"options": {%s}}' % b",".join(b'"%d": 1' % number for number in range(1000)),
        b'{"start": [1]}',
        b'{"start": [0, 1]}',
        b'{"start": [1.5, 2]}',
        b'{"start": ["1", "2"]}',
        b'{"start": [1e999, 1]}',
        b'{"start": [1, 2, 3]}',
        b'{"start": {"width": 1}}',
        b'{"start": [999999999, 1]}',
    ],
)
async def test_a_question_that_is_none_is_refused(bot: Bot, body: bytes) -> None:
    """As its sender's fault, whatever it is."""
    headers = {"Content-Type": "application/json"}
    status, told = await bot.call("POST", "/v1/quote", data=body, headers=headers)
    assert (status, set(told["error"])) == (400, {"code", "message"})


async def test_a_question_without_end_is_cut_off(bot: Bot) -> None:
    """The answer comes at a megabyte."""
    body = io.BytesIO(json.dumps({"options": {"seed": "x" * 2_000_000}}).encode())
    assert (await bot.call("POST", "/v1/quote", data=body, headers={"Content-Type": "application/json"}))[0] == 413


async def test_a_free_provider_is_told_as_free(tmp_path: Path) -> None:
    """The page says so instead of a price."""
    async with running(tmp_path, Setting(provider=FakeProvider(charges=False))) as bot:
        assert (await _quote(bot))["free"]
        assert (await bot.call("GET", "/v1/model"))[1]["charges"] is False


async def test_the_money_of_the_month_is_told(tmp_path: Path) -> None:
    """What is spent or reserved, and what is left; without a limit nothing is said of that."""
    async with running(tmp_path / "a", Setting(allowance=Allowance(author=Decimal("1.00")))) as bot:
        _, sent = await bot.send(resolution="480p")
        job = await bot.store.load(sent["id"])
        assert job is not None
        price = job.request.price
        _, told = await bot.call("GET", "/v1/usage")
        assert (told["spent_usd"], told["limit_usd"]) == (str(price), "1.00")
        assert Decimal(told["left_usd"]) == 1 - price
        assert told["renews"].startswith("20")
    async with running(tmp_path / "b") as bot:
        _, told = await bot.call("GET", "/v1/usage")
        assert (told["spent_usd"], told["limit_usd"], told["left_usd"]) == ("0", None, None)


def _job(job_id: str, author: Author, prompt: str, moment: float) -> Job:
    image = ImageRef("a", "b")
    job = accept(Command(job_id, author, image, image, prompt, {}), MODEL, moment)
    return replace(job, place={"channel": "1"})


async def _shown(bot: Bot, **query: str | float) -> list[str]:
    status, told = await bot.call("GET", "/v1/gallery", params=query)
    assert status == 200
    return [each["id"] for each in told["tweens"]]


async def test_the_gallery_shows_every_platforms_jobs(bot: Bot) -> None:
    """Newest first, each with its author, and with its video or a link to where it is."""
    mine = await bot.made(prompt="rain")
    for number, platform in enumerate(("discord", "slack")):
        author = Author(platform, f"someone{number}")
        await bot.store.accept(_job(f"{platform}-1", author, "snow", number), TERMS)
    _, told = await bot.call("GET", "/v1/gallery")
    here, on_slack, _ = told["tweens"]
    assert ([each["id"] for each in told["tweens"]], told["more"]) == ([mine, "slack-1", "discord-1"], False)
    assert (here["video"], here["link"], here["author"]) == (f"/v1/tweens/{mine}/video", None, "local")
    assert "rerun" in here["card"]["actions"]
    assert (on_slack["platform"], on_slack["link"]) == ("slack", "https://slack.example/slack-1")
    assert (on_slack["video"], on_slack["card"]["actions"], on_slack["has_frames"]) == (None, {}, False)
    assert on_slack["finished_at"] is None
    assert await _shown(bot, platform="discord") == ["discord-1"]
    assert await _shown(bot, q="SNOW someone1") == ["slack-1"]
    assert await _shown(bot, q="nothing of this") == []


async def test_the_gallery_goes_on_from_page_to_page(bot: Bot) -> None:
    """Each page says whether there is more, and its last job's moment leads to the next."""
    for number in range(7):
        await bot.store.accept(_job(f"discord-{number}", Author("discord", "a"), "x", 1000 + number / 3), TERMS)
    seen: list[str] = []
    before: dict[str, str] = {}
    while True:
        _, told = await bot.call("GET", "/v1/gallery", params={"limit": 3, **before})
        seen += [each["id"] for each in told["tweens"]]
        if not told["more"]:
            break
        before = {"before": repr(told["tweens"][-1]["accepted_at"])}
    assert seen == [f"discord-{number}" for number in reversed(range(7))]


async def test_a_forgotten_job_is_in_no_gallery(bot: Bot) -> None:
    """Not its prompt, not its author; one under way neither, whose author has asked for it."""
    author = Author("discord", "ann")
    await bot.store.accept(_job("discord-1", author, "secret", 1.0), TERMS)
    await bot.store.forget(author)
    assert await _shown(bot) == []
    assert await _shown(bot, q="secret") == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"before": "yesterday"},
        {"before": "nan"},
        {"before": "inf"},
        {"before": "1" * 400},
        {"q": "x" * 201},
        {"platform": "../x"},
        {"platform": "x" * 21},
        {"platform": "dïscord"},
    ],
)
async def test_a_search_that_is_none_is_refused(bot: Bot, query: dict[str, str]) -> None:
    """Its bounds are told."""
    assert (await bot.call("GET", "/v1/gallery", params=query))[0] == 400


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", '"; DROP TABLE jobs', "%00", "\U0001f600", "a " * 90, "?"])
async def test_any_words_can_be_looked_for(bot: Bot, words: str) -> None:
    """They stand for themselves."""
    assert await _shown(bot, q=words) == []
