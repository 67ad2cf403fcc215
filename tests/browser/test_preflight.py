"""The composer as the preflight: what will be lost of the images is seen and said before anything is sent."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from adapters.media.borders import bordered
from bot.domain.media import Frame
from tests.browser.chromium import drive, driving, tools
from tests.scenario.at_fal import at, small_video
from tests.scenario.bot import Bot, running
from tests.scenario.chat.chat import sent
from tests.twins.fal import FalTwin

BLUR = "Blurred borders"
LOST = 1 - (9 / 16) / (832 / 480)
"""The share of an image of 9:16 that a video of 832 x 480 cuts away."""


async def test_a_wide_and_a_tall_image_warn_and_offer_mends(bot: Bot, images: dict[str, str]) -> None:
    """Only where a mend makes a difference; each shows at once what it does, and nothing moves below the finger."""
    told = await drive("mends", bot, **images)
    assert (told["before"], told["alike"], told["role"]) == (False, [False, []], "status")
    seen = told["seen"]
    share = f"{LOST:.0%}".replace("%", " %")
    assert seen["warned"]["warnings"] == seen["cropped"]["warnings"]
    assert seen["warned"]["warnings"] == [
        f"The last image has another shape than the video (832 x 480): {share} of it is cropped away."
    ]
    assert [seen[each]["pressed"] for each in seen] == [
        *(["16:9"], ["9:16"], ["1:1"], ["16:9"], ["16:9", BLUR], ["16:9"])
    ]
    assert len(seen["1:1"]["warnings"]) == 2
    assert seen["blurred"]["warnings"] == ["The images are shown whole, between blurred borders."]
    assert all(each["places"] == seen["warned"]["places"] for each in seen.values())
    assert seen["blurred"]["prompt"] == seen["cropped"]["prompt"] == seen["1:1"]["prompt"]
    assert [seen[label]["focus"] for label in ("9:16", "1:1", "16:9", "blurred")] == ["9:16", "1:1", "16:9", BLUR]
    assert [each[:15] for each in told["swapped"]] == ["The last image "]
    assert told["gone"] == []
    _lie_as_they_will({name: each["lying"] for name, each in seen.items()})


def _lie_as_they_will(seen: Mapping[str, dict[str, Any]]) -> None:
    """The whole image is there, what is cut away is dimmed, and the rest has the part and the shape of the video."""
    end = seen["warned"]["end"]
    assert (end["across"], end["down"]) == (pytest.approx(1, abs=0.01), pytest.approx(1 - LOST, abs=0.02))
    assert "0.72" in end["shade"]
    for label, ratio in (("16:9", 832 / 480), ("9:16", 480 / 832), ("1:1", 1)):
        for which in ("start", "end"):
            assert seen[label][which]["ratio"] == pytest.approx(ratio, rel=0.04), (label, which)
    start, end = seen["blurred"]["start"], seen["blurred"]["end"]
    assert (start["isBordered"], end["isBordered"]) == (False, True)
    assert (end["across"], end["down"], end["ratio"]) == (1, 1, pytest.approx(832 / 480, rel=0.03))


async def test_each_mend_changes_what_is_sent(tmp_path: Path, images: dict[str, str]) -> None:
    """Fal gets the shape that was pressed; with borders it gets an image of the video's size, and else as it was."""
    tools()
    labels = ["9:16", "1:1", BLUR]
    async with FalTwin() as fal, running(tmp_path, at(fal)) as bot:
        fal.video = small_video(tmp_path / "video.mp4")
        async with driving("sentMended", bot, labels=labels, **images) as page:
            sizes, shapes, fits = [], [], []
            for label in labels:
                await page.reached(label)
                job = await fal.next_job()
                shapes.append(job.arguments["aspect_ratio"])
                sizes.append([Image.open(io.BytesIO(image)).size for image in sent(fal, job)])
                fits.append((await bot.listed())[0]["fit"])
                job.finish()
                page.go_on()
            await page.seen()
    assert (shapes, fits) == (["9:16", "1:1", "auto"], ["crop", "crop", "blur"])
    assert [end for _, end in sizes] == [(1080, 1920), (1080, 1920), (832, 480)]
    assert len({start for start, _ in sizes}) == 1


async def test_the_mends_go_by_keyboard_alone(bot: Bot, images: dict[str, str]) -> None:
    """They follow the images, have the focus as long as nobody takes it away, and lead on to the prompt."""
    seen = await drive("mendedByKeys", bot, **images)
    way = seen["way"]
    assert way[way.index("16:9") :] == ["16:9", "9:16", "1:1", BLUR, f"{BLUR}, pressed", "What happens in between"]
    assert seen["isSeen"]


async def test_the_borders_look_as_the_bot_makes_them(bot: Bot, tmp_path: Path, images: dict[str, str]) -> None:
    """The preview holds what it promises: each pixel of a border has very nearly the colour that it will have."""
    path = tmp_path / "borders.png"
    assert "832 × 480" in await drive("borders", bot, path=str(path), **images)  # noqa: RUF001  # as it is set
    with Image.open(images["tall"]) as tall:
        frame = Frame("end", Path(images["tall"]).read_bytes(), "image/png", *tall.size)
    with Image.open(path) as shown, Image.open(io.BytesIO(bordered(frame, (832, 480)).data)) as true:
        wanted = true.convert("RGB").resize(shown.size)
        apart = ImageChops.difference(shown.convert("RGB"), wanted)
    side, inset = round(apart.width * 0.32), round(apart.height * 0.04)
    for left in (inset, apart.width - side):
        box = (left, inset, left + side - inset, apart.height - inset)
        assert max(ImageStat.Stat(apart.crop(box)).mean) < 6


async def test_a_bordered_job_is_told_and_taken_over(bot: Bot) -> None:
    """Its recipe says so, an edit has it, and a reload keeps it."""
    job = await bot.accepted(prompt="dusk falls", fit="blur")
    await bot.until(job, final=True)
    seen = await drive("borderedAgain", bot, prompt="dusk falls")
    assert "fit: blur" in seen["recipe"].splitlines()
    assert (seen["edited"], seen["reloaded"]) == ("blur", "blur")
