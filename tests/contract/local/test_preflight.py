"""What is told of both images before a job is sent, and what is done with one of another shape than the video's."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.budget import Allowance
from bot.domain.job import Job, Proposed
from bot.domain.mend import CUT_WORTH_TELLING, cut_away
from bot.domain.request import Author, Command, Fit, ImageRef
from bot.flow.accept import accept
from bot.ports import Terms
from config import catalogue
from tests.contract.local.running import Bot

WIDE, TALL, SMALL = [1920, 1080], [1080, 1920], [416, 240]
MODEL = catalogue.load()[catalogue.DEFAULT_ENDPOINT]
BLUR = "Blurred borders"


async def _quote(bot: Bot, **asked: object) -> dict[str, Any]:
    status, told = await bot.call("POST", "/v1/quote", json=asked)
    assert status == 200
    return told


def _on(told: Mapping[str, Any]) -> list[str]:
    return [mend["label"] for mend in told["mends"] if mend["on"]]


async def _stored(bot: Bot, job_id: str) -> Job:
    job = await bot.store.load(job_id)
    assert job is not None
    return job


async def test_what_is_cropped_away_is_told_with_the_ways_to_mend_it(bot: Bot) -> None:
    """In the words of the card; a mend says which field it sets, and whether it is in force already."""
    told = await _quote(bot, options={"resolution": "480p"}, start=WIDE, end=TALL)
    assert (told["size"], told["fits"], told["bordered"]) == ([832, 480], False, [])
    share = f"{cut_away((1080, 1920), (832, 480)):.0%}".replace("%", " %")
    assert told["warnings"] == [
        f"The last image has another shape than the video (832 x 480): {share} of it is cropped away."
    ]
    shape = {"field": "aspect_ratio"}
    assert told["mends"] == [
        {"label": "16:9", "on": True, "value": "16:9", **shape},
        {"label": "9:16", "on": False, "value": "9:16", **shape},
        {"label": "1:1", "on": False, "value": "1:1", **shape},
        {"label": BLUR, "on": False, "field": "fit", "value": "blur"},
    ]


async def test_each_mend_has_its_way(bot: Bot) -> None:
    """Another shape loses something else, a square some of both; borders lose nothing, and can be taken off again."""
    tall = await _quote(bot, options={"aspect_ratio": "9:16"}, start=WIDE, end=TALL)
    assert [_on(tall), tall["warnings"][0][:15], len(tall["warnings"])] == [["9:16"], "The first image", 1]
    square = await _quote(bot, options={"aspect_ratio": "1:1"}, start=WIDE, end=TALL)
    assert (_on(square), len(square["warnings"])) == (["1:1"], 2)
    blurred = await _quote(bot, fit="blur", start=WIDE, end=TALL)
    assert (_on(blurred), blurred["warnings"], blurred["bordered"]) == (["16:9", BLUR], [], ["end"])
    assert blurred["mends"][-1]["value"] == "crop"
    assert blurred["price_usd"] == tall["price_usd"] == square["price_usd"]


async def test_images_that_fit_are_not_spoken_of(bot: Bot) -> None:
    """A card keeps silent about less than a tenth, and so does this; a small image is told, whatever its shape."""
    plain = await _quote(bot, options={"resolution": "480p"}, start=WIDE, end=WIDE, fit="blur")
    assert (plain["fits"], plain["warnings"], plain["bordered"]) == (True, [], [])
    assert cut_away((1920, 1080), (832, 480)) < CUT_WORTH_TELLING
    small = await _quote(bot, start=WIDE, end=SMALL)
    assert small["fits"]
    assert small["warnings"] == ["The last image is small (416 x 240): it is enlarged 3.1 times, and will look soft."]


async def test_one_image_alone_is_spoken_of(bot: Bot) -> None:
    """Nothing is said of one that is not known; a shape that the first image decides is known with it."""
    first = await _quote(bot, options={"aspect_ratio": "9:16"}, start=WIDE)
    assert (first["fits"], [each[:15] for each in first["warnings"]]) == (False, ["The first image"])
    last = await _quote(bot, options={"aspect_ratio": "9:16"}, end=WIDE)
    assert (last["fits"], [each[:14] for each in last["warnings"]]) == (False, ["The last image"])
    unknown = await _quote(bot, end=WIDE)
    assert (unknown["size"], unknown["fits"], unknown["mends"]) == (None, None, [])


@pytest.mark.parametrize("fit", ["stretch", "Blur", 5, [], {}, True, "\ud800"])
async def test_a_fit_that_there_is_not_is_told_beside_the_price(bot: Bot, fit: object) -> None:
    """As an option is; the rest is told as it would be cropped."""
    told = await _quote(bot, fit=fit, start=WIDE, end=TALL)
    assert [(each["field"], each["rule"]) for each in told["faults"]] == [("fit", "choice")]
    assert told["faults"][0]["message"].endswith("use crop or blur.")
    assert (told["bordered"], len(told["warnings"])) == ([], 1)


@pytest.mark.parametrize("end", [[1], [0, 1], [1.5, 2], ["1", "2"], {}, "x"])
async def test_a_size_that_is_none_is_refused_by_its_name(bot: Bot, end: object) -> None:
    """Which image it belongs to is said."""
    status, told = await bot.call("POST", "/v1/quote", json={"end": end})
    assert (status, told["error"]["code"]) == (400, "end")
    assert told["error"]["message"].startswith("end is the last image's width and height")


@pytest.mark.parametrize(("sent", "fit"), [("blur", Fit.BLUR), ("crop", Fit.CROP), ("", Fit.CROP), (None, Fit.CROP)])
async def test_a_job_is_fitted_as_it_says(bot: Bot, sent: str | None, fit: Fit) -> None:
    """And tells it; one that says nothing is cropped."""
    status, told = await bot.send(fit=sent)
    assert (status, told["fit"]) == (202, fit.value)
    assert (await _stored(bot, told["id"])).request.fit is fit


async def test_a_fit_that_there_is_not_is_refused_with_all_other_faults(bot: Bot) -> None:
    """The field, the rule and the mend; nothing is kept."""
    status, told = await bot.send(fit="stretch", num_frames="7", end=None)
    faults = {each["field"]: each for each in told["error"]["faults"]}
    assert (status, set(faults)) == (422, {"end", "fit", "num_frames"})
    assert (faults["fit"]["rule"], faults["fit"]["message"]) == ("choice", "fit is “stretch”: use crop or blur.")
    assert bot.files("inbox") == []


async def test_a_bordered_job_makes_bordered_ones(bot: Bot) -> None:
    """Once more, and the other way round."""
    first = await bot.made(fit="blur")
    for action in ("rerun", "swap"):
        status, told = await bot.call("POST", f"/v1/tweens/{first}/{action}")
        assert (status, told["fit"]) == (202, "blur")
        assert (await _stored(bot, told["id"])).request.fit is Fit.BLUR


async def test_a_job_that_waits_for_a_go_is_told_as_that_in_the_gallery(bot: Bot) -> None:
    """Where it waits is said; nothing of it can be pressed here, where its author is not."""
    image = ImageRef("a", "b")
    job = accept(Command("slack-1", Author("slack", "ann"), image, image, "it rains", {}), MODEL, 1.0)
    job = replace(job, state=Proposed(2.0), image_sizes=((1920, 1080), (1080, 1920)), place={"channel": "1"})
    await bot.store.accept(job, Terms(9, 9, 9, 9, 9, Allowance()))
    _, told = await bot.call("GET", "/v1/gallery")
    [shown] = told["tweens"]
    assert (shown["state"], shown["card"]["status"]) == ("proposed", "Waits for its author's Go on Slack.")
    assert (shown["card"]["actions"], len(shown["card"]["notices"])) == ({}, 1)
